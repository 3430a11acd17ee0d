#include <gtest/gtest.h>

#include "tests/unit/edge/dialects/tracking/dashboard.h"

namespace longwire::edge {
namespace {

// The client's id

TEST_F(TrackingTest, AClientWithATimeAndARandomWordIsWelcome) {
    for (const auto* id : {"client_1642678200123_k3j9x0a1b", "client_0_z", "client_1_0"}) {
        host.closed_with.reset();
        connect(id);
        EXPECT_FALSE(host.closed_with) << id;
    }
}

TEST_F(TrackingTest, AnyOtherClientIdIsClosedWith1008AndTheReason) {
    for (const auto* id : {"client_1642678200123", "client-123", "client_1_ABC", "client_x_abc", "client_1_", "",
                           "xclient_1_a", "client_1_a b", "client_1_a\n"}) {
        host.closed_with.reset();
        connect(id);
        EXPECT_EQ(host.closed_with, 1008) << id;
        EXPECT_EQ(host.close_reason, "Invalid client ID") << id;
    }
    EXPECT_EQ(host.commands(), "");
    EXPECT_EQ(host.heard(), "");
}

TEST_F(TrackingTest, AnIdOfAnyLengthDoesNoHarm) {
    connect("client_1_" + std::string(100'000, 'a'));
    EXPECT_EQ(host.closed_with, 1008);
}

TEST_F(TrackingTest, TheRuleForClientIdsIsASetting) {
    choose({{"tracking-client-id-pattern", R"(^client[_-]\d+$)"}});
    connect("client-123");
    EXPECT_FALSE(host.closed_with);
    connect("client_1_a");
    EXPECT_EQ(host.closed_with, 1008);
    const std::map<std::string, std::string> no_pattern{{"tracking-client-id-pattern", "["}};
    ChosenSettings broken(no_pattern);
    product->declare(broken);
    ASSERT_TRUE(broken.refused);
    EXPECT_EQ(broken.refused->field, "tracking-client-id-pattern");
}

TEST_F(TrackingTest, EverySettingIsNamedAfterTheProduct) {
    ChosenSettings chosen((std::map<std::string, std::string>()));
    product->declare(chosen);
    EXPECT_THAT(chosen.names, testing::Each(testing::StartsWith("tracking-")));
    EXPECT_EQ(chosen.names.size(), 11U);
}

// active_sessions

TEST_F(TrackingTest, WhatComesIsSubscribedToBeforeWhatThereIsIsListed) {
    connect();
    EXPECT_EQ(host.commands(), R"(subscribe {"filter":"task/+"})");
    host.reply("subscribe", R"({"filter":"task/+"})");
    list();
    EXPECT_EQ(host.commands(), kList);
}

TEST_F(TrackingTest, TheSessionsAreToldOnceTheConnectionHasBegun) {
    connect();
    host.reply("subscribe", R"({"filter":"task/+"})");
    host.time_us += 250'000;
    list(task("b", "PENDING", asked("Later")),
         task("a", "RUNNING",
              asked("How do I fix webhook errors?") +
                  R"(,"agents":[{"agent":"A","agent_id":"a","status":"ANALYZING","progress":0.1},)"
                  R"({"agent":"B","agent_id":"b","status":"COMPLETED","progress":1}])"));
    // It is the first that comes, before the agents' statuses.
    const auto first = host.heard();
    EXPECT_EQ(
        first.substr(0, first.find('\n')),
        R"({"type":"active_sessions","timestamp":1.70000000025E9,"data":{"total_sessions":2,"sessions":[)"
        R"({"session_id":"b","query":"Later","status":"pending","agents_active":0},)"
        R"({"session_id":"a","query":"How do I fix webhook errors?","status":"processing","agents_active":1}]}})");
}

TEST_F(TrackingTest, AnEmptyClusterIsToldToo) {
    connect();
    host.reply("subscribe", R"({"filter":"task/+"})");
    list();
    const auto lists = heard("active_sessions");
    ASSERT_EQ(lists.size(), 1U);
    EXPECT_EQ(lists[0].at("data"), json::parse(R"({"total_sessions":0,"sessions":[]})"));
}

TEST_F(TrackingTest, ListsAreReadPageByPage) {
    connect();
    host.reply("subscribe", R"({"filter":"task/+"})");
    host.reply("tasks", R"({"tasks":[)" + task("p1", "PENDING") + R"(],"next":"p1"})");
    host.reply("tasks", R"({"tasks":[)" + task("p2", "PENDING") + "]}");
    host.reply("tasks", R"({"tasks":[)" + task("r1", "RUNNING") + R"(],"next":"r1"})");
    host.reply("tasks", R"({"tasks":[)" + task("r2", "RUNNING") + "]}");
    EXPECT_EQ(sessions(), "none");
    // Of those in any state only one page: nobody wants to hear of all that ever ended.
    host.reply("tasks", R"({"tasks":[],"next":"x"})");
    EXPECT_EQ(host.commands(), R"(subscribe {"filter":"task/+"})"
                               "\n"
                               R"(tasks {"limit":500,"state":"PENDING"})"
                               "\n"
                               R"(tasks {"limit":500,"state":"PENDING","after":"p1"})"
                               "\n"
                               R"(tasks {"limit":500,"state":"RUNNING"})"
                               "\n"
                               R"(tasks {"limit":500,"state":"RUNNING","after":"r1"})"
                               "\n"
                               R"(tasks {"limit":200})");
    EXPECT_EQ(heard("active_sessions").at(0).at("data").at("total_sessions"), 4);
}

TEST_F(TrackingTest, ASessionHasEachStatusOfItsRootTask) {
    open();
    begin("t");
    host.pass_ms(100);
    EXPECT_EQ(sessions(), "t Why? processing 0");
    const std::vector<std::pair<const char*, const char*>> ends{{"task.completed", "completed"},
                                                                {"task.failed", "error"},
                                                                {"task.expired", "error"},
                                                                {"task.cancelled", "cancelled"}};
    for (const auto& [type, status] : ends) {
        host.event("task/t", "task.queued", R"({"run":2,"held":false})");
        host.pass_ms(100);
        EXPECT_EQ(sessions(), "t Why? pending 0");
        host.event("task/t", "task.started", R"({"run":2,"attempt":2})");
        host.pass_ms(100);
        EXPECT_EQ(sessions(), "t Why? processing 0");
        host.event("task/t", type, "{}");
        host.pass_ms(100);
        EXPECT_EQ(sessions(), std::string("t Why? ") + status + " 0");
    }
}

TEST_F(TrackingTest, EachStateOfASnapshotIsAStatus) {
    connect();
    host.reply("subscribe", "{}");
    const auto ended = std::string(R"(,"ended_us":1700000000000000)");
    list(task("a", "PENDING"), task("b", "RUNNING"),
         task("c", "COMPLETED", ended) + "," + task("d", "FAILED", ended) + "," + task("e", "CANCELLED", ended) + "," +
             task("f", "EXPIRED", ended));
    EXPECT_EQ(sessions(),
              "f agent.team error 0\ne agent.team cancelled 0\nd agent.team error 0\n"
              "c agent.team completed 0\nb agent.team processing 0\na agent.team pending 0");
}

TEST_F(TrackingTest, TheQueryIsTheRequirementOrTheMessageOrTheKind) {
    open(task("a", "RUNNING", asked("Need")) + "," + task("b", "RUNNING", R"(,"input":{"message":"Hello"})") + "," +
         task("c", "RUNNING", R"(,"input":[1])"));
    host.event("task/a", "task.completed", "{}");
    host.pass_ms(100);
    EXPECT_EQ(sessions(), "c agent.team processing 0\nb Hello processing 0\na Need completed 0");
}

TEST_F(TrackingTest, ChangesAreToldAtMostEvery100MsAndTheLastIsNeverLost) {
    open();
    for (int i = 0; i < 40; ++i) {
        begin("t" + std::to_string(i));
        host.pass_ms(10);
    }
    host.pass_ms(100);
    const auto lists = heard("active_sessions");
    EXPECT_GE(lists.size(), 4U);
    for (std::size_t i = 1; i < lists.size(); ++i) {
        EXPECT_GE(lists[i].at("timestamp").as_double() - lists[i - 1].at("timestamp").as_double(), 0.0999);
    }
    EXPECT_LE(lists.size(), 5U);
    EXPECT_EQ(lists.back().at("data").at("total_sessions"), 40);
}

TEST_F(TrackingTest, WhatChangesNothingInTheListIsNoReasonToSendIt) {
    open(task("t", "RUNNING"));
    host.pass_ms(200);
    for (const auto* type : {"text.delta", "log", "task.progress", "tool.call", "agent.step"}) {
        host.event("task/t", type, R"({"agent":"A","text":"x","progress":0.2})");
    }
    status("t", "idler", "IDLE");
    host.pass_ms(200);
    EXPECT_EQ(sessions(), "none");
}

TEST_F(TrackingTest, AgentsAtWorkAreCountedInTheirSessionsTree) {
    open();
    begin("root");
    begin("child", "part", "root");
    begin("grandchild", "part of a part", "child");
    status("root", "a", "ANALYZING");
    status("child", "b", "PROCESSING");
    status("grandchild", "c", "COLLABORATING");
    status("grandchild", "d", "IDLE");
    status("grandchild", "e", "COMPLETED");
    status("grandchild", "f", "ERROR");
    host.pass_ms(100);
    EXPECT_EQ(sessions(), "root Why? processing 3");
    host.event("task/child", "task.completed", "{}");
    host.pass_ms(100);
    EXPECT_EQ(sessions(), "root Why? processing 2");
}

TEST_F(TrackingTest, AnEndedSessionStaysListedFor60Seconds) {
    open();
    begin("t");
    host.event("task/t", "task.completed", "{}");
    host.pass_ms(59'900);
    EXPECT_EQ(sessions(), "t Why? completed 0");
    host.say(R"({"type":"pong"})");
    host.pass_ms(200);
    EXPECT_EQ(sessions(), "");
}

TEST_F(TrackingTest, ASessionThatHasEndedIsListedToWhoComesWithin60Seconds) {
    connect();
    host.reply("subscribe", "{}");
    list("", "",
         task("just", "COMPLETED", R"(,"ended_us":1699999941000000)") + "," +
             task("long", "COMPLETED", R"(,"ended_us":1699999939000000)"));
    EXPECT_EQ(sessions(), "just agent.team completed 0");
    host.pass_ms(1'500);
    EXPECT_EQ(sessions(), "");
}

TEST_F(TrackingTest, ASessionStaysWhileATaskOfItsTreeIsAtWork) {
    open();
    begin("root");
    begin("child", "part", "root");
    host.event("task/root", "task.completed", "{}");
    for (int i = 0; i < 4; ++i) {
        host.pass_ms(29'000);
        host.say(R"({"type":"pong"})");
    }
    EXPECT_EQ(sessions(), "root Why? completed 0");
    host.event("task/child", "task.completed", "{}");
    host.pass_ms(59'000);
    host.say(R"({"type":"pong"})");
    EXPECT_EQ(sessions(), "none");
    host.pass_ms(1'500);
    EXPECT_EQ(sessions(), "");
}

TEST_F(TrackingTest, TheTreeOfATaskThatIsNotKnownIsAskedFor) {
    open();
    host.event("task/leaf", "agent.status", R"({"agent":"A","status":"ANALYZING"})");
    EXPECT_EQ(host.commands(), R"(state {"task":"leaf"})");
    host.reply("state", task("leaf", "RUNNING", R"(,"parent":"branch","offset":1)"));
    EXPECT_EQ(host.commands(), R"(state {"task":"branch"})");
    host.reply("state", task("branch", "COMPLETED", R"(,"parent":"root","ended_us":1)"));
    host.reply("state", task("root", "COMPLETED", asked("Long ago") + R"(,"ended_us":1)"));
    host.pass_ms(100);
    EXPECT_EQ(sessions(), "root Long ago completed 1");
}

TEST_F(TrackingTest, ATaskWhoseParentIsForgottenIsASessionOfItsOwn) {
    open();
    begin("t", "Why?", "gone");
    EXPECT_EQ(host.commands(), R"(state {"task":"gone"})");
    host.fail("state", {Errc::not_found, "there is no task gone"});
    host.pass_ms(100);
    EXPECT_EQ(sessions(), "t Why? processing 0");
}

TEST_F(TrackingTest, TheClustersOwnTasksAreNoSessions) {
    open();
    host.event("task/longwire.webhook.t.9", "task.queued", R"({"run":1,"kind":"longwire.webhook","parent":null})");
    host.pass_ms(200);
    EXPECT_EQ(sessions(), "none");
}

TEST_F(TrackingTest, ALongListShowsTheNewestAndCountsAll) {
    choose({{"tracking-sessions-max", "2"}});
    open();
    for (const auto* id : {"a", "b", "c"}) {
        begin(id);
        host.time_us += 1'000;
    }
    host.pass_ms(100);
    const auto lists = heard("active_sessions");
    EXPECT_EQ(lists.back().at("data").at("total_sessions"), 3);
    EXPECT_EQ(lists.back().at("data").at("sessions").as_array().size(), 2U);
    EXPECT_EQ(lists.back().at("data").at("sessions").at(0).at("session_id"), "c");
}

TEST_F(TrackingTest, TasksBeyondTheBoundAreLeftOutAndThatIsToldOnce) {
    choose({{"tracking-tasks-max", "2"}});
    open();
    for (const auto* id : {"a", "b", "c", "d"}) begin(id);
    host.pass_ms(100);
    const auto lines = host.heard();
    EXPECT_NE(lines.find(R"("code":"too_many")"), std::string::npos);
    EXPECT_EQ(lines.find(R"("code":"too_many")"), lines.rfind(R"("code":"too_many")"));
    EXPECT_NE(lines.find(R"("total_sessions":2)"), std::string::npos);
    // One that has ended makes room.
    host.event("task/a", "task.completed", "{}");
    begin("e");
    host.pass_ms(100);
    EXPECT_EQ(sessions(), "e Why? processing 0\nb Why? processing 0");
}

}  // namespace
}  // namespace longwire::edge
