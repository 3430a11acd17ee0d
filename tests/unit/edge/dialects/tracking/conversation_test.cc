#include <gtest/gtest.h>

#include "tests/unit/edge/dialects/tracking/dashboard.h"

namespace longwire::edge {
namespace {

// Heartbeat

TEST_F(TrackingTest, AClientThatIsSilentFor30SecondsIsPinged) {
    open();
    host.pass_ms(29'999);
    EXPECT_EQ(host.heard(), "");
    host.pass_ms(1);
    EXPECT_EQ(host.heard(), R"({"type":"ping","timestamp":1.70000003E9})");
    host.pass_ms(30'000);
    EXPECT_EQ(host.heard(), R"({"type":"ping","timestamp":1.70000006E9})");
    EXPECT_FALSE(host.closed_with);
}

TEST_F(TrackingTest, AClientThatIsSilentFor90SecondsIsClosedWith1001) {
    open();
    host.pass_ms(89'999);
    EXPECT_FALSE(host.closed_with);
    host.pass_ms(1);
    EXPECT_EQ(host.closed_with, 1001);
}

TEST_F(TrackingTest, APongKeepsTheConnectionAndIsNotAnswered) {
    open();
    for (int i = 0; i < 10; ++i) {
        host.pass_ms(30'000);
        EXPECT_EQ(heard("ping").size(), 1U);
        host.say(R"({"type":"pong"})");
        EXPECT_EQ(host.heard(), "");
    }
    EXPECT_FALSE(host.closed_with);
}

TEST_F(TrackingTest, WhatTheServerSendsIsNoSignOfTheClient) {
    open();
    begin("t");
    for (int i = 0; i < 90; ++i) {
        status("t", "a", "PROCESSING");
        host.pass_ms(1'000);
    }
    EXPECT_EQ(host.closed_with, 1001);
}

// Rate

TEST_F(TrackingTest, MoreThan60MessagesInAMinuteAreIgnoredAndThatIsToldOnce) {
    open();
    for (int i = 0; i < 60; ++i) host.say(R"({"type":"pong"})");
    EXPECT_EQ(host.heard(), "");
    host.pass_ms(12'500);
    for (int i = 0; i < 20; ++i) host.say(R"({"type":"get_session_state","session_id":"t"})");
    EXPECT_EQ(host.commands(), "");
    const auto errors = heard("error");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].at("code"), "rate_limited");
    EXPECT_EQ(errors[0].at("retry_after"), 48);
    EXPECT_FALSE(host.closed_with);
    host.pass_ms(47'500);
    host.say(R"({"type":"get_session_state","session_id":"t"})");
    EXPECT_EQ(host.commands(), R"(state {"task":"t"})");
}

TEST_F(TrackingTest, EveryWindowAboveTheRateIsToldOfOnce) {
    open();
    for (int minute = 0; minute < 3; ++minute) {
        for (int i = 0; i < 70; ++i) host.say(R"({"type":"pong"})");
        EXPECT_EQ(heard("error").size(), 1U) << minute;
        host.pass_ms(60'000);
        host.heard();
    }
    // Ten a second, all the time.
    for (int i = 0; i < 1'200; ++i) {
        host.say(R"({"type":"pong"})");
        host.pass_ms(100);
    }
    EXPECT_LE(heard("error").size(), 3U);
}

TEST_F(TrackingTest, WhatIsIgnoredIsStillASignOfTheClient) {
    choose({{"tracking-messages-per-minute", "1"}});
    open();
    host.say(R"({"type":"pong"})");
    host.pass_ms(29'000);
    host.say(R"({"type":"pong"})");
    host.pass_ms(29'000);
    host.say(R"({"type":"pong"})");
    EXPECT_EQ(heard("ping").size(), 0U);
}

// Errors

TEST_F(TrackingTest, AMessageThatIsWrongNamesItsFieldAndTheConnectionLivesOn) {
    open();
    const std::vector<std::pair<const char*, const char*>> faults{
        {R"({"type":"get_session_state"})", "session_id must be a string, not nothing"},
        {R"({"type":"get_session_logs","session_id":5})", "session_id must be a string, not a number"},
        {R"({"type":"start_log_streaming","session_id":{}})", "session_id must be a string, not an object"},
        {R"({"session_id":"t"})", "type must be a string, not nothing"},
        {R"([1])", "the message must be an object, not an array"},
        {R"({"type":"dance"})", "Unknown message type: dance"},
        {R"({nonsense)", "is no JSON"}};
    for (const auto& [message, text] : faults) {
        host.say_wrong(message);
        const auto errors = heard("error");
        ASSERT_EQ(errors.size(), 1U) << message;
        EXPECT_EQ(errors[0].at("message"), text);
        EXPECT_EQ(errors[0].at("code"), "bad_request");
    }
    EXPECT_FALSE(host.closed_with);
    host.say(R"({"type":"get_session_state","session_id":"t"})");
    EXPECT_EQ(host.commands(), R"(state {"task":"t"})");
}

// Who it is

TEST_F(TrackingTest, WhoMayNotFollowAllTasksIsToldAndClosedWith4403) {
    connect();
    host.fail("subscribe", {Errc::forbidden, "may not subscribe to task/+"});
    EXPECT_EQ(heard("error").at(0).at("code"), "forbidden");
    EXPECT_EQ(host.closed_with, 4403);
}

TEST_F(TrackingTest, WhoIsNobodyIsClosedWith4401) {
    connect();
    host.fail("subscribe", {Errc::unauthorized, "who are you"});
    EXPECT_EQ(heard("error").at(0).at("code"), "unauthorized");
    EXPECT_EQ(host.closed_with, 4401);
}

TEST_F(TrackingTest, AnIdentityThatExpiresIsClosedWith4401) {
    host.identity.expires_us = host.time_us + 5'000'000;
    open();
    host.pass_ms(4'999);
    EXPECT_FALSE(host.closed_with);
    host.pass_ms(1);
    EXPECT_EQ(heard("error").at(0).at("code"), "expired");
    EXPECT_EQ(host.closed_with, 4401);
}

// What is missed

TEST_F(TrackingTest, WithoutABrokerTheListIsAskedForUntilThereIsOne) {
    connect();
    host.reply("subscribe", "{}");
    host.fail("tasks", {Errc::unavailable, "no broker", "", 0});
    host.commands();
    EXPECT_EQ(sessions(), "none");
    host.pass_ms(1'000);
    list("", task("t", "RUNNING"));
    EXPECT_EQ(host.commands(), kList);
    EXPECT_EQ(sessions(), "t agent.team processing 0");
}

TEST_F(TrackingTest, ASubscriptionThatFailsIsTriedAgain) {
    connect();
    host.fail("subscribe", {Errc::unavailable, "no broker", "", 2'000});
    EXPECT_EQ(heard("error").at(0).at("retry_after"), 2);
    host.commands();
    host.pass_ms(2'000);
    EXPECT_EQ(host.commands(), R"(subscribe {"filter":"task/+"})");
    EXPECT_FALSE(host.closed_with);
}

TEST_F(TrackingTest, AfterAGapAllIsListedAnewAndWhatWasMissedIsMadeGood) {
    open();
    for (const auto* id : {"stays", "ends", "goes"}) begin(id);
    status("stays", "a", "ANALYZING");
    status("ends", "b", "PROCESSING");
    host.pass_ms(2'000);
    host.heard();
    host.push(R"({"gap":{"filter":"task/+","reason":"link_lost"}})");
    list("", task("stays", "RUNNING",
                  R"(,"offset":9,"agents":[{"agent":"The a","agent_id":"a","status":"PROCESSING","progress":0.9}])") +
                 "," + task("new", "RUNNING"));
    const auto asked = host.commands();
    EXPECT_NE(asked.find(kList), std::string::npos);
    // What lived and is not listed has ended, or is gone.
    EXPECT_NE(asked.find(R"(state {"task":"ends"})"), std::string::npos);
    EXPECT_NE(asked.find(R"(state {"task":"goes"})"), std::string::npos);
    const bool goes_first = asked.find("\"goes\"") < asked.find("\"ends\"");
    const auto end = task("ends", "COMPLETED",
                          R"(,"offset":8,"ended_us":1700000001000000,"agents":[{"agent":"The b","agent_id":"b",)"
                          R"("status":"PROCESSING","progress":0.5}])");
    if (goes_first) host.fail("state", {Errc::not_found, "gone"});
    host.reply("state", end);
    if (!goes_first) host.fail("state", {Errc::not_found, "gone"});
    host.pass_ms(110);
    std::map<std::string, std::string> statuses;
    std::string lines;
    std::istringstream all(host.heard());
    for (std::string line; std::getline(all, line);) {
        const auto message = json::parse(line).as_object();
        if (message.at("type") == "agent_status") {
            statuses[std::string(message.at("agent_id").as_string())] = message.at("status").as_string();
        } else {
            lines = line;
        }
    }
    EXPECT_EQ(statuses, (std::map<std::string, std::string>{{"a", "PROCESSING"}, {"b", "COMPLETED"}}));
    EXPECT_NE(lines.find(R"({"session_id":"ends","query":"Why?","status":"completed","agents_active":0})"),
              std::string::npos)
        << lines;
    EXPECT_NE(lines.find(R"({"session_id":"new","query":"agent.team","status":"processing","agents_active":0})"),
              std::string::npos);
    EXPECT_NE(lines.find(R"({"session_id":"goes","query":"Why?","status":"cancelled","agents_active":0})"),
              std::string::npos);
}

TEST_F(TrackingTest, AListOfWhatIsKnownSaysNothingOfAgents) {
    open();
    begin("old");
    status("old", "a", "PROCESSING");
    host.event("task/old", "task.completed", "{}");
    begin("new");
    host.pass_ms(2'000);
    status("new", "a", "ANALYZING");
    host.heard();
    host.push(R"({"gap":{"filter":"task/+","reason":"link_lost"}})");
    const auto agents = [](const char* word) {
        return R"(,"agents":[{"agent":"The a","agent_id":"a","status":")" + std::string(word) + R"(","progress":0.5}])";
    };
    list("", task("new", "RUNNING", agents("ANALYZING") + R"(,"offset":3)"),
         task("old", "COMPLETED", agents("PROCESSING") + R"(,"offset":4,"ended_us":1700000000000000)"));
    host.pass_ms(500);
    EXPECT_EQ(heard("agent_status").size(), 0U);
}

TEST_F(TrackingTest, ManyGapsAreOneListASecond) {
    open();
    host.pass_ms(1'000);
    for (int i = 0; i < 100; ++i) {
        host.push(R"({"gap":{"topic":"task/t)" + std::to_string(i) + R"(","from":1,"to":2,"reason":"slow"}})");
    }
    list();
    EXPECT_EQ(host.commands(), kList);
    host.pass_ms(999);
    EXPECT_EQ(host.commands(), "");
    host.pass_ms(1);
    list();
    EXPECT_EQ(host.commands(), kList);
    host.pass_ms(5'000);
    EXPECT_EQ(host.commands(), "");
}

TEST_F(TrackingTest, AnEventAfterAHoleMakesItAskForTheTask) {
    open();
    begin("t");
    NativeEvent event;
    event.topic = "task/t";
    event.task = "t";
    event.epoch = 0xe;
    event.offset = 9;
    event.type = "log";
    host.translator->on_event(event);
    EXPECT_EQ(host.commands(), R"(state {"task":"t"})");
    host.reply("state", task("t", "RUNNING", R"(,"offset":9)"));
    host.pass_ms(1'000);
    EXPECT_EQ(host.commands(), "");
}

TEST_F(TrackingTest, AnEventThatOvertakesASnapshotIsNotUndoneByIt) {
    connect();
    host.reply("subscribe", "{}");
    begin("t");
    host.event("task/t", "task.completed", "{}");
    list("", task("t", "RUNNING", R"(,"offset":2)"));
    EXPECT_EQ(sessions(), "t Why? completed 0");
}

TEST_F(TrackingTest, ASnapshotThatCannotBeHadIsAskedForAgain) {
    open();
    host.event("task/x", "log", "{}");
    EXPECT_EQ(host.commands(), R"(state {"task":"x"})");
    host.fail("state", {Errc::unavailable, "no broker"});
    EXPECT_EQ(host.commands(), "");
    host.pass_ms(1'000);
    EXPECT_EQ(host.commands(), R"(state {"task":"x"})");
}

TEST_F(TrackingTest, NoMoreThan32TasksAreAskedForAtATime) {
    open();
    for (int i = 0; i < 50; ++i) host.event("task/x" + std::to_string(i), "log", "{}");
    const auto asked = host.commands();
    EXPECT_EQ(std::count(asked.begin(), asked.end(), '\n') + 1, 32);
    host.fail("state", {Errc::not_found, "gone"});
    EXPECT_NE(host.commands(), "");
}

}  // namespace
}  // namespace longwire::edge
