#pragma once

#include <span>
#include <string>
#include <vector>

namespace longwire::cli {

using Arguments = std::vector<std::string>;

// Each runs one command of the program with the words and flags behind its name, and returns the exit status.
int run_start(const Arguments& arguments);
int run_tail(const Arguments& arguments);
int run_top(const Arguments& arguments);
int run_ps(const Arguments& arguments);
int run_cancel(const Arguments& arguments);
int run_input(const Arguments& arguments);
int run_state(const Arguments& arguments);
int run_again(const Arguments& arguments);
int run_publish(const Arguments& arguments);
int run_cluster(const Arguments& arguments);
int run_slow(const Arguments& arguments);
int run_kinds(const Arguments& arguments);
int run_audit(const Arguments& arguments);
int run_verify(const Arguments& arguments);
int run_up(const Arguments& arguments);

struct Command {
    std::string_view name;
    std::string_view usage;
    std::string_view about;
    int (*run)(const Arguments&);
};

/// All of them, in the order in which --help shows them.
std::span<const Command> all_commands();

/// What is to run, and with what. Flags that all commands share may stand before the command's name.
struct CommandLine {
    std::string command;
    Arguments arguments;
};
CommandLine split_command_line(const Arguments& arguments);

}  // namespace longwire::cli
