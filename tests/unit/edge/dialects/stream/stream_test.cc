#include "edge/dialects/stream/stream.h"

#include <gtest/gtest.h>

#include "edge/core/client_api.h"
#include "tests/unit/edge/dialects/fake_host.h"

namespace longwire::edge {
namespace {

constexpr auto kPath = "/ws/stream";
constexpr auto kTopic = "task/chat-3";
constexpr auto kChat = R"({"type":"chat","payload":{"message":"Analyze Bitcoin"}})";

/// Sets what a product declares.
class Settings final : public SettingSink {
  public:
    explicit Settings(std::map<std::string, std::int64_t> numbers) : numbers_(std::move(numbers)) {}

    void text(const ProductSetting&, std::string&, const Check&) override {}
    void number(const ProductSetting& setting, std::int64_t& value, std::int64_t least, std::int64_t most) override {
        EXPECT_TRUE(setting.name.starts_with("stream-"));
        EXPECT_GE(value, least);
        EXPECT_LE(value, most);
        if (numbers_.contains(setting.name)) value = numbers_.at(setting.name);
    }
    void list(const ProductSetting&, std::vector<std::string>&, const Check&) override {}
    void toggle(const ProductSetting&, bool&) override {}

  private:
    std::map<std::string, std::int64_t> numbers_;
};

struct StreamTest : testing::Test {
    void open(std::string resume = {}) {
        Opening::Values query;
        if (!resume.empty()) query.emplace_back("resume", std::move(resume));
        host.open(*product, kPath, {}, std::move(query));
    }

    /// A client whose task chat-3 runs.
    void run() {
        open();
        host.say(kChat);
        host.reply("start", R"({"task":"chat-3","topic":"task/chat-3","state":"PENDING","created":true})");
        host.reply("subscribe", R"({"topic":"task/chat-3","offset":0})");
        host.heard();
        host.commands();
    }

    /// What the client is sent for one event.
    std::string seen(std::string_view type, std::string_view data) {
        host.event(kTopic, type, data);
        return host.heard();
    }

    std::unique_ptr<Product> product = make_stream_product();
    FakeHost host{"stream"};
};

TEST_F(StreamTest, AClientIsWelcomedWithATokenToResumeBy) {
    open();
    EXPECT_EQ(host.heard(), R"({"type":"welcome","resume":"resume-1","client_id":"client-2","resumed":false})");
    EXPECT_EQ(host.commands(), "");
}

TEST_F(StreamTest, AChatStartsATaskThatIsCancelledWhenItsClientIsGoneFor10S) {
    open();
    host.say(R"({"type":"chat","payload":{"message":"  Analyze Bitcoin \n"}})");
    EXPECT_EQ(host.commands(),
              R"(publish {"topic":"stream/print-resume-1","type":"record","data":{"client":"client-2","user":"anna",)"
              R"("places":{},"tasks":["chat-3"]}})"
              "\n"
              R"(start {"kind":"agent.chat","input":{"message":"Analyze Bitcoin"},"task":"chat-3",)"
              R"("on_disconnect":"cancel","disconnect_grace_s":10})");
    host.reply("start", R"({"task":"chat-3","created":true})");
    EXPECT_EQ(host.commands(), R"(subscribe {"topic":"task/chat-3","from":"start","conflate_ms":0})");
}

TEST_F(StreamTest, AMessageOfNothingButSpaceIsEmpty) {
    open();
    host.heard();
    constexpr auto kEmpty = R"({"type":"error","message":"Empty message","timestamp":"2023-11-14T22:13:20.000Z"})";
    host.say(R"({"type":"chat","payload":{"message":" \t\n"}})");
    EXPECT_EQ(host.heard(), kEmpty);
    host.say(R"({"type":"chat","payload":{}})");
    EXPECT_EQ(host.heard(), kEmpty);
    host.say(R"({"type":"chat"})");
    EXPECT_EQ(host.heard(), kEmpty);
    EXPECT_EQ(host.commands(), "");
}

TEST_F(StreamTest, ASecondChatIsRefusedWhileOneRuns) {
    run();
    host.say(kChat);
    EXPECT_EQ(host.heard(),
              R"({"type":"error","message":"A task is already running","timestamp":"2023-11-14T22:13:20.000Z"})");
    EXPECT_EQ(host.commands(), "");
    host.event(kTopic, "task.completed", R"({"result":{"content":"up","agents":["A"]}})");
    host.heard();
    host.commands();
    host.say(kChat);
    EXPECT_NE(host.commands().find(R"(start {"kind":"agent.chat")"), std::string::npos);
}

TEST_F(StreamTest, ACancelIsAnsweredAtOnceAndTheEndIsTold) {
    run();
    host.say(R"({"type":"cancel","payload":{}})");
    EXPECT_EQ(host.heard(), R"({"type":"cancelled","success":true,"timestamp":"2023-11-14T22:13:20.000Z"})");
    EXPECT_EQ(host.commands(), R"(cancel {"task":"chat-3","reason":"the client has cancelled it"})");
    EXPECT_EQ(seen("task.cancelled", R"({"reason":"the client has cancelled it"})"),
              R"({"type":"cancelled","message":"Task cancelled","timestamp":"2023-11-14T22:13:20.000Z"})");
    host.say(R"({"type":"cancel","payload":{}})");
    EXPECT_EQ(host.heard(), R"({"type":"cancelled","success":false,"timestamp":"2023-11-14T22:13:20.000Z"})");
}

TEST_F(StreamTest, ATaskCanBeCancelledBeforeItsStartIsAnswered) {
    open();
    host.say(kChat);
    host.commands();
    host.say(R"({"type":"cancel"})");
    EXPECT_EQ(host.commands(), R"(cancel {"task":"chat-3","reason":"the client has cancelled it"})");
    EXPECT_NE(host.heard().find(R"("success":true)"), std::string::npos);
}

TEST_F(StreamTest, ACancelThatFailsIsTold) {
    run();
    host.say(R"({"type":"cancel"})");
    host.heard();
    host.fail("cancel", {Errc::unavailable, "no broker"});
    EXPECT_EQ(
        host.heard(),
        R"({"type":"error","message":"no broker","details":"unavailable","timestamp":"2023-11-14T22:13:20.000Z"})");
}

TEST_F(StreamTest, AStartThatFailsIsToldAndTheNextChatStartsAnother) {
    open();
    host.heard();
    host.say(kChat);
    host.fail("start", {Errc::unavailable, "the queue is full"});
    EXPECT_EQ(host.heard(), R"({"type":"error","message":"the queue is full","details":"unavailable",)"
                            R"("timestamp":"2023-11-14T22:13:20.000Z"})");
    host.commands();
    host.say(kChat);
    EXPECT_NE(host.commands().find(R"("task":"chat-4")"), std::string::npos);
}

TEST_F(StreamTest, EachEventHasItsMessage) {
    run();
    EXPECT_EQ(seen("agent.step", R"({"agent":"Analyst","agent_id":"a","emoji":"📊","status":"working","step":1})"),
              R"({"type":"agent_step","agent":"Analyst","emoji":"📊","status":"working",)"
              R"("timestamp":"2023-11-14T22:13:20.000Z"})");
    EXPECT_EQ(seen("agent.step", R"({"agent":"Analyst","status":"completed"})"),
              R"({"type":"agent_step","agent":"Analyst","emoji":"🤖","status":"completed",)"
              R"("timestamp":"2023-11-14T22:13:20.000Z"})");
    EXPECT_EQ(seen("tool.call", R"({"agent":"Analyst","tool":"calculator","call_id":"1",)"
                                R"("arguments":{"expression":"2+2"}})"),
              R"({"type":"tool_call","agent":"Analyst","tool_name":"calculator","arguments":{"expression":"2+2"},)"
              R"("timestamp":"2023-11-14T22:13:20.000Z"})");
    EXPECT_EQ(seen("tool.result", R"({"agent":"Analyst","tool":"calculator","call_id":"1","result":"4","ok":true})"),
              R"({"type":"tool_result","agent":"Analyst","tool_name":"calculator","result":"4","success":true,)"
              R"("timestamp":"2023-11-14T22:13:20.000Z"})");
    EXPECT_NE(seen("tool.result", R"({"tool":"calculator","ok":false})").find(R"("success":false)"), std::string::npos);
    EXPECT_EQ(seen("task.progress", R"({"progress":0.5,"turn":2,"max_turns":10,"message":"m"})"),
              R"({"type":"progress","current_turn":2,"max_turns":10})");
    EXPECT_EQ(seen("artifact", R"({"id":"c-1","kind":"chart","url":"https://x/c","name":"BTC/USD",)"
                               R"("meta":{"symbol":"BTC"}})"),
              R"({"type":"chart","chart_id":"c-1","url":"https://x/c","symbol":"BTC",)"
              R"("timestamp":"2023-11-14T22:13:20.000Z"})");
    EXPECT_NE(seen("artifact", R"({"id":"c-1","kind":"chart","url":"u","name":"BTC"})").find(R"("symbol":"BTC")"),
              std::string::npos);
    EXPECT_EQ(seen("text.delta", R"({"stream":"chat.1","index":3,"text":"Hel"})"),
              R"({"type":"token","text":"Hel","index":3,"stream":"chat.1"})");
    EXPECT_EQ(seen("task.completed", R"({"result":{"content":"It rises.","agents":["Analyst","Writer"]}})"),
              R"({"type":"result","content":"It rises.","agents_used":["Analyst","Writer"],)"
              R"("timestamp":"2023-11-14T22:13:20.000Z"})");
}

TEST_F(StreamTest, AnEventWithoutAMessageOfItsOwnIsPassedOnByItsName) {
    run();
    EXPECT_EQ(seen("agent.handoff", R"({"agent":"Planner","to":"Writer"})"),
              R"({"type":"event","name":"agent.handoff","data":{"agent":"Planner","to":"Writer"},)"
              R"("timestamp":"2023-11-14T22:13:20.000Z"})");
    EXPECT_NE(seen("my.own", "3").find(R"("name":"my.own","data":3)"), std::string::npos);
    EXPECT_NE(seen("artifact", R"({"kind":"document"})").find(R"("name":"artifact")"), std::string::npos);
    EXPECT_NE(seen("task.progress", R"({"progress":0.5})").find(R"("name":"task.progress")"), std::string::npos);
    EXPECT_NE(seen("task.started", "{}").find(R"("name":"task.started")"), std::string::npos);
}

TEST_F(StreamTest, AResultThatIsNoAnswerIsShownAsItIs) {
    run();
    EXPECT_NE(seen("task.completed", R"({"result":{"n":3}})").find(R"("content":"{\"n\":3}","agents_used":[])"),
              std::string::npos);
}

TEST_F(StreamTest, AFailedTaskIsAnErrorThatSaysWhy) {
    run();
    EXPECT_EQ(seen("task.failed", R"({"error":{"code":"boom","message":"it broke","details":null}})"),
              R"({"type":"error","message":"it broke","details":"boom","timestamp":"2023-11-14T22:13:20.000Z"})");
}

TEST_F(StreamTest, AnExpiredTaskIsAnErrorToo) {
    run();
    EXPECT_EQ(seen("task.expired", "{}"),
              R"({"type":"error","message":"The task has expired","timestamp":"2023-11-14T22:13:20.000Z"})");
}

TEST_F(StreamTest, APingIsAnsweredAndAPongIsTaken) {
    open();
    host.heard();
    host.say(R"({"type":"ping","payload":{}})");
    host.say(R"({"type":"pong"})");
    EXPECT_EQ(host.heard(), R"({"type":"pong"})");
}

TEST_F(StreamTest, TheEdgePingsAfterFiveMinutesWithoutTraffic) {
    open();
    host.heard();
    host.pass_ms(299'999);
    EXPECT_EQ(host.heard(), "");
    host.pass_ms(1);
    EXPECT_EQ(host.heard(), R"({"type":"ping"})");
    host.pass_ms(200'000);
    host.say(R"({"type":"pong"})");
    host.pass_ms(299'999);
    EXPECT_EQ(host.heard(), "");
    host.pass_ms(1);
    EXPECT_EQ(host.heard(), R"({"type":"ping"})");
}

TEST_F(StreamTest, WhatIsWrongIsNamedAndTheConnectionLivesOn) {
    open();
    host.heard();
    const auto fault = [&](const std::string& message) {
        host.say_wrong(message);
        return std::string(json::parse(host.heard()).at("message").as_string());
    };
    EXPECT_EQ(fault("{"), "The message must be JSON");
    EXPECT_EQ(fault("[]"), "the message must be an object, not an array");
    EXPECT_EQ(fault("{}"), "type must be a string, not nothing");
    EXPECT_EQ(fault(R"({"type":"dance"})"), "type must be one of chat, cancel, ping, pong, not \"dance\"");
    EXPECT_EQ(fault(R"({"type":"chat","payload":"x"})"), "payload must be an object, not a string");
    EXPECT_EQ(fault(R"({"type":"chat","payload":{"message":7}})"), "payload.message must be a string, not a number");
    EXPECT_EQ(host.closed_with, std::nullopt);
    EXPECT_EQ(host.commands(), "");
}

TEST_F(StreamTest, ATaskThatWaitsForAnAnswerGetsTheNextChatAsOne) {
    run();
    seen("task.waiting", R"({"prompt":"Allow it?"})");
    host.commands();
    host.say(R"({"type":"chat","payload":{"message":"yes"}})");
    EXPECT_EQ(host.commands(), R"(input {"task":"chat-3","data":{"message":"yes"}})");
    seen("task.input", R"({"message":"yes"})");
    host.say(R"({"type":"chat","payload":{"message":"more"}})");
    EXPECT_NE(host.heard().find("A task is already running"), std::string::npos);
}

TEST_F(StreamTest, WhoClosesWith1000CancelsItsTaskAtOnce) {
    run();
    host.hang_up(1000);
    EXPECT_EQ(host.commands(),
              R"(cancel {"task":"chat-3","reason":"the client has gone"})"
              "\n"
              R"(publish {"topic":"stream/print-resume-1","type":"record","data":{"client":"client-2","user":"anna",)"
              R"("places":{},"tasks":["chat-3"],"done":true}})");
}

TEST_F(StreamTest, ALostConnectionLeavesItsTaskToTheGraceTime) {
    run();
    host.hang_up(1006);
    EXPECT_EQ(host.commands(), "");
}

TEST_F(StreamTest, WhoComesBackGoesOnAfterWhatHasProvablyArrived) {
    open("resume-1");
    EXPECT_EQ(host.heard(), "");
    EXPECT_EQ(host.commands(), R"(history {"topic":"stream/print-resume-1","limit":1,"reverse":true})");
    host.reply("history", R"({"events":[{"data":{"client":"client-2","user":"anna",)"
                          R"("places":{"task/chat-3":{"epoch":"000000000000000e","offset":5}},)"
                          R"("tasks":["chat-3"]}}]})");
    EXPECT_EQ(host.heard(), R"({"type":"welcome","resume":"resume-1","client_id":"client-2","resumed":true})");
    EXPECT_EQ(host.commands(),
              R"(attach {"task":"chat-3"})"
              "\n"
              R"(subscribe {"topic":"task/chat-3","from":{"epoch":"000000000000000e","offset":5},"conflate_ms":0})");
    EXPECT_NE(seen("text.delta", R"({"stream":"s","index":9,"text":"x"})").find(R"("type":"token")"),
              std::string::npos);
}

TEST_F(StreamTest, ATokenThatIsUnknownOrAnothersOrOfAClosedConnectionBeginsAnew) {
    for (const auto* const record : {R"({"events":[]})", R"({"events":[{"data":{"client":"c","user":"eve"}}]})",
                                     R"({"events":[{"data":{"client":"c","user":"anna","done":true}}]})"}) {
        FakeHost other("stream");
        other.open(*product, kPath, {}, {{"resume", "resume-9"}});
        other.reply("history", record);
        EXPECT_EQ(other.heard(), R"({"type":"welcome","resume":"resume-1","client_id":"client-2","resumed":false})");
    }
}

TEST_F(StreamTest, WhatIsSaidBeforeTheWelcomeIsTakenAfterIt) {
    open("resume-9");
    host.say(R"({"type":"ping"})");
    EXPECT_EQ(host.heard(), "");
    host.reply("history", R"({"events":[]})");
    EXPECT_EQ(host.heard(), R"({"type":"welcome","resume":"resume-1","client_id":"client-2","resumed":false})"
                            "\n"
                            R"({"type":"pong"})");
}

TEST_F(StreamTest, WithoutABrokerWhoComesBackIsAskedToComeAgain) {
    open("resume-9");
    host.fail("history", {Errc::unavailable, "no broker"});
    EXPECT_NE(host.heard().find(R"("message":"no broker")"), std::string::npos);
    EXPECT_EQ(host.closed_with, close_code::kTryLater);
}

TEST_F(StreamTest, WhatArrivesIsProvenEverySecondAndKept) {
    run();
    seen("text.delta", R"({"stream":"s","index":0,"text":"a"})");
    EXPECT_EQ(host.proofs, 1U);
    seen("text.delta", R"({"stream":"s","index":1,"text":"b"})");
    host.prove(1);
    EXPECT_NE(host.commands().find(R"("places":{"task/chat-3":{"epoch":"000000000000000e","offset":1}})"),
              std::string::npos);
    EXPECT_EQ(host.proofs, 1U);
    host.pass_ms(999);
    EXPECT_EQ(host.proofs, 1U);
    host.pass_ms(1);
    EXPECT_EQ(host.proofs, 2U);
}

TEST_F(StreamTest, AnEndIsForgottenOnlyWhenItHasProvablyArrived) {
    run();
    seen("task.completed", R"({"result":{"content":"up"}})");
    EXPECT_NE(host.commands().find(R"("tasks":["chat-3"])"), std::string::npos);
    host.prove(1);
    EXPECT_NE(host.commands().find(R"("tasks":[])"), std::string::npos);
}

TEST_F(StreamTest, AGapIsToldAndAnEndWithinItIsMadeUpFor) {
    run();
    host.push(R"({"gap":{"topic":"task/chat-3","from":4,"to":9,"reason":"slow"}})");
    EXPECT_EQ(host.heard(), R"({"type":"event","name":"gap","data":{"from":4,"to":9,"reason":"slow"},)"
                            R"("timestamp":"2023-11-14T22:13:20.000Z"})");
    EXPECT_EQ(host.commands(), R"(state {"task":"chat-3"})");
    host.reply("state", R"({"state":"COMPLETED","offset":9,"result":{"content":"up","agents":[]}})");
    EXPECT_NE(host.heard().find(R"("type":"result","content":"up")"), std::string::npos);
    host.say(kChat);
    EXPECT_EQ(host.heard(), "");  // none runs
}

TEST_F(StreamTest, AnEndBehindAGapComesByItself) {
    run();
    host.push(R"({"gap":{"topic":"task/chat-3","from":4,"to":9,"reason":"slow"}})");
    host.heard();
    host.reply("state", R"({"state":"COMPLETED","offset":10,"result":{"content":"up"}})");
    EXPECT_EQ(host.heard(), "");
}

TEST_F(StreamTest, ASettingLetsChatsWaitForTheRunningOne) {
    Settings settings({{"stream-queue-chats", 1}});
    product->declare(settings);
    open();
    host.heard();
    host.say(kChat);
    host.say(R"({"type":"chat","payload":{"message":"then this"}})");
    EXPECT_NE(host.commands().find(R"("task":"chat-4","on_disconnect":"cancel","disconnect_grace_s":10,)"
                                   R"("concurrency":{"key":"client-2",)"
                                   R"("limit":1}})"),
              std::string::npos);
    host.say(kChat);
    EXPECT_NE(host.heard().find("A task is already running"), std::string::npos);
    host.reply("start", R"({"task":"chat-3"})");
    host.reply("start", R"({"task":"chat-4"})");
    EXPECT_EQ(host.commands(), R"(subscribe {"topic":"task/chat-3","from":"start","conflate_ms":0})");
    host.event(kTopic, "task.completed", "{}");
    EXPECT_NE(host.commands().find(R"(subscribe {"topic":"task/chat-4","from":"start","conflate_ms":0})"),
              std::string::npos);
}

TEST_F(StreamTest, ATokenThatExpiresEndsTheConnection) {
    host.identity.expires_us = host.time_us + 60'000'000;
    open();
    host.heard();
    host.pass_ms(60'000);
    EXPECT_NE(host.heard().find(R"("message":"The token has expired","details":"expired")"), std::string::npos);
    EXPECT_EQ(host.closed_with, close_code::kUnauthorized);
}

}  // namespace
}  // namespace longwire::edge
