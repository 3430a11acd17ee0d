// `longwire up`: a whole cluster by one command, and nothing left of it in the end.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

bool can_listen(int port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool can = ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(listener);
    return can;
}

/// A port that is free and has a free one behind it, below those that the kernel gives to outgoing connections.
int free_port_pair() {
    for (int port = 12'000 + 2 * (::getpid() % 9'000);; port += 2) {
        if (can_listen(port) && can_listen(port + 1)) return port;
    }
}

class Up : public testing::Test {
  protected:
    std::unique_ptr<Process> start(Arguments more = {}) {
        Arguments arguments{"up", "--http", "127.0.0.1:0", "--data", folder / "data"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return std::make_unique<Process>(Program{program_path("longwire"), std::move(arguments), {}, {}},
                                         folder / "up-" + std::to_string(++started_));
    }

    Finished refused(Arguments arguments) {
        arguments.insert(arguments.begin(), "up");
        arguments.insert(arguments.end(), {"--data", folder / "data"});
        return run({program_path("longwire"), std::move(arguments), {}, {}},
                   folder / "refused-" + std::to_string(++started_));
    }

    static std::uint16_t port_of(const std::string& line) {
        return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
    }

    /// The pids of its children: each has the private folder of this test in its command line.
    std::vector<pid_t> children(const std::string& program) const {
        std::vector<pid_t> found;
        for (const auto pid : processes_with_argument(folder.path())) {
            const auto command = read_text("/proc/" + std::to_string(pid) + "/cmdline");
            if (command.substr(0, command.find('\0')).ends_with("/" + program)) found.push_back(pid);
        }
        return found;
    }

    static int ready_lines(const Process& up) {
        const auto lines = up.out_lines();
        return static_cast<int>(
            std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.starts_with("ready"); }));
    }

    TestFolder folder;
    int started_ = 0;
};

TEST_F(Up, SaysReadyOnceServesAndLeavesNothingBehind) {
    const auto up = start({"--edges", "3"});
    const auto port = port_of(up->wait_for_line("ready http://127.0.0.1:", Deadline(60'000)));
    EXPECT_EQ(HttpClient(port).status_of("/readyz"), 200);
    EXPECT_EQ(children("longwire-edge").size(), 3);
    WsClient client(port);
    client.ok({{"cmd", "start"}, {"kind", "demo.count"}, {"input", {{"n", 10}}}, {"watch", true}});
    expect_counts_to(client.pushes_until_type("task.completed"), 10);
    const json::array argv{"find", folder.path(), "-name", "up-1.err", "-exec", "sha256sum", "{}", "+"};
    client.ok({{"cmd", "start"}, {"kind", "exec"}, {"input", {{"argv", argv}}}, {"watch", true}});
    const auto lines = data_of(client.pushes_until_type("task.completed"), "log");
    ASSERT_EQ(lines.size(), 1);
    EXPECT_EQ(text(lines[0], "message").substr(66), folder / "up-1.err");
    EXPECT_EQ(up->end(SIGTERM), (Ending{0, 0})) << up->err();
    EXPECT_EQ(up->out(), up->wait_for_line("ready") + "\n");
    EXPECT_TRUE(processes_with_argument(folder.path()).empty());
    EXPECT_TRUE(processes_in_group(up->pid()).empty());
}

TEST_F(Up, StartsAgainWhateverIsKilledAndSaysSo) {
    const auto up = start();
    const auto port = port_of(up->wait_for_line("ready http://127.0.0.1:", Deadline(60'000)));
    const std::vector<std::pair<std::string, std::string>> programs{{"longwire-edge", "edge-"},
                                                                    {"longwire-worker-demo", "worker-demo"},
                                                                    {"longwire-worker-exec", "worker-exec"},
                                                                    {"longwire-worker-agent", "worker-agent"},
                                                                    {"longwire-worker-webhook", "worker-webhook"},
                                                                    {"longwire-broker", "broker"}};
    for (const auto& [program, name] : programs) {
        const auto before = children(program);
        ASSERT_FALSE(before.empty()) << program;
        ::kill(before.front(), SIGKILL);
        up->wait_for_error_line("was killed by SIGKILL; started again");
        ASSERT_TRUE(eventually([&] {
            const auto now = children(program);
            return now.size() == before.size() && std::find(now.begin(), now.end(), before.front()) == now.end();
        })) << program;
        EXPECT_NE(up->err().find(name), std::string::npos);
    }
    ASSERT_TRUE(eventually([&] { return HttpClient(port).status_of("/readyz") == 200; }));
    WsClient client(port);
    client.ok({{"cmd", "start"}, {"kind", "demo.count"}, {"input", {{"n", 10}}}, {"watch", true}}, Deadline(30'000));
    expect_counts_to(client.pushes_until_type("task.completed"), 10);
    EXPECT_EQ(ready_lines(*up), 1);
    EXPECT_EQ(up->end(SIGINT), (Ending{0, 0})) << up->err();
    EXPECT_TRUE(processes_with_argument(folder.path()).empty());
}

TEST_F(Up, ItsOwnDeathTakesAllAlong) {
    const auto up = start();
    up->wait_for_line("ready", Deadline(60'000));
    up->end(SIGKILL);
    EXPECT_TRUE(eventually([&] { return processes_with_argument(folder.path()).empty(); }));
    // And the next one on the same folder is not hindered by what is left of it.
    const auto next = start();
    next->wait_for_line("ready", Deadline(60'000));
    EXPECT_EQ(next->end(SIGTERM), (Ending{0, 0})) << next->err();
}

TEST_F(Up, ASignalBeforeItIsReadyEndsItToo) {
    const auto up = start();
    ASSERT_TRUE(eventually([&] { return !children("longwire-broker").empty(); }));
    EXPECT_EQ(up->end(SIGTERM), (Ending{0, 0})) << up->err();
    EXPECT_TRUE(processes_with_argument(folder.path()).empty());
}

TEST_F(Up, RefusesStrangersWithoutAuthentication) {
    for (const auto* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:8080", "example.org:80"}) {
        const auto finished = refused({"--http", address});
        EXPECT_EQ(finished.ending, (Ending{2, 0})) << finished.err;
        EXPECT_NE(finished.err.find("--http"), std::string::npos) << finished.err;
        EXPECT_NE(finished.err.find("--auth"), std::string::npos) << finished.err;
    }
    for (const auto* wrong : {"127.0.0.1", "127.0.0.1:99999", "127.0.0.1:x", ":8080", "[::1:8080"}) {
        const auto finished = refused({"--http", wrong});
        EXPECT_EQ(finished.ending, (Ending{2, 0})) << wrong << finished.err;
        EXPECT_NE(finished.err.find("--http"), std::string::npos) << finished.err;
    }
    EXPECT_EQ(refused({"--edges", "0"}).ending, (Ending{2, 0}));
    EXPECT_EQ(refused({"--http", "127.0.0.1:65535", "--edges", "2"}).ending, (Ending{2, 0}));
}

TEST_F(Up, ATakenPortIsNamed) {
    const auto up = start();
    const auto port = port_of(up->wait_for_line("ready http://127.0.0.1:", Deadline(60'000)));
    const auto finished = refused({"--http", "127.0.0.1:" + std::to_string(port)});
    EXPECT_EQ(finished.ending, (Ending{1, 0}));
    EXPECT_NE(finished.err.find(std::to_string(port)), std::string::npos) << finished.err;
    const auto same_folder = refused({"--http", "127.0.0.1:0"});
    EXPECT_EQ(same_folder.ending, (Ending{1, 0}));
    EXPECT_NE(same_folder.err.find(folder / "data"), std::string::npos) << same_folder.err;
    EXPECT_EQ(HttpClient(port).status_of("/readyz"), 200) << "the one that runs is not disturbed";
    EXPECT_EQ(up->end(SIGTERM), (Ending{0, 0})) << up->err();
}

TEST_F(Up, WorkersOfOthersFindTheirPorts) {
    const auto port = std::to_string(free_port_pair());
    const auto up = start({"--worker-port", port});
    const auto http = port_of(up->wait_for_line("ready http://127.0.0.1:", Deadline(60'000)));
    const auto events = "tcp://127.0.0.1:" + port;
    const auto link = "tcp://127.0.0.1:" + std::to_string(std::stoi(port) + 1);
    EXPECT_NE(up->err().find("workers connect to " + events + " and " + link), std::string::npos) << up->err();
    Process own({program_path("longwire-worker-demo"),
                 {"--name", "own", "--broker-events", events, "--broker-link", link},
                 {},
                 {}},
                folder / "own");
    own.wait_for_line("ready own");
    EXPECT_TRUE(eventually([&] { return items(HttpClient(http).get("/v1/workers").json(), "workers").size() == 5U; }));
    const auto second = run({program_path("longwire"),
                             {"up", "--http", "127.0.0.1:0", "--data", folder / "other", "--worker-port", port},
                             {},
                             {}},
                            folder / "second");
    EXPECT_EQ(second.ending, (Ending{1, 0}));
    EXPECT_NE(second.err.find("--worker-port"), std::string::npos) << second.err;
    EXPECT_EQ(own.end(SIGTERM), (Ending{0, 0})) << own.err();
    EXPECT_EQ(up->end(SIGTERM), (Ending{0, 0})) << up->err();
}

TEST_F(Up, AMissingProgramIsNamed) {
    const auto finished = refused({"--http", "127.0.0.1:0", "--bin-dir", folder.path()});
    EXPECT_EQ(finished.ending, (Ending{1, 0}));
    EXPECT_NE(finished.err.find("longwire-broker"), std::string::npos) << finished.err;
}

}  // namespace
}  // namespace longwire::integration
