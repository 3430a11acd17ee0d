#include <boost/json/serialize.hpp>

#include "tests/unit/edge/dialects/agui/fixture.h"

namespace longwire::edge {
namespace {

struct AguiResume : testing::Test, AguiFixture {
    /// Who comes back with an id, to a log with `head`.
    void come_back(const std::string& last_event_id, std::uint64_t head) {
        get("run-1", last_event_id);
        host.reply("history", R"({"events":[]})");
        host.reply(
            "state",
            R"({"task":"run-1","kind":"agent.chat","input":{"threadId":"thread-1","runId":"run-1","messages":[]}})");
        subscribed(0, head);
    }
};

TEST_F(AguiResume, EveryEventHasAnIdThatSaysWhichPartOfANativeEventItIs) {
    start();
    event("log", "{}");
    event("tool.call", R"({"tool":"t","call_id":"c"})");
    EXPECT_EQ(host.ids, (std::vector<std::string>{"000000000000000e:1:1", "000000000000000e:2:1",
                                                  "000000000000000e:2:2", "000000000000000e:2:3"}));
}

TEST_F(AguiResume, TheBeginningHasIdsToo) {
    post();
    host.reply("start", R"({"created":true})");
    subscribed();
    EXPECT_EQ(host.ids, (std::vector<std::string>{"000000000000000e:0:1", "000000000000000e:0:2"}));
}

TEST_F(AguiResume, AStreamGoesOnInTheMidstOfWhatOneNativeEventHasBecome) {
    come_back("000000000000000e:2:1", 9);
    EXPECT_EQ(heard(), "");
    event("text.delta", R"({"stream":"a","text":"had"})");
    EXPECT_EQ(heard(), "");
    EXPECT_EQ(heard("tool.call", R"({"tool":"t","call_id":"c"})"),
              R"({"type":"TOOL_CALL_ARGS","toolCallId":"run-1.1.c","delta":"{}"})"
              "\n"
              R"({"type":"TOOL_CALL_END","toolCallId":"run-1.1.c"})");
    EXPECT_EQ(host.ids, (std::vector<std::string>{"000000000000000e:2:2", "000000000000000e:2:3"}));
    EXPECT_EQ(heard("text.delta", R"({"stream":"a","text":"new"})"),
              R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"run-1.1.a","delta":"new"})")
        << "what is open is known from what was not sent again";
}

TEST_F(AguiResume, AStreamGoesOnInTheMidstOfItsBeginning) {
    come_back("000000000000000e:0:1", 0);
    EXPECT_EQ(heard(),
              R"({"type":"STATE_SNAPSHOT","snapshot":{"task":{"status":"PENDING","progress":0,"agents":{}}}})");
}

TEST_F(AguiResume, ARepeatedRequestResumesAsWell) {
    post(kInput, "000000000000000e:1:1");
    host.reply("start", R"({"created":false})");
    host.reply("state",
               R"({"task":"run-1","kind":"agent.chat","input":{"threadId":"thread-1","runId":"run-1","messages":[]}})");
    subscribed(0, 3);
    EXPECT_EQ(heard(), "");
    EXPECT_EQ(heard("log", "1"), "");
    EXPECT_EQ(heard("log", "2"), R"({"type":"CUSTOM","name":"log","value":2})");
}

TEST_F(AguiResume, AnIdOfTheFutureIsTheNewestThereIs) {
    come_back("000000000000000e:99:1", 1);
    EXPECT_EQ(heard("text.delta", R"({"stream":"a","text":"had"})"), "");
    EXPECT_NE(heard("log", "{}"), "");
}

TEST_F(AguiResume, AnIdOfAnotherLogIsGone) {
    come_back("000000000000000f:1:1", 1);
    EXPECT_EQ(describe(*host.refused), "expired: last-event-id: the events that this goes on from are gone");
    event("log", "{}");
    EXPECT_EQ(heard(), "");
}

TEST_F(AguiResume, WhatIsNoIdIsRefused) {
    for (const std::string id : {"x", "000000000000000e:1", "e:1:1", "000000000000000e:x:1",
                                 "000000000000000e:1:", "000000000000000e:1:1:1", "000000000000000e:-1:1", "::"}) {
        host.refused.reset();
        get("run-1", id);
        EXPECT_EQ(host.refused->field, "last-event-id") << id;
        host.refused.reset();
        post(kInput, id);
        EXPECT_EQ(host.refused->field, "last-event-id") << id;
    }
    EXPECT_EQ(host.commands(), "");
}

TEST_F(AguiResume, WhatTheLogNoLongerHasIsToldAsAGap) {
    start();
    host.push(R"({"gap":{"topic":"task/run-1","from":1,"to":4,"reason":"trimmed"}})");
    EXPECT_EQ(heard(), R"({"type":"CUSTOM","name":"longwire.gap",)"
                       R"("value":{"topic":"task/run-1","from":1,"to":4,"reason":"trimmed"}})");
    EXPECT_EQ(host.ids, std::vector<std::string>{"000000000000000e:4:1"});
    host.push(R"({"notice":"draining","reconnect_ms":1})");
    EXPECT_EQ(heard(), "");
}

TEST_F(AguiResume, AGapThatTheClientHasHeardOfIsNotToldAgain) {
    come_back("000000000000000e:4:1", 6);
    host.push(R"({"gap":{"topic":"task/run-1","from":1,"to":4,"reason":"trimmed"}})");
    EXPECT_EQ(heard(), "");
}

TEST_F(AguiResume, ALogThatIsLostEndsTheRun) {
    start();
    heard("text.delta", R"({"stream":"a","text":"x"})");
    host.push(R"({"gap":{"topic":"task/run-1","from":2,"to":0,"reason":"epoch_changed","epoch":"000000000000000f"}})");
    EXPECT_EQ(heard(), R"({"type":"TEXT_MESSAGE_END","messageId":"run-1.1.a"})"
                       "\n"
                       R"({"type":"RUN_ERROR","message":"the events of the run are lost","code":"log_lost"})");
    EXPECT_EQ(host.closed_with, 1000);
}

TEST_F(AguiResume, ATokenThatExpiresEndsTheStreamAndNotTheRun) {
    host.identity.expires_us = host.time_us + 5'000'000;
    start();
    host.pass_ms(4'999);
    EXPECT_EQ(heard(), "");
    host.pass_ms(1);
    EXPECT_NE(host.heard().find(R"("name":"longwire.expired")"), std::string::npos);
    EXPECT_TRUE(host.ids.empty()) << "the place is that before";
    EXPECT_EQ(host.closed_with, 4401) << "so that it is not taken for the end";
    EXPECT_EQ(host.commands(), "");
}

/// A question at offset 7 of run-1, answered by run-2.
struct AguiAnswers : testing::Test, AguiFixture {
    void answer(const std::string& resume = R"({"interruptId":"run-1:7","status":"resolved","payload":"yes"})",
                const std::string& run = "run-2", const std::string& thread = "thread-1") {
        post(R"({"threadId":")" + thread + R"(","runId":")" + run + R"(","messages":[],"resume":[)" + resume + "]}");
    }
    void state(bool is_open, const std::string& kind = "agent.chat") {
        host.reply("state",
                   R"({"task":"run-1","kind":")" + kind + R"(","epoch":"000000000000000e","waiting":)" +
                       (is_open ? "true" : "false") +
                       R"(,"input":{"threadId":"thread-1","runId":"run-1","messages":[]},"output":{"questions":[)" +
                       (is_open ? R"({"offset":7})" : "") + "]}}");
    }
    void claimed_by(const std::string& run) {
        host.reply("history", R"({"events":[{"offset":1,"data":{"runId":")" + run + R"("}}]})");
    }
    std::string last_command() {
        const auto lines = host.commands();
        return lines.substr(lines.rfind('\n') + 1);
    }
};

TEST_F(AguiAnswers, AreTheInputOfTheTaskThatAsked) {
    answer();
    EXPECT_EQ(last_command(), R"(state {"task":"run-1","output":true})");
    state(true);
    EXPECT_EQ(
        last_command(),
        R"(publish {"topic":"agui/answer/run-1/7","type":"agui.answer","key":"answer","data":{"runId":"run-2"}})");
    host.reply("publish", R"({"duplicate":false})");
    EXPECT_EQ(last_command(),
              R"(publish {"topic":"agui/run/run-2","type":"agui.run","key":"run","data":{"task":"run-1",)"
              R"("epoch":"000000000000000e","after":7,"input":{"threadId":"thread-1","runId":"run-2","messages":[],)"
              R"("resume":[{"interruptId":"run-1:7","status":"resolved","payload":"yes"}]}}})");
    host.reply("publish", R"({"duplicate":false})");
    EXPECT_EQ(last_command(), R"(input {"task":"run-1","data":"yes"})");
    host.reply("input", R"({"task":"run-1","offset":8})");
    EXPECT_EQ(last_command(),
              R"(subscribe {"topic":"task/run-1","from":{"epoch":"000000000000000e","offset":7},"conflate_ms":0})");
    subscribed(7, 8);
    EXPECT_TRUE(heard().starts_with(
        R"({"type":"RUN_STARTED","threadId":"thread-1","runId":"run-2","protocolVersion":"1.0"})"
        "\n"
        R"({"type":"STATE_SNAPSHOT","snapshot":{"task":{"status":"RUNNING","progress":0,"agents":{}}}})"));
    EXPECT_EQ(host.ids.front(), "000000000000000e:7:1");
}

TEST_F(AguiAnswers, ThatAreNoneSaySo) {
    answer(R"({"interruptId":"run-1:7","status":"cancelled"})");
    state(true);
    host.reply("publish", R"({"duplicate":false})");
    host.reply("publish", R"({"duplicate":false})");
    EXPECT_EQ(last_command(), R"(input {"task":"run-1","data":{"cancelled":true}})");
}

TEST_F(AguiAnswers, WithoutAPayloadAreNull) {
    answer(R"({"interruptId":"run-1:7","status":"resolved"})");
    state(true);
    host.reply("publish", R"({"duplicate":false})");
    host.reply("publish", R"({"duplicate":false})");
    EXPECT_EQ(last_command(), R"(input {"task":"run-1","data":null})");
}

TEST_F(AguiAnswers, AreGivenOnceHoweverOftenTheyAreSent) {
    answer();
    state(false);
    claimed_by("run-2");
    subscribed(7, 9);
    EXPECT_EQ(host.commands().find("input"), std::string::npos);
    EXPECT_TRUE(heard().starts_with(R"({"type":"RUN_STARTED")"));
}

TEST_F(AguiAnswers, OfAnotherRunComeTooLate) {
    answer();
    state(false);
    claimed_by("run-3");
    EXPECT_EQ(describe(*host.refused), "conflict: resume[0].interruptId: the question has been answered");
    host.refused.reset();
    answer();
    state(false);
    host.reply("history", R"({"events":[]})");
    EXPECT_EQ(host.refused->code, Errc::conflict) << "answered by other means";
    host.refused.reset();
    answer();
    state(true);
    host.reply("publish", R"({"duplicate":true})");
    claimed_by("run-3");
    EXPECT_EQ(host.refused->code, Errc::conflict) << "at the same moment";
}

TEST_F(AguiAnswers, WhoseFirstGiverDiedAreGivenAfterAWhile) {
    answer();
    state(true);
    host.reply("publish", R"({"duplicate":true})");
    claimed_by("run-2");
    host.commands();
    host.pass_ms(1'999);
    EXPECT_EQ(host.commands(), "");
    host.pass_ms(1);
    EXPECT_EQ(last_command(), R"(state {"task":"run-1","output":true})");
    state(true);
    host.reply("publish", R"({"duplicate":true})");
    EXPECT_EQ(last_command(), R"(input {"task":"run-1","data":"yes"})");
}

TEST_F(AguiAnswers, ThatWereUnderWayAreNotGivenTwice) {
    answer();
    state(true);
    host.reply("publish", R"({"duplicate":true})");
    claimed_by("run-2");
    host.pass_ms(2'000);
    host.commands();
    state(false);
    EXPECT_EQ(last_command().substr(0, 9), "subscribe");
}

TEST_F(AguiAnswers, MustFitTheRunThatAsked) {
    answer();
    state(true, "demo.echo");
    EXPECT_EQ(host.refused->field, "kind");
    answer(R"({"interruptId":"run-1:7","status":"resolved"})", "run-2", "thread-9");
    state(true);
    EXPECT_EQ(host.refused->field, "threadId");
    answer(R"({"interruptId":"run-1:7","status":"resolved"})", "run-1");
    state(true);
    EXPECT_EQ(host.refused->field, "runId");
    answer();
    host.fail("state", {Errc::not_found, "none", "task"});
    EXPECT_EQ(describe(*host.refused), "not_found: resume[0].interruptId: there is no such question");
}

TEST_F(AguiAnswers, ThatCannotBeGivenAreRefused) {
    for (const auto* const command : {"state", "publish", "input"}) {
        host.refused.reset();
        answer();
        if (std::string_view(command) != "state") state(true);
        if (std::string_view(command) == "input") {
            host.reply("publish", R"({"duplicate":false})");
            host.reply("publish", R"({"duplicate":false})");
        }
        host.fail(command, {Errc::unavailable, "not now", ""});
        EXPECT_EQ(host.refused->code, Errc::unavailable) << command;
    }
}

TEST_F(AguiAnswers, MakeARunThatOneCanAttachTo) {
    get("run-2");
    host.reply("history", R"({"events":[{"offset":1,"data":{"task":"run-1","epoch":"000000000000000e","after":7,)"
                          R"("input":{"threadId":"thread-1","runId":"run-2","messages":[]}}}]})");
    EXPECT_EQ(last_command(), R"(state {"task":"run-1"})");
    host.reply("state",
               R"({"task":"run-1","kind":"agent.chat","input":{"threadId":"thread-1","runId":"run-1","messages":[]}})");
    EXPECT_EQ(last_command(),
              R"(subscribe {"topic":"task/run-1","from":{"epoch":"000000000000000e","offset":7},"conflate_ms":0})");
    subscribed(7, 9);
    EXPECT_TRUE(heard().starts_with(R"({"type":"RUN_STARTED","threadId":"thread-1","runId":"run-2")"));
}

TEST_F(AguiAnswers, GoOnInALogThatMayBeGone) {
    answer();
    state(false);
    claimed_by("run-2");
    subscribed(0, 9, "000000000000000f");
    EXPECT_EQ(describe(*host.refused), "expired: runId: the events that this goes on from are gone");
}

TEST_F(AguiAnswers, ATextThatTheQuestionInterruptedGoesOn) {
    get("run-2");
    host.reply("history",
               R"({"events":[{"offset":1,"data":{"task":"run-1","epoch":"000000000000000e","after":1,"input":{}}}]})");
    host.reply("state",
               R"({"task":"run-1","kind":"agent.chat","input":{"threadId":"thread-1","runId":"run-1","messages":[]}})");
    subscribed(1, 9);
    heard();
    EXPECT_EQ(heard("task.waiting", "{}"), "") << "the question itself is of the run before";
    EXPECT_EQ(heard("text.delta", R"({"stream":"a","text":"more"})"),
              R"({"type":"TEXT_MESSAGE_START","messageId":"run-1.1.a","role":"assistant"})"
              "\n"
              R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"run-1.1.a","delta":"more"})");
}

}  // namespace
}  // namespace longwire::edge
