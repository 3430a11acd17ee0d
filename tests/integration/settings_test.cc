// Settings of every program: all are in --help, wrong ones name themselves, and a flag beats a variable beats the file.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

struct Sample {
    std::string name;
    std::vector<std::string> values;  // three that are good, as TOML if quotes are taken off
    std::string wrong;                // empty where everything is good
};

/// Three ways to say the same file, which has to be good whoever reads it.
std::vector<std::string> ways_to(const std::string& folder, const std::string& file) {
    return {folder + "/" + file, folder + "//" + file, folder + "/./" + file};
}

constexpr const char* kRoles =
    "[kinds]\nchat = 'A'\nguide = 'A'\nliaison = 'A'\nteam = 'A'\n[[role]]\nname = 'A'\nprompt = 'Answer.'\n";

struct Node {
    std::string program;
    std::vector<Sample> settings;
};

/// Of an edge, each product's own.
std::vector<Sample> product_settings() {
    const std::vector<std::string> texts{"one", "two", "three"};
    const std::vector<std::string> small{"3", "4", "5"};
    const std::vector<std::string> thousands{"1001", "1002", "1003"};
    return {{"agui-kinds", {"a.*", "b", "c.d"}, ""},
            {"agui-state-key", texts, ""},
            {"agui-snapshot-bytes-max", thousands, "-1"},
            {"agui-open-max", small, "0"},
            {"agui-answer-grace-ms", thousands, "60001"},
            {"coordination-room", texts, "a/+"},
            {"coordination-task-kinds", texts, "two words"},
            {"coordination-chunk-ms", small, "60001"},
            {"coordination-chunk-bytes", small, "0"},
            {"coordination-chunk-sentences", {"false", "true", "false"}, "maybe"},
            {"coordination-place-ms", small, "-1"},
            {"coordination-unanswered-max", small, "0"},
            {"coordination-tasks-max", small, "1001"},
            {"coordination-messages-per-s", small, "0"},
            {"sessions-pillars", texts, "two words"},
            {"sessions-guide-kind", texts, "two words"},
            {"sessions-liaison-kind", {"a.{pillar}", "b", "c"}, "two words"},
            {"sessions-keep-s", small, "0"},
            {"sessions-prove-ms", thousands, "99"},
            {"sessions-ping-ms", thousands, "999"},
            {"sessions-messages-waiting-max", small, "0"},
            {"stream-kind", texts, "two words"},
            {"stream-grace-s", small, "86401"},
            {"stream-queue-chats", small, "101"},
            {"stream-ping-s", small, "0"},
            {"stream-prove-ms", thousands, "9"},
            {"tasks-kind", texts, "two words"},
            {"tasks-test-kind", texts, "two words"},
            {"tasks-progress-ms", small, "60001"},
            {"tasks-watchers-max", small, "0"},
            {"tracking-client-id-pattern", {"^a+$", "^b+$", "^c+$"}, "("},
            {"tracking-status-ms", small, "60001"},
            {"tracking-sessions-ms", small, "60001"},
            {"tracking-ended-ms", small, "-1"},
            {"tracking-ping-ms", thousands, "99"},
            {"tracking-silence-ms", thousands, "99"},
            {"tracking-messages-per-minute", small, "0"},
            {"tracking-sessions-max", small, "0"},
            {"tracking-tasks-max", small, "0"},
            {"tracking-logs-max", small, "10001"},
            {"tracking-logs-gather-ms", small, "10001"}};
}

std::vector<Node> nodes(const std::string& folder) {
    std::ofstream(folder + "/roles.toml") << kRoles;
    std::ofstream(folder + "/key") << "sk-secret\n";
    const std::vector<std::string> sockets{"ipc:///tmp/a", "tcp://127.0.0.1:4000", "ipc:///tmp/c"};
    const std::vector<std::string> numbers{"70001", "70002", "70003"};
    const std::vector<std::string> large{"2000001", "2000002", "2000003"};
    const std::vector<std::string> texts{"one", "two", "three"};
    const std::vector<std::string> small{"3", "4", "5"};
    const std::vector<Sample> common{{"log-level", {"debug", "warn", "error"}, "loud"},
                                     {"log-format", {"json", "text", "json"}, "xml"},
                                     {"node", texts, ""}};
    std::vector<Sample> worker{{"broker-events", sockets, "nowhere"},
                               {"broker-link", sockets, "nowhere"},
                               {"waiting-max", small, "-1"},
                               {"name", texts, "two words"},
                               {"capacity", small, "0"},
                               {"window-bytes", numbers, "1"},
                               {"drain-grace-ms", numbers, "-1"},
                               {"drain-commit-ms", numbers, "soon"}};
    worker.insert(worker.end(), common.begin(), common.end());
    std::vector<Sample> exec = worker;
    exec.insert(exec.end(), {{"allow", texts, ""},
                             {"allow-env", texts, ""},
                             {"exec-path", {"/a", "/b", "/c"}, ""},
                             {"root", {"/tmp", "/usr", "/"}, ""},
                             {"output-bytes-max", numbers, "much"},
                             {"kill-after-ms", numbers, "-1"},
                             {"limit-cpu-s", small, "x"},
                             {"limit-memory-bytes", numbers, "1k"},
                             {"limit-file-bytes", numbers, "-1"},
                             {"limit-open-files", small, "1.5"}});
    std::vector<Sample> webhook = worker;
    webhook.insert(webhook.end(), {{"secret-file", texts, ""},
                                   {"absent-secret", {"make", "refuse", "make"}, "ask"},
                                   {"hosts", {"named", "public", "named"}, "all"},
                                   {"allow-host", {"a.test", "*.b.test", "c.test:80"}, "http://a.test"},
                                   {"ca-file", texts, ""},
                                   {"retry-ms", {"1,2", "3,4", "5,6"}, "1,"},
                                   {"timeout-ms", numbers, "99"}});
    std::vector<Sample> agent = worker;
    agent.insert(
        agent.end(),
        {{"model-url", {"http://127.0.0.1:1/v1", "http://localhost:2/v1", "https://example.org/v1"}, "ftp://a"},
         {"model", texts, ""},
         {"model-key-file", ways_to(folder, "key"), "/nowhere/key"},
         {"model-ca-file", ways_to("/etc/ssl/certs", "ca-certificates.crt"), ""},
         {"model-connect-timeout-ms", numbers, "0"},
         {"model-first-timeout-ms", numbers, "0"},
         {"model-idle-timeout-ms", numbers, "0"},
         {"model-total-timeout-ms", numbers, "never"},
         {"model-tries", small, "0"},
         {"answer-bytes-max", numbers, "1"},
         {"roles", ways_to(folder, "roles.toml"), "/nowhere/roles.toml"},
         {"turns-max", small, "0"},
         {"context-bytes", numbers, "1"},
         {"ask-timeout-ms", numbers, "0"},
         {"pillars", texts, "a b"},
         {"file-root", {"/tmp", "/usr", "/"}, ""},
         {"http-allow", {"example.org", "*.example.org", "127.0.0.1:8080"}, "http://a"},
         {"http-addresses", {"any", "public", "any"}, "all"}});
    std::vector<Sample> broker{{"events", sockets, "nowhere"},
                               {"workers", sockets, "tcp://"},
                               {"edges", sockets, "http://x:1"},
                               {"tap", sockets, "nowhere"},
                               {"log", {"memory", "rocksdb", "memory"}, "paper"},
                               {"metrics", {"127.0.0.1:1", "[::1]:2", "localhost:3"}, "nowhere"},
                               {"durability", {"os", "fsync", "os"}, "sometimes"},
                               {"lifecycle-durability", {"fsync", "os", "fsync"}, "never"},
                               {"retain-ended-ms", numbers, "-1"},
                               {"reserve-bytes", numbers, "-1"},
                               {"data-dir", texts, ""},
                               {"memory-bytes", large, "1"},
                               {"retain-bytes", {"20000001", "30000002", "40000003"}, "1"},
                               {"retain-ms", numbers, "-1"},
                               {"cache-bytes", large, "1"},
                               {"partitions", small, "257"},
                               {"producer-window-bytes", numbers, "1"},
                               {"lease-ms", numbers, "999"},
                               {"cancel-grace-ms", numbers, "never"},
                               {"disconnect-grace-ms", numbers, "x"},
                               {"queued-per-kind-max", small, "0"},
                               {"queue-age-max-ms", numbers, "-1"},
                               {"kind-limit", {"a=1", "b=2", "c=3"}, "a=0"},
                               {"tasks-kept-max", small, "0"},
                               {"outputs-bytes-max", large, "1"},
                               {"presence-grace-ms", numbers, "-1"},
                               {"members-per-topic-max", small, "1001"},
                               {"members-max", small, "0"}};
    broker.insert(broker.end(), common.begin(), common.end());
    std::vector<Sample> edge{{"broker", sockets, "nowhere"},
                             {"http", {"127.0.0.1:1", "[::1]:2", "localhost:3"}, "0.0.0.0:80"},
                             {"console", texts, ""},
                             {"shards", small, "65"},
                             {"window-bytes", large, "1"},
                             {"ring-bytes-max", large, "1"},
                             {"linger-ms", numbers, "-1"},
                             {"connections-max", small, "0"},
                             {"deflate", {"off", "on", "off"}, "some"},
                             {"message-bytes-max", numbers, "100"},
                             {"subscriptions-max", small, "0"},
                             {"outbox-full-bytes", numbers, "1"},
                             {"outbox-bytes-max", large, "1"},
                             {"merge-after-ms", numbers, "-1"},
                             {"stalled-ms", numbers, "99"},
                             {"heartbeat-ms", numbers, "99"}};
    edge.insert(edge.end(), common.begin(), common.end());
    const auto products = product_settings();
    edge.insert(edge.end(), products.begin(), products.end());
    return {{"longwire-broker", broker},    {"longwire-edge", edge},          {"longwire-worker-demo", worker},
            {"longwire-worker-exec", exec}, {"longwire-worker-agent", agent}, {"longwire-worker-webhook", webhook}};
}

const std::set<std::string>& flags_of_all() {
    static const std::set<std::string> flags{"--config", "--check-config", "--print-config", "--help", "--version"};
    return flags;
}

std::string with(std::string text, char from, char to) {
    std::replace(text.begin(), text.end(), from, to);
    return text;
}

std::string variable_of(const std::string& name) {
    auto upper = with(name, '-', '_');
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 32 : c; });
    return "LONGWIRE_" + upper;
}

std::string flag_with(const std::string& name, const std::string& value) {
    std::string flag = "--";
    return flag.append(name).append("=").append(value);
}

std::string key_of(const std::string& name) {
    return with(name, '-', '_');
}

/// The value as TOML: numbers and truth values as they are, texts in quotes.
std::string toml(const std::string& value) {
    if (value == "true" || value == "false") return value;
    return value.find_first_not_of("0123456789") == std::string::npos ? value : "\"" + value + "\"";
}

/// The flags that a program's help lists.
std::set<std::string> flags_in(const std::string& help) {
    std::set<std::string> flags;
    for (const auto& line : lines_of(help)) {
        const auto start = line.find_first_not_of(' ');
        if (start == std::string::npos || start > 6 || line[start] != '-') continue;
        const auto flag = line.find("--");
        flags.insert(line.substr(flag, line.find(' ', flag) - flag));
    }
    return flags;
}

class Settings : public testing::Test {
  protected:
    Finished call(const std::string& program, Arguments arguments, std::map<std::string, std::string> variables = {}) {
        return run({program_path(program), std::move(arguments), std::move(variables), {}},
                   folder / "call-" + std::to_string(++calls_));
    }

    std::string file_with(const std::string& text) {
        auto path = folder / "settings-" + std::to_string(++calls_) + ".toml";
        std::ofstream(path) << text;
        return path;
    }

    static void expect_refusal(const Finished& finished, const std::string& named) {
        EXPECT_EQ(finished.ending, (Ending{2, 0})) << named;
        EXPECT_NE(finished.err.find(named), std::string::npos) << "'" << named << "' is not named in: " << finished.err;
        EXPECT_EQ(finished.out, "");
    }

    TestFolder folder;
    int calls_ = 0;
};

TEST_F(Settings, HelpHasEveryFlagVariableAndKey) {
    for (const auto& [program, settings] : nodes(folder.path())) {
        const auto help = call(program, {"--help"});
        EXPECT_EQ(help.ending, (Ending{0, 0}));
        auto known = flags_of_all();
        for (const auto& setting : settings) {
            known.insert("--" + setting.name);
            const auto line = variable_of(setting.name) + " · " + key_of(setting.name) + "\n";
            EXPECT_NE(help.out.find(line), std::string::npos) << program << " " << line;
        }
        // Something to do, and how, rather than settings.
        if (program == "longwire-broker") known.insert({"--check", "--recover"});
        EXPECT_EQ(flags_in(help.out), known) << program << ": tell this test of new settings";
        EXPECT_EQ(call(program, {"-h"}).out, help.out);
        EXPECT_TRUE(call(program, {"--version"}).out.starts_with(program + " "));
    }
}

TEST_F(Settings, AFlagBeatsAVariableBeatsTheFile) {
    for (const auto& [program, settings] : nodes(folder.path())) {
        std::string file;
        std::map<std::string, std::string> variables;
        Arguments flags;
        for (const auto& setting : settings) {
            file += key_of(setting.name) + " = " + toml(setting.values[0]) + "\n";
            variables[variable_of(setting.name)] = setting.values[1];
            flags.push_back(flag_with(setting.name, setting.values[2]));
        }
        const Arguments from_file{"--config", file_with(file), "--print-config"};
        auto with_flags = from_file;
        with_flags.insert(with_flags.end(), flags.begin(), flags.end());
        const std::vector<Finished> printed{call(program, from_file), call(program, from_file, variables),
                                            call(program, with_flags, variables)};
        for (std::size_t i = 0; i < printed.size(); ++i) {
            EXPECT_EQ(printed[i].ending, (Ending{0, 0})) << printed[i].err;
            for (const auto& setting : settings) {
                const auto plain = key_of(setting.name) + " = " + toml(setting.values[i]) + "\n";
                const auto list = key_of(setting.name) + " = [" + toml(setting.values[i]) + "]\n";
                const auto& out = printed[i].out;
                EXPECT_TRUE(out.find(plain) != std::string::npos || out.find(list) != std::string::npos)
                    << program << ": " << plain << "is not what is in force:\n"
                    << out;
            }
        }
        // What is printed is a file that means the same.
        const auto again = call(program, {"--config", file_with(printed[2].out), "--print-config"});
        EXPECT_EQ(again.out, printed[2].out) << again.err;
        const auto by_variable = call(program, {"--print-config"}, {{"LONGWIRE_CONFIG", from_file[1]}});
        EXPECT_EQ(by_variable.out, printed[0].out) << by_variable.err;
    }
}

TEST_F(Settings, AWrongValueIsRefusedByTheNameItCameUnder) {
    for (const auto& [program, settings] : nodes(folder.path())) {
        for (const auto& [name, values, wrong] : settings) {
            if (wrong.empty()) continue;
            expect_refusal(call(program, {flag_with(name, wrong)}), "--" + name);
            expect_refusal(call(program, {}, {{variable_of(name), wrong}}), variable_of(name));
            const auto file = file_with("# a comment\n\n" + key_of(name) + " = \"" + wrong + "\"\n");
            const auto from_file = call(program, {"--config", file});
            expect_refusal(from_file, key_of(name));
            expect_refusal(from_file, file);
        }
    }
}

TEST_F(Settings, WhatIsNoSettingIsRefusedByItsName) {
    for (const auto& [program, settings] : nodes(folder.path())) {
        expect_refusal(call(program, {"--fly"}), "--fly");
        expect_refusal(call(program, {"stray"}), "stray");
        expect_refusal(call(program, {"--" + settings[0].name}), "--" + settings[0].name);
        expect_refusal(call(program, {"--config", file_with("fly = 1\n")}), "fly");
        expect_refusal(call(program, {"--config", file_with("[table]\nfly = 1\n")}), "table");
        expect_refusal(call(program, {"--config", file_with("not toml at all")}), "line 1");
        expect_refusal(call(program, {"--config", folder / "absent.toml"}), "absent.toml");
        expect_refusal(call(program, {}, {{"LONGWIRE_CONFIG", folder / "absent.toml"}}), "absent.toml");
    }
}

TEST_F(Settings, AddressesThatCannotBeUsedEndAProgramWithTheirName) {
    const auto socket = [&](const std::string& name) { return "ipc://" + folder / name; };
    const auto nowhere = socket("no/such/folder/socket");
    const auto broker =
        call("longwire-broker", {"--events", nowhere, "--workers", socket("workers"), "--edges", socket("edges"),
                                 "--tap", socket("tap"), "--data-dir", folder / "data"});
    EXPECT_EQ(broker.ending, (Ending{1, 0}));
    EXPECT_NE(broker.err.find(nowhere), std::string::npos) << broker.err;
    const auto edge = call("longwire-edge", {"--http", "127.0.0.1:0", "--console", folder / "absent"});
    EXPECT_EQ(edge.ending, (Ending{1, 0}));
    EXPECT_NE(edge.err.find("absent"), std::string::npos) << edge.err;
    expect_refusal(call("longwire-edge", {"--http", "127.0.0.1.example.org:0"}), "--http");
    const auto full = call("longwire-edge", {"--outbox-full-bytes", "70000", "--outbox-bytes-max", "65536"});
    expect_refusal(full, "outbox-full-bytes");
}

TEST_F(Settings, AFileThatIsADirectoryIsRefusedByItsSetting) {
    const std::string why = ": " + folder.path() + " cannot be read: Is a directory";
    for (const auto* const name : {"model-key-file", "roles", "config"}) {
        const auto flag = std::string("--") + name;
        expect_refusal(call("longwire-worker-agent", {flag, folder.path()}), flag + why);
    }
    expect_refusal(call("longwire-worker-webhook", {"--secret-file", folder.path()}), "secret-file" + why);
    expect_refusal(call("longwire-worker-webhook",
                        {"--secret-file", folder / "secret", "--absent-secret", "make", "--ca-file", folder.path()}),
                   "ca-file: '" + folder.path());
    std::filesystem::create_directories(folder / "data/FORMAT");
    const auto broker = call("longwire-broker", {"--data-dir", folder / "data"});
    EXPECT_EQ(broker.ending, (Ending{1, 0}));
    EXPECT_NE(broker.err.find(folder / "data/FORMAT cannot be read"), std::string::npos) << broker.err;
}

TEST_F(Settings, EveryCommandOfTheProgramRefusesByName) {
    const auto help = call("longwire", {"--help"});
    EXPECT_EQ(help.ending, (Ending{0, 0}));
    const std::vector<std::pair<std::string, Arguments>> commands{{"up", {}},
                                                                  {"start", {"demo.count"}},
                                                                  {"tail", {"room/a"}},
                                                                  {"ps", {}},
                                                                  {"state", {"t"}},
                                                                  {"cancel", {"t"}},
                                                                  {"input", {"t", "1"}},
                                                                  {"run", {"t"}},
                                                                  {"publish", {"room/a", "x"}},
                                                                  {"audit", {"t"}},
                                                                  {"verify", {}}};
    for (const auto& [command, words] : commands) {
        EXPECT_NE(help.out.find("\n  " + command + " "), std::string::npos) << command;
        EXPECT_EQ(call("longwire", {command, "--help"}).ending, (Ending{0, 0}));
        auto fly = words;
        fly.insert(fly.begin(), command);
        fly.emplace_back("--fly");
        expect_refusal(call("longwire", fly), "--fly");
        if (command == "up") continue;
        fly.back() = "--url";
        fly.emplace_back("nonsense:");
        expect_refusal(call("longwire", fly), "--url");
        fly.resize(fly.size() - 2);
        expect_refusal(call("longwire", fly, {{"LONGWIRE_URL", "nonsense:"}}), "LONGWIRE_URL");
    }
    expect_refusal(call("longwire", {"fly"}), "fly");
    expect_refusal(call("longwire", {"start"}), "KIND");
    expect_refusal(call("longwire", {"start", "k", "--input", "{"}), "--input");
    expect_refusal(call("longwire", {"start", "k", "--input", "@/tmp"}),
                   "--input: /tmp cannot be read: Is a directory");
    expect_refusal(call("longwire", {"publish", "room/a", "x", "@/none"}), "DATA: /none cannot be read: No such file");
    expect_refusal(call("longwire", {"start", "k", "--max-attempts", "101"}), "--max-attempts");
    expect_refusal(call("longwire", {"start", "k", "--priority", "101"}), "--priority");
    expect_refusal(call("longwire", {"start", "k", "--timeout-s", "2592001"}), "--timeout-s");
    expect_refusal(call("longwire", {"tail", "a//b"}), "a//b");
    expect_refusal(call("longwire", {"tail", "room/a", "--from", "yesterday"}), "--from");
    expect_refusal(call("longwire", {"tail", "room/#", "--from", "start"}), "--from");
    expect_refusal(call("longwire", {"ps", "--state", "done"}), "--state");
    expect_refusal(call("longwire", {"verify", "--rate", "9000", "--tasks", "8"}), "--rate");
    expect_refusal(call("longwire", {"verify", "--watchers", "1", "--tasks", "8"}), "--watchers");
    expect_refusal(call("longwire", {"verify", "--kill-order", "wild"}), "--kill-order");
    EXPECT_EQ(call("longwire", {}).ending, (Ending{2, 0}));
    const auto nobody = call("longwire", {"ps", "--url", "http://127.0.0.1:1"});
    EXPECT_EQ(nobody.ending, (Ending{4, 0})) << nobody.err;
    EXPECT_NE(nobody.err.find("127.0.0.1:1"), std::string::npos) << nobody.err;
}

}  // namespace
}  // namespace longwire::integration
