#include <gtest/gtest.h>

#include "tests/unit/edge/dialects/tasks/follower.h"

namespace longwire::edge {
namespace {

struct TasksFollowing : testing::Test, TasksFollower {
    TasksFollowing() : TasksFollower(*made) {}

    /// What a client is sent of one event, without the state.
    json::object data_of(std::string_view type, std::string_view data) {
        TasksFollower client(product);
        client.follow({}, R"({"offset":0})");
        client.event(type, data);
        std::istringstream lines(client.host.heard());
        std::string first;
        std::getline(lines, first);
        return json::parse(first).as_object().at("data").as_object();
    }

    static inline std::unique_ptr<Product> made;
    static void SetUpTestSuite() { made = make_tasks_product(); }
    static void TearDownTestSuite() { made.reset(); }
};

TEST_F(TasksFollowing, AnEventHasAllItsFields) {
    follow();
    host.count_from(6);
    event("agent.message", R"({"agent":"Planner","message":"Three steps"})");
    EXPECT_TRUE(host.heard().starts_with(
        R"({"type":"event","data":{"event_id":7,"task_id":"t1","timestamp":"2023-11-14T22:13:20.000Z",)"
        R"("agent_role":"Planner","event_type":"MESSAGE","payload":{"agent":"Planner","message":"Three steps"}}})"));
}

TEST_F(TasksFollowing, EveryNativeTypeHasItsName) {
    const std::vector<std::pair<std::string, std::string>> kTypes{
        {"task.queued", "TASK_QUEUED"},
        {"task.started", "TASK_STARTED"},
        {"task.progress", "TASK_PROGRESS"},
        {"task.retrying", "TASK_RETRYING"},
        {"task.waiting", "TASK_WAITING"},
        {"task.input", "TASK_INPUT"},
        {"task.cancelling", "TASK_CANCELLING"},
        {"task.completed", "TASK_COMPLETED"},
        {"task.failed", "TASK_FAILED"},
        {"task.cancelled", "TASK_CANCELLED"},
        {"task.expired", "TASK_EXPIRED"},
        {"agent.status", "AGENT_STATUS"},
        {"agent.step", "AGENT_STEP"},
        {"agent.handoff", "AGENT_HANDOFF"},
        {"agent.message", "MESSAGE"},
        {"text.delta", "TEXT_DELTA"},
        {"text.done", "TEXT_DONE"},
        {"tool.call", "TOOL_CALL"},
        {"tool.result", "TOOL_RESULT"},
        {"log", "LOG"},
        {"artifact", "ARTIFACT"},
        {"presence.join", "PRESENCE_JOIN"},
        {"presence.leave", "PRESENCE_LEAVE"},
        {"my-own.Thing_2", "MY_OWN_THING_2"},
    };
    for (const auto& [native, ours] : kTypes) EXPECT_EQ(text(data_of(native, "{}").at("event_type")), ours) << native;
}

TEST_F(TasksFollowing, TheRoleIsTheAgentOrSystem) {
    EXPECT_EQ(data_of("tool.call", R"({"agent":"Ann"})").at("agent_role"), "Ann");
    EXPECT_EQ(data_of("text.delta", R"({"text":"a"})").at("agent_role"), "System");
    EXPECT_EQ(data_of("log", R"({"agent":7})").at("agent_role"), "System");
    for (const auto* type : {"task.queued", "task.started", "task.progress", "task.completed"}) {
        EXPECT_EQ(data_of(type, R"({"agent":"Ann"})").at("agent_role"), "System") << type;
    }
}

TEST_F(TasksFollowing, APayloadIsAlwaysAnObject) {
    EXPECT_EQ(json::serialize(data_of("log", R"({"a":[1]})").at("payload")), R"({"a":[1]})");
    EXPECT_EQ(json::serialize(data_of("log", "null").at("payload")), "{}");
    EXPECT_EQ(json::serialize(data_of("log", "[1]").at("payload")), R"({"value":[1]})");
    EXPECT_EQ(json::serialize(data_of("log", R"("text")").at("payload")), R"({"value":"text"})");
}

TEST_F(TasksFollowing, ThePastIsToldWithoutStatesAndTheLiveWithThem) {
    follow({}, R"({"offset":3,"progress":0.5})");
    event("task.queued", R"({"run":1,"kind":"k","held":true})");
    event("task.started", R"({"run":1})");
    event("task.progress", R"({"progress":0.5})");
    EXPECT_EQ(outline(), "event 1 TASK_QUEUED\nevent 2 TASK_STARTED\nevent 3 TASK_PROGRESS");
    event("agent.status", R"({"agent":"Ann","message":"reads"})");
    EXPECT_EQ(outline(), "event 4 AGENT_STATUS\nstate RUNNING 5E-1");
}

TEST_F(TasksFollowing, TheStateIsToldWheneverStatusAgentOrMessageChange) {
    follow({}, R"({"state":"PENDING","started_us":null,"progress":0,"offset":0})");
    event("task.started", R"({"run":1})");
    EXPECT_EQ(outline(), "event 1 TASK_STARTED\nstate RUNNING 0E0");
    event("agent.step", R"({"agent":"Ann","status":"working"})");
    EXPECT_EQ(host.heard().find(R"("current_agent":"Ann","last_message":null)") != std::string::npos, true);
    event("agent.status", R"({"agent":"Ann","message":"reads"})");
    EXPECT_NE(host.heard().find(R"("current_agent":"Ann","last_message":"reads")"), std::string::npos);
    event("agent.message", R"({"agent":"Ann","message":"found it"})");
    EXPECT_NE(host.heard().find(R"("current_agent":"Ann","last_message":"found it")"), std::string::npos);
    event("agent.handoff", R"({"agent":"Ann","to":"Bob"})");
    EXPECT_NE(host.heard().find(R"("current_agent":"Bob","last_message":null)"), std::string::npos);
    event("task.progress", R"({"progress":0.5,"message":"half"})");
    EXPECT_NE(host.heard().find(R"("current_agent":"Bob","last_message":"half")"), std::string::npos);
}

TEST_F(TasksFollowing, WhatChangesNothingBringsNoState) {
    follow({}, R"({"offset":0,"current_agent":"Ann","agents":[{"agent":"Ann","message":"reads"}]})");
    event("agent.status", R"({"agent":"Ann","message":"reads","progress":0.9})");
    event("log", R"({"message":"x"})");
    event("text.delta", R"({"text":"x"})");
    event("task.input", R"({"data":1})");
    event("task.progress", R"({"progress":7})");
    EXPECT_EQ(outline(),
              "event 1 AGENT_STATUS\nevent 2 LOG\nevent 3 TEXT_DELTA\nevent 4 TASK_INPUT\nevent 5 TASK_PROGRESS");
}

TEST_F(TasksFollowing, MereProgressIsToldAtMostEvery500MsAndTheLastIsNotLost) {
    follow({}, R"({"offset":0,"progress":0})");
    host.pass_ms(500);
    event("task.progress", R"({"progress":0.1})");
    EXPECT_EQ(outline(), "event 1 TASK_PROGRESS\nstate RUNNING 1E-1");
    host.pass_ms(100);
    event("task.progress", R"({"progress":0.2})");
    event("task.progress", R"({"progress":0.3})");
    EXPECT_EQ(outline(), "event 2 TASK_PROGRESS\nevent 3 TASK_PROGRESS");
    host.pass_ms(399);
    EXPECT_EQ(outline(), "");
    host.pass_ms(1);
    EXPECT_EQ(outline(), "state RUNNING 3E-1");
    host.pass_ms(5'000);
    EXPECT_EQ(outline(), "") << "nothing is new";
}

TEST_F(TasksFollowing, AnyStateCarriesTheProgressAlong) {
    follow({}, R"({"offset":0,"progress":0})");
    event("task.progress", R"({"progress":0.2})");
    EXPECT_EQ(outline(), "event 1 TASK_PROGRESS") << "a state was told just now";
    event("agent.step", R"({"agent":"Ann"})");
    EXPECT_EQ(outline(), "event 2 AGENT_STEP\nstate RUNNING 2E-1");
    host.pass_ms(5'000);
    EXPECT_EQ(outline(), "");
}

TEST_F(TasksFollowing, EachEndIsTheFinalStateAndThenClose1000) {
    const std::vector<std::pair<std::string, std::string>> kEnds{{"task.completed", "COMPLETED 1E0"},
                                                                 {"task.failed", "FAILED 2.5E-1"},
                                                                 {"task.cancelled", "CANCELLED 2.5E-1"},
                                                                 {"task.expired", "FAILED 2.5E-1"}};
    for (const auto& [type, shown] : kEnds) {
        TasksFollower client(product);
        client.follow({}, R"({"offset":0})");
        client.event("task.progress", R"({"progress":0.25})");
        client.outline();
        client.event(type);
        const auto lines = client.outline();
        EXPECT_NE(lines.find("\nstate " + shown), std::string::npos) << lines;
        EXPECT_EQ(client.host.closed_with, 1000) << type;
    }
}

TEST_F(TasksFollowing, TheFinalStateSaysWhenItEnded) {
    follow({}, R"({"offset":0,"progress":1})");
    event("task.completed");
    EXPECT_NE(host.heard().find(R"("completed_at":"2023-11-14T22:13:20.000Z")"), std::string::npos);
}

TEST_F(TasksFollowing, OfATaskThatHasEndedComesItsHistoryThenTheFinalStateThenClose1000) {
    open();
    state(R"({"state":"COMPLETED","progress":1,"ended_us":1700000002000000,"offset":3})");
    subscribed();
    EXPECT_EQ(outline(), "connected Connected to event stream");
    event("task.queued", R"({"run":1})");
    event("task.started", R"({"run":1})");
    EXPECT_FALSE(host.closed_with);
    event("task.completed");
    EXPECT_EQ(outline(), "event 1 TASK_QUEUED\nevent 2 TASK_STARTED\nevent 3 TASK_COMPLETED\nstate COMPLETED 1E0");
    EXPECT_EQ(host.closed_with, 1000);
}

TEST_F(TasksFollowing, OfATaskThatHasEndedWithoutHistoryComesTheFinalStateAtOnce) {
    open({{"history", "0"}});
    state(R"({"state":"CANCELLED"})");
    subscribed();
    EXPECT_EQ(outline(), "connected Connected to event stream\nstate CANCELLED 2.5E-1");
    EXPECT_EQ(host.closed_with, 1000);
}

TEST_F(TasksFollowing, WhoeverHasAllOfATaskThatHasEndedIsTold) {
    open({{"after", "3"}});
    state(R"({"state":"COMPLETED"})");
    subscribed();
    EXPECT_EQ(outline(), "connected Connected to event stream\nstate COMPLETED 2.5E-1");
    EXPECT_EQ(host.closed_with, 1000);
}

TEST_F(TasksFollowing, AnEarlierRunsEndInTheHistoryIsNotTheEnd) {
    follow({}, R"({"run":2,"offset":4})");
    event("task.queued", R"({"run":1})");
    event("task.started", R"({"run":1})");
    event("task.failed");
    event("task.queued", R"({"run":2})");
    EXPECT_FALSE(host.closed_with);
    EXPECT_EQ(outline().find("state"), std::string::npos);
    event("task.completed");
    EXPECT_EQ(host.closed_with, 1000);
}

TEST_F(TasksFollowing, TheNextRunBeginsWithACleanState) {
    follow({}, R"({"offset":0,"current_agent":"Ann","agents":[{"agent":"Ann","message":"reads"}],"message":"m"})");
    event("task.queued", R"({"run":2})");
    EXPECT_NE(host.heard().find(R"("status":"PENDING","progress":0E0,"current_agent":null,"last_message":null,)"
                                R"("started_at":null,"completed_at":null)"),
              std::string::npos);
}

TEST_F(TasksFollowing, ALetGoTaskIsStillPending) {
    follow({}, R"({"state":"PENDING","started_us":null,"offset":0})");
    event("task.queued", R"({"run":1,"held":false})");
    EXPECT_EQ(outline(), "event 1 TASK_QUEUED");
}

TEST_F(TasksFollowing, AgentsAndMessagesAreBounded) {
    follow({}, R"({"offset":0})");
    for (int i = 0; i < 1000; ++i) {
        event("agent.status",
              R"({"agent":"a)" + std::to_string(i) + R"(","message":")" + std::string(9'999, 'x') + "\"}");
    }
    host.heard();
    event("agent.status", R"({"agent":"a999","message":"late"})");
    EXPECT_EQ(host.heard().find(R"("last_message":"late")"), std::string::npos) << "as in snapshots";
    event("agent.status", R"({"agent":"a7"})");
    EXPECT_NE(host.heard().find("\"last_message\":\"" + std::string(4096, 'x') + "\""), std::string::npos);
}

TEST_F(TasksFollowing, AGapIsToldAndTheRestComes) {
    follow({}, R"({"offset":9})");
    host.push(R"({"gap":{"topic":"task/t1","from":1,"to":4,"reason":"trimmed"}})");
    EXPECT_EQ(outline(), "error Events 1 to 4 are missing");
    EXPECT_EQ(host.commands(), "") << "the state has them in it";
    host.count_from(4);
    event("log");
    EXPECT_EQ(outline(), "event 5 LOG");
}

TEST_F(TasksFollowing, AfterAGapInTheLiveTheStateIsAskedForAnew) {
    follow();
    host.push(R"({"gap":{"topic":"task/t1","from":4,"to":9,"reason":"slow"}})");
    EXPECT_EQ(outline(), "error Events 4 to 9 are missing");
    EXPECT_EQ(host.commands(), R"(state {"task":"t1"})");
    host.count_from(9);
    event("agent.step", R"({"agent":"Ann"})");
    EXPECT_EQ(outline(), "event 10 AGENT_STEP") << "what it changes is not known yet";
    state(R"({"offset":11,"progress":0.75,"current_agent":"Ann"})");
    EXPECT_EQ(outline(), "state RUNNING 7.5E-1");
    event("agent.step", R"({"agent":"Bob"})");
    EXPECT_EQ(outline(), "event 11 AGENT_STEP") << "that is in the state";
    event("agent.step", R"({"agent":"Cleo"})");
    EXPECT_EQ(outline(), "event 12 AGENT_STEP\nstate RUNNING 7.5E-1");
}

TEST_F(TasksFollowing, AStateThatIsOlderThanWhatWasSentIsAskedForAgain) {
    follow();
    host.push(R"({"gap":{"topic":"task/t1","from":4,"to":9,"reason":"slow"}})");
    host.count_from(9);
    event("agent.step", R"({"agent":"Ann"})");
    host.commands();
    host.heard();
    state(R"({"offset":9})");
    EXPECT_EQ(outline(), "");
    host.pass_ms(999);
    EXPECT_EQ(host.commands(), "");
    host.pass_ms(1);
    EXPECT_EQ(host.commands(), R"(state {"task":"t1"})");
    state(R"({"offset":10,"current_agent":"Ann"})");
    EXPECT_EQ(outline(), "state RUNNING 2.5E-1");
}

TEST_F(TasksFollowing, HoweverManyGapsThereAreTheStateIsAskedForOnceAtATime) {
    follow();
    for (int to = 4; to < 20; ++to) {
        const auto at = std::to_string(to);
        host.push(R"({"gap":{"topic":"task/t1","from":)" + at + R"(,"to":)" + at + R"(,"reason":"slow"}})");
    }
    EXPECT_EQ(host.commands(), R"(state {"task":"t1"})");
    host.heard();
    state(R"({"offset":30,"current_agent":"Ann"})");
    EXPECT_EQ(outline(), "") << "it may be from before the last gap";
    EXPECT_EQ(host.commands(), R"(state {"task":"t1"})");
    state(R"({"offset":30,"current_agent":"Bob"})");
    EXPECT_EQ(outline(), "state RUNNING 2.5E-1");
    EXPECT_EQ(host.commands(), "");
}

TEST_F(TasksFollowing, WhileThereIsNoBrokerTheStateIsAskedForAgain) {
    follow();
    host.push(R"({"gap":{"topic":"task/t1","from":4,"to":9,"reason":"slow"}})");
    host.commands();
    host.fail("state", {Errc::unavailable, "no broker"});
    EXPECT_FALSE(host.closed_with);
    host.pass_ms(1'000);
    EXPECT_EQ(host.commands(), R"(state {"task":"t1"})");
}

TEST_F(TasksFollowing, AnEndThatWasMissedIsToldByTheStateAskedFor) {
    follow();
    host.push(R"({"gap":{"topic":"task/t1","from":4,"to":9,"reason":"trimmed"}})");
    host.heard();
    state(R"({"state":"COMPLETED","offset":9,"progress":1})");
    EXPECT_EQ(outline(), "state COMPLETED 1E0");
    EXPECT_EQ(host.closed_with, 1000);
}

TEST_F(TasksFollowing, ATaskWhoseLogWasLostIsToldAndSoIsItsState) {
    follow();
    const auto* const gap =
        R"({"gap":{"topic":"task/t1","from":4,"to":3,"reason":"epoch_changed","epoch":"00000000000000ff"}})";
    host.push(gap);
    EXPECT_EQ(outline(), "error The task's events were lost; they are numbered anew");
    state(R"({"offset":2,"epoch":"00000000000000ff","progress":0.5})");
    host.pass_ms(500);
    EXPECT_EQ(outline(), "state RUNNING 5E-1");
    host.count_from(2);
    event("task.completed");
    EXPECT_EQ(host.closed_with, 1000);

    TasksFollower other(product);
    other.follow();
    other.host.push(gap);
    other.host.heard();
    other.host.fail("state", {Errc::not_found, "there is no task t1", "task"});
    EXPECT_EQ(other.outline(), "error Task not found");
    EXPECT_EQ(other.host.closed_with, 1000);
}

TEST_F(TasksFollowing, OtherPushesAreNotForTheClient) {
    follow();
    host.push(R"({"notice":"draining","reconnect_ms":5})");
    EXPECT_EQ(outline(), "");
}

TEST_F(TasksFollowing, AClientThatLeavesLeavesTheTaskAsItIs) {
    follow();
    host.hang_up(1000);
    EXPECT_EQ(host.commands(), "");
}

TEST_F(TasksFollowing, WhatAClientSaysIsToldToBeOfNoUseAndTheConnectionLivesOn) {
    follow();
    host.say_wrong(R"({"type":"ping"})");
    EXPECT_EQ(outline(), "error This connection takes no messages: it follows a task");
    host.say_wrong("{");
    EXPECT_EQ(outline(), "error message: is no JSON");
    EXPECT_FALSE(host.closed_with);
    event("log");
    EXPECT_EQ(outline(), "event 1 LOG");
}

TEST_F(TasksFollowing, ATokenThatExpiresEndsIt) {
    host.identity.expires_us = host.time_us + 2'000'000;
    follow({}, R"({"offset":0})");
    event("task.progress", R"({"progress":0.75})");
    host.heard();
    host.pass_ms(1'999);
    EXPECT_EQ(outline(), "state RUNNING 7.5E-1");
    host.pass_ms(1);
    EXPECT_EQ(outline(), "error Your token has expired");
    EXPECT_EQ(host.closed_with, 4401);
}

}  // namespace
}  // namespace longwire::edge
