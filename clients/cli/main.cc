#include <array>
#include <iostream>

#include "clients/cli/commands.h"
#include "clients/cli/exit_status.h"
#include "protocol/node/config.h"
#include "protocol/node/setting.h"

namespace longwire::cli {

std::span<const Command> all_commands() {
    static constexpr std::array kCommands{
        Command{"up", "", "run a whole local cluster", run_up},
        Command{"start", "KIND", "start a task, and follow it", run_start},
        Command{"tail", "TOPIC|FILTER...", "show events as they happen", run_tail},
        Command{"ps", "", "list tasks", run_ps},
        Command{"top", "", "watch tasks, workers and rates", run_top},
        Command{"state", "TASK", "show one task", run_state},
        Command{"cancel", "TASK...", "cancel tasks", run_cancel},
        Command{"input", "TASK DATA", "give a task what it waits for", run_input},
        Command{"run", "TASK", "run a held task, or an ended one again", run_again},
        Command{"publish", "TOPIC TYPE [DATA]", "publish one event", run_publish},
        Command{"cluster", "", "show brokers, edges and how old events are at each hop", run_cluster},
        Command{"slow", "", "show clients that take too slowly, and how far they are behind", run_slow},
        Command{"kinds", "", "list the kinds of tasks, and who serves them", run_kinds},
        Command{"audit", "TASK", "count a task's events from its workers to the log", run_audit},
        Command{"verify", "", "load a cluster, kill parts of it, and check every event", run_verify},
    };
    return kCommands;
}

namespace {

void print_help(std::ostream& out) {
    out << "Watches and steers long tasks, live.\n\nusage: longwire COMMAND [flags]\n\n";
    for (const Command& command : all_commands()) {
        std::string line = "  " + std::string(command.name) + " " + std::string(command.usage);
        line.resize(std::max<std::size_t>(line.size(), 30), ' ');
        out << line << command.about << "\n";
    }
    out << "\nlongwire COMMAND --help says more of one. The cluster is found by --url or LONGWIRE_URL\n"
           "(default http://127.0.0.1:8080), and told who you are by --token or LONGWIRE_TOKEN.\n";
}

int run(const Arguments& arguments) {
    const CommandLine line = split_command_line(arguments);
    std::vector<std::string> names;
    for (const Command& command : all_commands()) {
        if (command.name == line.command) return command.run(line.arguments);
        names.emplace_back(command.name);
    }
    const std::string first = arguments.empty() ? "" : arguments.front();
    if (first == "--version") {
        std::cout << "longwire " << program_version() << "\n";
        return kDone;
    }
    if (first == "--help" || first == "-h" || line.command == "help") {
        print_help(std::cout);
        return kDone;
    }
    if (line.command.empty()) {
        print_help(std::cerr);
        return kUsage;
    }
    const std::string nearest = nearest_word(line.command, names);
    std::cerr << "longwire: " << line.command << " is no command"
              << (nearest.empty() ? "" : "; did you mean " + nearest + "?") << " (see longwire --help)\n";
    return kUsage;
}

}  // namespace
}  // namespace longwire::cli

int main(int argc, char** argv) {
    return longwire::cli::run(longwire::cli::Arguments(argv + (argc > 0 ? 1 : 0), argv + argc));
}
