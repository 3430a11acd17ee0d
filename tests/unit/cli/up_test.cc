#include <gmock/gmock.h>

#include <algorithm>

#include "clients/cli/up/child_life.h"
#include "clients/cli/up/child_process.h"
#include "clients/cli/up/cluster_plan.h"

namespace longwire::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using State = ChildLife::State;

TEST(ChildLife, IsStartedAtOnceAndBecomesReady) {
    ChildLife life;
    EXPECT_EQ(life.due_ms(), 0);
    life.on_started(5);
    EXPECT_EQ(life.due_ms(), std::nullopt);
    EXPECT_EQ(life.state(), State::starting);
    life.on_ready();
    EXPECT_EQ(life.state(), State::ready);
    EXPECT_TRUE(life.was_ever_ready());
}

TEST(ChildLife, WaitsLongerWithEachDeath) {
    ChildLife life;
    std::int64_t now = 0;
    std::vector<std::int64_t> delays;
    for (int i = 0; i < 9; ++i) {
        life.on_started(now);
        life.on_ready();
        now += 10;
        delays.push_back(life.on_died(now));
        EXPECT_EQ(life.due_ms(), now + delays.back());
        now += delays.back();
    }
    EXPECT_THAT(delays, ElementsAre(100, 200, 400, 800, 1600, 3200, 6400, 10'000, 10'000));
}

TEST(ChildLife, HalfAMinuteOfLifeForgivesEarlierDeaths) {
    ChildLife life;
    life.on_started(0);
    EXPECT_EQ(life.on_died(1), 100);
    life.on_started(101);
    EXPECT_EQ(life.on_died(101 + ChildLife::kSteadyMs - 1), 200);
    life.on_started(40'000);
    EXPECT_EQ(life.on_died(40'000 + ChildLife::kSteadyMs), 100);
}

TEST(ChildLife, CountsDeathsBeforeItWasEverReady) {
    ChildLife life;
    life.on_started(0);
    life.on_died(1);
    EXPECT_EQ(life.early_deaths(), 1);
    life.on_started(200);
    life.on_ready();
    life.on_died(201);
    EXPECT_EQ(life.early_deaths(), 1);
}

TEST(ChildLife, AnEndedOneIsNotStartedAgain) {
    ChildLife life;
    life.on_started(0);
    life.end();
    EXPECT_EQ(life.due_ms(), std::nullopt);
    EXPECT_FALSE(life.lives());
}

const ChildPlan& find(const std::vector<ChildPlan>& plan, const std::string& name) {
    return *std::find_if(plan.begin(), plan.end(), [&](const ChildPlan& child) { return child.name == name; });
}

TEST(ClusterPlan, GivesEachProgramItsFlags) {
    UpSettings settings;
    settings.auth = "auth.toml";
    settings.console = "/c";
    const auto plan = plan_cluster(settings, "/d/run", "/d", std::nullopt);
    ASSERT_EQ(plan.size(), 7u);
    EXPECT_THAT(find(plan, "broker").arguments,
                ElementsAre("--events", "ipc:///d/run/events", "--workers", "ipc:///d/run/workers", "--edges",
                            "ipc:///d/run/edges", "--tap", "ipc:///d/run/tap", "--data-dir", "/d/broker"));
    EXPECT_THAT(find(plan, "edge-2").arguments,
                ElementsAre("--broker", "ipc:///d/run/edges", "--http", "127.0.0.1:8081", "--console", "/c", "--auth",
                            "auth.toml"));
    EXPECT_THAT(find(plan, "worker-demo").arguments,
                ElementsAre("--name", "demo-1", "--broker-events", "ipc:///d/run/events", "--broker-link",
                            "ipc:///d/run/workers", "--capacity", "32"));
    EXPECT_THAT(find(plan, "worker-exec").arguments, Contains("find,du,ls,wc,sha256sum,seq,sleep,echo,date,uname"));
    EXPECT_THAT(find(plan, "worker-agent").arguments,
                ElementsAre("--name", "agent-1", "--broker-events", "ipc:///d/run/events", "--broker-link",
                            "ipc:///d/run/workers"));
    EXPECT_THAT(find(plan, "worker-webhook").arguments,
                IsSupersetOf({"--secret-file", "/d/webhook-secret", "make", "localhost,127.0.0.1,[::1]"}));
    settings.http = "0.0.0.0:8080";
    EXPECT_THAT(find(plan_cluster(settings, "/d/run", "/d", std::nullopt), "worker-webhook").arguments,
                Not(Contains("--allow-host")));
    EXPECT_EQ(find(plan, "broker").stage, Stage::broker);
}

TEST(ClusterPlan, WorkersOfOthersHaveEndpointsOfTheirOwn) {
    const auto plan = plan_cluster({}, "/r", "/d", WorkerEndpoints{"tcp://127.0.0.1:1", "tcp://127.0.0.1:2"});
    EXPECT_THAT(find(plan, "broker").arguments,
                ElementsAre("--events", "ipc:///r/events", "--workers", "ipc:///r/workers", "--edges", "ipc:///r/edges",
                            "--tap", "ipc:///r/tap", "--data-dir", "/d/broker", "--events", "tcp://127.0.0.1:1",
                            "--workers", "tcp://127.0.0.1:2"));
    EXPECT_THAT(find(plan, "worker-demo").arguments, Contains("ipc:///r/events"));
}

TEST(ClusterPlan, TheWorkersPortsAreNotTheEdges) {
    UpSettings settings;
    settings.http = "127.0.0.1:8080";
    for (const int port : {8079, 8080, 8081}) {
        settings.worker_port = port;
        const Status status = check_up_settings(settings);
        ASSERT_FALSE(status) << port;
        EXPECT_EQ(status.error().field, "worker-port");
    }
    for (const int port : {0, 8078, 8082}) {
        settings.worker_port = port;
        EXPECT_TRUE(check_up_settings(settings)) << port;
    }
}

TEST(ClusterPlan, AnyPortIsAnyPortForEachEdge) {
    UpSettings settings;
    settings.http = "[::1]:0";
    settings.edges = 3;
    auto plan = plan_cluster(settings, "/r", "/d", std::nullopt);
    EXPECT_THAT(find(plan, "edge-3").arguments, Contains("[::1]:0"));
    plan[1].set("--http", "[::1]:99");
    EXPECT_THAT(plan[1].arguments, Contains("[::1]:99"));
}

TEST(ClusterPlan, StrangersNeedAuthentication) {
    UpSettings settings;
    for (const char* http : {"127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "localhost:1"}) {
        settings.http = http;
        EXPECT_TRUE(check_up_settings(settings)) << http;
    }
    for (const char* http : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.org:1", "127.0.0.1.example.org:1"}) {
        settings.http = http;
        settings.auth.clear();
        const Status status = check_up_settings(settings);
        ASSERT_FALSE(status) << http;
        EXPECT_THAT(status.error().message, HasSubstr("--auth"));
        settings.auth = "auth.toml";
        EXPECT_TRUE(check_up_settings(settings)) << http;
        settings.auth.clear();
    }
}

TEST(ClusterPlan, RefusesPortsThatDoNotExist) {
    UpSettings settings;
    settings.http = "127.0.0.1:65535";
    EXPECT_FALSE(check_up_settings(settings));
    settings.edges = 1;
    EXPECT_TRUE(check_up_settings(settings));
}

TEST(ClusterPlan, KnowsTheBoundOfSocketPaths) {
    EXPECT_TRUE(socket_paths_fit(std::string(99, 'x')));
    EXPECT_FALSE(socket_paths_fit(std::string(100, 'x')));
}

TEST(LineSplitter, GivesWholeLines) {
    LineSplitter lines;
    std::vector<std::string> got;
    const auto on_line = [&](std::string_view line) { got.emplace_back(line); };
    lines.add("one\ntw", on_line);
    lines.add("o\n\nthr", on_line);
    EXPECT_THAT(got, ElementsAre("one", "two", ""));
    lines.finish(on_line);
    lines.finish(on_line);
    EXPECT_THAT(got, ElementsAre("one", "two", "", "thr"));
}

TEST(LineSplitter, CutsALineWithoutEnd) {
    LineSplitter lines;
    std::size_t bytes = 0;
    for (int i = 0; i < 100; ++i) {
        lines.add(std::string(4096, 'x'), [&](std::string_view line) { bytes += line.size(); });
    }
    EXPECT_GT(bytes, 300'000u);
}

TEST(ChildProcess, SaysHowItEnded) {
    ChildProcess child;
    ASSERT_TRUE(child.start("/bin/sh", {"-c", "echo $KEPT$DROPPED; exit 3"}, {"DROPPED"}));
    std::string how;
    int status = 0;
    while (!child.has_ended(how, status)) {
    }
    EXPECT_EQ(how, "exited with status 3");
    EXPECT_EQ(status, 3);
    EXPECT_FALSE(child.lives());
}

TEST(ChildProcess, AProgramThatIsNotThereEndsWith127) {
    ChildProcess child;
    ASSERT_TRUE(child.start("/nowhere/program", {}, {}));
    std::string how;
    int status = 0;
    while (!child.has_ended(how, status)) {
    }
    EXPECT_EQ(status, 127);
    std::string said;
    child.read_stderr([&](std::string_view line) { said += line; });
    EXPECT_THAT(said, HasSubstr("No such file"));
}

}  // namespace
}  // namespace longwire::cli
