// Processes are killed under load, and no client may notice more than a pause.
#include <iostream>

#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class Chaos : public testing::Test {
  protected:
    /// Loads a whole cluster as the flags say, and returns what `longwire verify` found.
    json::value verify(const Arguments& flags, Deadline deadline) {
        Process up({program_path("longwire"), {"up", "--http", "127.0.0.1:0", "--data", folder / "data"}, {}, {}},
                   folder / "up");
        up.wait_for_line("ready http://127.0.0.1:", Deadline(60'000));
        Arguments arguments{"verify", "--json", "--data", folder / "data"};
        for (const auto& process : items(json::parse(read_text(folder / "data/cluster.json")), "processes")) {
            if (!text(process, "url").empty()) arguments.insert(arguments.end(), {"--url", text(process, "url")});
        }
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        const auto finished = run({program_path("longwire"), arguments, {}, {}}, folder / "verify", deadline);
        EXPECT_EQ(finished.ending, (Ending{0, 0})) << finished.out << finished.err;
        EXPECT_EQ(up.end(SIGTERM), (Ending{0, 0})) << up.err();
        std::cout << finished.out;
        return json::parse(finished.out);
    }

    static void expect_exact(const json::value& found) {
        for (const auto* part : {"pushed", "produced"}) {
            for (const auto* count : {"lost", "duplicated", "reordered"}) {
                EXPECT_EQ(number(found, std::string(part) + "." + count), 0) << part << " " << count;
            }
            EXPECT_GT(number(found, std::string(part) + ".events"), 0);
        }
        EXPECT_EQ(number(found, "pushed.new_epochs"), 0) << "a log on disk keeps its epochs";
        EXPECT_EQ(number(found, "differing"), 0);
    }

    static std::int64_t kills(const json::value& found, const std::string& process) {
        return number(found, "recovery." + process + ".kills");
    }

    TestFolder folder;
};

TEST_F(Chaos, EachRoleIsKilledInTurnAndNothingIsLost) {
    const auto found =
        verify({"--for-s",    "9",           "--rate",          "400",  "--tasks", "4",      "--task-s", "2",
                "--watchers", "20",          "--drop-every-ms", "1500", "--kill",  "broker", "--kill",   "edge",
                "--kill",     "worker-demo", "--kill-every-ms", "2000"},
               Deadline(100'000));
    expect_exact(found);
    for (const auto* process : {"broker", "edge-1", "edge-2", "worker-demo"}) EXPECT_EQ(kills(found, process), 1);
}

class SlowChaos : public Chaos {
  protected:
    json::value verify_a_minute(const std::string& order) {
        return verify({"--for-s",         "60",   "--rate",       "5000",   "--tasks", "8",    "--task-s", "5",
                       "--watchers",      "200",  "--kill",       "broker", "--kill",  "edge", "--kill",   "worker",
                       "--kill-every-ms", "3000", "--kill-order", order,    "--seed",  "1"},
                      Deadline(200'000));
    }
};

TEST_F(SlowChaos, AMinuteOfKillsInTurnUnderLoad) {
    expect_exact(verify_a_minute("in-turn"));
}

TEST_F(SlowChaos, AMinuteOfKillsAtRandomUnderLoad) {
    expect_exact(verify_a_minute("random"));
}

}  // namespace
}  // namespace longwire::integration
