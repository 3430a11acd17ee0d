#include <gtest/gtest.h>

#include <deque>

#include "tests/unit/edge/dialects/tasks/follower.h"

namespace longwire::edge {
namespace {

constexpr auto kStarted = "connected Task started and connected to event stream";
constexpr auto kConnected = "connected Connected to event stream";

/// Takes settings by their names.
class Settings final : public SettingSink {
  public:
    void text(const ProductSetting& setting, std::string& value, const Check& check) override {
        texts[setting.name] = &value;
        checks[setting.name] = check;
    }
    void number(const ProductSetting& setting, std::int64_t& value, std::int64_t, std::int64_t) override {
        numbers[setting.name] = &value;
    }
    void list(const ProductSetting&, std::vector<std::string>&, const Check&) override {}
    void toggle(const ProductSetting&, bool&) override {}

    std::map<std::string, std::string*> texts;
    std::map<std::string, Check> checks;
    std::map<std::string, std::int64_t*> numbers;
};

struct TasksOpening : testing::Test, TasksFollower {
    TasksOpening() : TasksFollower(*made) {}

    static std::unique_ptr<Product> make() { return make_tasks_product(); }
    static inline std::unique_ptr<Product> made;
    static void SetUpTestSuite() { made = make(); }
    static void TearDownTestSuite() { made.reset(); }
};

TEST_F(TasksOpening, OfAHeldTaskItIsRun) {
    open();
    EXPECT_EQ(host.commands(), R"(state {"task":"t1"})");
    state(R"({"state":"PENDING","held":true,"offset":1,"started_us":null})");
    EXPECT_EQ(host.commands(), R"(run {"task":"t1","run":1})");
    EXPECT_EQ(outline(), "");
    host.reply("run", R"({"task":"t1","run":1,"state":"PENDING"})");
    EXPECT_EQ(host.commands(), R"(state {"task":"t1"})");
    state(R"({"state":"PENDING","offset":2,"started_us":null,"progress":0})");
    EXPECT_EQ(host.commands(),
              R"(subscribe {"topic":"task/t1","from":{"epoch":"000000000000000e","offset":0},"conflate_ms":0})");
    subscribed();
    EXPECT_EQ(outline(), std::string(kStarted) + "\nstate PENDING 0E0");
}

TEST_F(TasksOpening, OfAFailedTaskTheNextRunIsAskedForByItsNumber) {
    open();
    state(R"({"state":"FAILED","run":4,"offset":9})");
    EXPECT_EQ(host.commands(),
              "state {\"task\":\"t1\"}\n"
              R"(run {"task":"t1","run":5})");
}

TEST_F(TasksOpening, OfAnExpiredTaskTheNextRunIsAskedForToo) {
    open();
    state(R"({"state":"EXPIRED","run":1,"offset":9})");
    EXPECT_EQ(host.commands(),
              "state {\"task\":\"t1\"}\n"
              R"(run {"task":"t1","run":2})");
}

TEST_F(TasksOpening, WhoeverFindsThatTheRunTheyAskedForHasFailedAlreadyAsksForNoOther) {
    open();
    state(R"({"state":"FAILED","run":1,"offset":3})");
    host.reply("run", R"({"task":"t1","run":2,"state":"FAILED"})");
    host.commands();
    state(R"({"state":"FAILED","run":2,"offset":6})");
    EXPECT_TRUE(host.commands().starts_with("subscribe ")) << "and is told how that one ended";
}

TEST_F(TasksOpening, ATaskThatWaitsRunsOrHasEndedOtherwiseIsLeftAsItIs) {
    for (const auto* state_now : {"PENDING", "RUNNING", "COMPLETED", "CANCELLED"}) {
        TasksFollower client(product);
        client.open();
        client.state(R"({"state":")" + std::string(state_now) + "\"}");
        const auto commands = client.host.commands();
        EXPECT_EQ(commands.find("run "), std::string::npos) << state_now;
        EXPECT_NE(commands.find("subscribe "), std::string::npos) << state_now;
    }
}

TEST_F(TasksOpening, TheStateFollowsConnected) {
    open();
    state(R"({"current_agent":"Ann","agents":[{"agent":"Ann","message":"reads"}],"message":"two of five"})");
    subscribed();
    EXPECT_EQ(host.heard(),
              R"({"type":"connected","data":{"task_id":"t1","message":"Connected to event stream"}})"
              "\n"
              R"({"type":"state","data":{"task_id":"t1","status":"RUNNING","progress":2.5E-1,"current_agent":"Ann",)"
              R"("last_message":"reads","started_at":"2023-11-14T22:13:21.500Z","completed_at":null}})");
}

TEST_F(TasksOpening, ATaskThatIsNotThereIsToldAndTheConnectionClosed) {
    open();
    host.fail("state", {Errc::not_found, "there is no task t1", "task"});
    EXPECT_EQ(host.heard(), R"({"type":"error","data":{"message":"Task not found"}})");
    EXPECT_EQ(host.closed_with, 1000);
}

TEST_F(TasksOpening, ANameThatNoTaskCanHaveIsOfNoTask) {
    open();
    host.fail("state", bad_request("task", "may not have '/'"));
    EXPECT_EQ(outline(), "error Task not found");
    EXPECT_EQ(host.closed_with, 1000);
}

TEST_F(TasksOpening, AStartThatFailsIsToldAndTheConnectionClosed) {
    open();
    state(R"({"state":"FAILED"})");
    host.fail("run", {Errc::unavailable, "the queue of agent.team is full", "kind", 1000});
    EXPECT_EQ(outline(), "error kind: Task could not be started: the queue of agent.team is full");
    EXPECT_EQ(host.closed_with, 1013);
}

TEST_F(TasksOpening, WithoutABrokerTheClientIsToComeBack) {
    open();
    host.fail("state", {Errc::unavailable, "the edge has no broker", {}, 500});
    EXPECT_EQ(outline(), "error the edge has no broker");
    EXPECT_EQ(host.closed_with, 1013);
}

TEST_F(TasksOpening, AFaultOfOursIsToldAsOne) {
    open();
    state();
    host.fail("subscribe", {Errc::internal, "a bug"});
    EXPECT_EQ(outline(), "error a bug");
    EXPECT_EQ(host.closed_with, 1011);
}

TEST_F(TasksOpening, WhoeverMayNotUseTheKindMayWatchButNotStart) {
    host.identity.agents = {"guide"};
    open();
    state(R"({"state":"PENDING","held":true})");
    EXPECT_EQ(outline(), "error Task could not be started: you may not use agent.team");
    EXPECT_EQ(host.closed_with, 1008);

    TasksFollower watcher(product);
    watcher.host.identity.agents = {"guide"};
    watcher.open();
    watcher.state();
    watcher.subscribed();
    EXPECT_EQ(watcher.outline(), std::string(kConnected) + "\nstate RUNNING 2.5E-1");

    TasksFollower starter(product);
    starter.host.identity.agents = {"agent.team"};
    starter.open();
    starter.state(R"({"state":"PENDING","held":true})");
    EXPECT_NE(starter.host.commands().find("run "), std::string::npos);
}

TEST_F(TasksOpening, ForAClientThatHasGoneOrMayNoLongerNothingIsStarted) {
    open();
    host.commands();
    host.hang_up(1006);
    state(R"({"state":"PENDING","held":true})");
    EXPECT_EQ(host.commands(), "");

    TasksFollower late(product);
    late.host.identity.expires_us = late.host.time_us + 1'000;
    late.open();
    late.host.commands();
    late.host.pass_ms(1);
    EXPECT_EQ(late.host.closed_with, 4401);
    late.state(R"({"state":"PENDING","held":true})");
    EXPECT_EQ(late.host.commands(), "");
}

TEST_F(TasksOpening, AfterTheGivenEventTheRestComes) {
    open({{"after", "2"}});
    state();
    EXPECT_NE(host.commands().find(R"("from":{"epoch":"000000000000000e","offset":2})"), std::string::npos);
}

TEST_F(TasksOpening, WithoutHistoryOnlyWhatIsNewComes) {
    open({{"history", "0"}});
    state();
    EXPECT_NE(host.commands().find(R"("from":{"epoch":"000000000000000e","offset":3})"), std::string::npos);
}

TEST_F(TasksOpening, HistoryIsTheDefaultAndMayBeAskedFor) {
    open({{"history", "1"}});
    state();
    EXPECT_NE(host.commands().find(R"("offset":0})"), std::string::npos);
}

TEST_F(TasksOpening, AClientThatResumesHasWhatCameBeforeEvenIfItWantedNoHistory) {
    open({{"history", "0"}, {"after", "1"}});
    state();
    EXPECT_NE(host.commands().find(R"("offset":1})"), std::string::npos);
}

TEST_F(TasksOpening, AnEventThatHasNotBeenIsToldAndWhatIsNewComes) {
    open({{"after", "70"}});
    state();
    EXPECT_NE(host.commands().find(R"("offset":3})"), std::string::npos);
    subscribed();
    EXPECT_EQ(outline(), std::string(kConnected) +
                             "\nerror There is no event 70: the newest is 3\n"
                             "state RUNNING 2.5E-1");
    EXPECT_FALSE(host.closed_with);
}

TEST_F(TasksOpening, AQueryThatCannotBeMeantIsToldByItsName) {
    const std::vector<std::pair<Opening::Values, std::string>> kWrong{
        {{{"after", "x"}}, "error after: must be a whole number from 0 to 9007199254740992"},
        {{{"after", "-1"}}, "error after: must be a whole number from 0 to 9007199254740992"},
        {{{"after", "1.5"}}, "error after: must be a whole number from 0 to 9007199254740992"},
        {{{"after", "99999999999999999999"}}, "error after: must be a whole number from 0 to 9007199254740992"},
        {{{"history", "no"}}, "error history: must be 0 or 1"},
    };
    for (const auto& [query, fault] : kWrong) {
        TasksFollower client(product);
        client.open(query);
        EXPECT_EQ(client.outline(), fault);
        EXPECT_EQ(client.host.closed_with, 1008);
        EXPECT_EQ(client.host.commands(), "") << "nothing is started for it";
    }
}

TEST(TasksSettings, HaveDefaultsAndChecks) {
    const auto product = make_tasks_product();
    Settings settings;
    product->declare(settings);
    EXPECT_EQ(*settings.texts.at("tasks-kind"), "agent.team");
    EXPECT_EQ(*settings.texts.at("tasks-test-kind"), "demo.team");
    EXPECT_EQ(*settings.numbers.at("tasks-progress-ms"), 500);
    EXPECT_EQ(*settings.numbers.at("tasks-watchers-max"), 1000);
    EXPECT_FALSE(settings.checks.at("tasks-kind")("two words"));
    EXPECT_TRUE(settings.checks.at("tasks-kind")("my.kind"));
}

TEST(TasksWatchers, AreBoundedPerTask) {
    const auto product = make_tasks_product();
    Settings settings;
    product->declare(settings);
    *settings.numbers.at("tasks-watchers-max") = 2;
    std::deque<TasksFollower> clients;
    for (int i = 0; i < 3; ++i) clients.emplace_back(*product).open();
    EXPECT_EQ(clients[0].outline() + clients[1].outline(), "");
    EXPECT_EQ(clients[2].outline(), "error Too many watch this task: 2");
    EXPECT_EQ(clients[2].host.closed_with, 1013);
    EXPECT_EQ(clients[2].host.commands(), "") << "nothing is started for it";

    FakeHost other("tasks");
    other.open(*product, "/ws/tasks/{task_id}", {{"task_id", "t2"}});
    EXPECT_EQ(other.heard(), "");

    FakeHost foreign("tasks");
    foreign.identity.realm = "elsewhere";
    foreign.open(*product, "/ws/tasks/{task_id}", {{"task_id", "t1"}});
    EXPECT_EQ(foreign.heard(), "") << "another realm's task of that name is another task";
}

TEST(TasksWatchers, MakeRoomWhenTheyLeave) {
    const auto product = make_tasks_product();
    Settings settings;
    product->declare(settings);
    *settings.numbers.at("tasks-watchers-max") = 1;
    TasksFollower first(*product);
    first.open();
    first.host.hang_up(1006);
    {
        TasksFollower second(*product);
        second.open();
        EXPECT_EQ(second.outline(), "");
    }
    TasksFollower third(*product);
    third.open();
    EXPECT_EQ(third.outline(), "");
}

}  // namespace
}  // namespace longwire::edge
