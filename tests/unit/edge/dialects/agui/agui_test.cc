#include "edge/dialects/agui/agui.h"

#include <algorithm>

#include "tests/unit/edge/dialects/agui/fixture.h"

namespace longwire::edge {
namespace {

struct Agui : testing::Test, AguiFixture {
    /// What is wrong with a request, by its field.
    std::string refused(std::string_view body, std::string_view field_only = {}) {
        host.refused.reset();
        host.open(*product, "/agui/{kind}", {{"kind", "agent.chat"}}, {}, "POST");
        host.say_wrong(body);
        if (!host.refused) return "";
        return field_only.empty() ? describe(*host.refused) : host.refused->field;
    }
    std::string refused_with(std::string_view fields) {
        return refused(R"({"threadId":"t","runId":"r","messages":[])" + std::string(fields) + "}", "field");
    }
    Status admitted(const Result<Identity>& who, const std::string& kind) {
        const auto routes = product->routes();
        const auto route =
            std::find_if(routes.begin(), routes.end(), [](const Route& one) { return one.path == "/agui/{kind}"; });
        return route->admit(Opening{{{"kind", kind}}, {}, {}, {}, who});
    }
};

TEST_F(Agui, ARequestStartsATaskNamedAfterTheRun) {
    post(R"({"threadId":"thread-1","runId":"run-1","state":{"a":1},"tools":[],"context":[],)"
         R"("messages":[{"id":"m0","role":"user","content":"Earlier"},{"id":"m1","role":"user","content":"Hello"},)"
         R"({"id":"m2","role":"assistant","content":"Hi"}],"forwardedProps":{"steps":3,"runId":"not this"}})");
    EXPECT_EQ(
        host.commands(),
        R"(start {"kind":"agent.chat","task":"run-1","input":{"steps":3,"runId":"run-1","message":"Hello",)"
        R"("requirement":"Hello","threadId":"thread-1","state":{"a":1},"tools":[],"context":[],)"
        R"("messages":[{"id":"m0","role":"user","content":"Earlier"},{"id":"m1","role":"user","content":"Hello"},)"
        R"({"id":"m2","role":"assistant","content":"Hi"}],"forwardedProps":{"steps":3,"runId":"not this"}}})");
    host.reply("start", R"({"task":"run-1","topic":"task/run-1","state":"PENDING","created":true})");
    EXPECT_EQ(host.commands(), R"(subscribe {"topic":"task/run-1","from":"start","conflate_ms":0})");
    EXPECT_EQ(host.heard(), "") << "until it is known that there is a stream";
    subscribed();
    EXPECT_EQ(heard(),
              R"({"type":"RUN_STARTED","threadId":"thread-1","runId":"run-1","protocolVersion":"1.0"})"
              "\n"
              R"({"type":"STATE_SNAPSHOT","snapshot":{"a":1,"task":{"status":"PENDING","progress":0,"agents":{}}}})");
}

TEST_F(Agui, TheMessageIsTheUsersNewestWordsUnlessTheFrontendNamesAnother) {
    post(R"({"threadId":"t","runId":"r","messages":[{"id":"m","role":"user","content":[{"type":"text","text":"Look"},)"
         R"({"type":"image","source":{"type":"url","value":"u"}},{"type":"text","text":"here"}]}]})");
    EXPECT_NE(host.commands().find(R"("message":"Look\nhere","requirement":"Look\nhere")"), std::string::npos);
    post(R"({"threadId":"t","runId":"r","messages":[{"id":"m","role":"user","content":"x"}],)"
         R"("forwardedProps":{"message":"mine"}})");
    EXPECT_NE(host.commands().find(R"({"message":"mine","requirement":"x")"), std::string::npos);
    post(R"({"threadId":"t","runId":"r","messages":[]})");
    EXPECT_EQ(host.commands().find("\"message\""), std::string::npos);
}

TEST_F(Agui, ARunIdThatIsNoNameHasAFingerprint) {
    post(R"({"threadId":"t","runId":"run/1 ü","messages":[]})");
    EXPECT_NE(host.commands().find(R"("task":"agui-print-run/1 ü")"), std::string::npos);
    post(R"({"threadId":"t","runId":"longwire.x","messages":[]})");
    EXPECT_NE(host.commands().find(R"("task":"agui-print-longwire.x")"), std::string::npos);
}

TEST_F(Agui, AParentRunIsNamedAtTheStart) {
    post(R"({"threadId":"thread-1","runId":"run-1","parentRunId":"run-0","messages":[]})");
    host.reply("start", R"({"created":true})");
    subscribed();
    EXPECT_NE(heard().find(R"("protocolVersion":"1.0","parentRunId":"run-0"})"), std::string::npos);
}

TEST_F(Agui, EveryRoleAndKindOfContentIsTaken) {
    EXPECT_EQ(refused_with(""), "");
    EXPECT_EQ(
        refused(
            R"({"threadId":"t","runId":"r","messages":[{"id":"1","role":"developer","content":""},)"
            R"({"id":"2","role":"system","content":""},{"id":"3","role":"reasoning","content":""},)"
            R"({"id":"4","role":"activity","activityType":"a","content":{}},{"id":"5","role":"assistant"},)"
            R"({"id":"6","role":"assistant","toolCalls":[)"
            R"({"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
            R"({"id":"7","role":"tool","toolCallId":"c","content":"x"},)"
            R"({"id":"8","role":"user","content":[)"
            R"({"type":"audio","source":{"type":"data","value":"","mimeType":"a/b"}},)"
            R"({"type":"video","source":{"type":"file","value":"f"}},)"
            R"({"type":"document","source":{"type":"url","value":"u"}}]}],)"
            R"("context":[{"description":"d","value":"v"}],"tools":[{"name":"n","description":"d","parameters":{}}]})"),
        "");
}

TEST_F(Agui, BadInputIsRefusedByItsField) {
    EXPECT_EQ(refused("[]", "field"), "");
    EXPECT_TRUE(host.refused);
    EXPECT_EQ(refused("{nonsense", "field"), "message");
    EXPECT_EQ(refused("{}", "field"), "threadId");
    EXPECT_EQ(refused(R"({"threadId":"t"})", "field"), "runId");
    EXPECT_EQ(refused(R"({"threadId":"t","runId":"r"})"), "bad_request: messages: must be an array, not nothing");
    EXPECT_EQ(refused(R"({"threadId":"","runId":"r","messages":[]})"),
              R"(bad_request: threadId: must be a string of 1 to 1024 bytes, not "")");
    EXPECT_EQ(refused(R"({"threadId":"t","runId":")" + std::string(1025, 'r') + R"(","messages":[]})", "field"),
              "runId");
    EXPECT_EQ(refused_with(R"(,"parentRunId":1)"), "parentRunId");
    EXPECT_EQ(refused_with(R"(,"protocolVersion":1)"), "protocolVersion");
    EXPECT_EQ(refused_with(R"(,"tools":{})"), "tools");
    EXPECT_EQ(refused_with(R"(,"tools":[{"name":"n"}])"), "tools[0].description");
    EXPECT_EQ(refused_with(R"(,"context":[{"description":"d","value":1}])"), "context[0].value");
    EXPECT_EQ(refused_with(R"(,"resume":[{"status":"resolved"}])"), "resume[0].interruptId");
    EXPECT_EQ(refused_with(R"(,"resume":[{"interruptId":"r:0","status":"resolved"}])"), "resume[0].interruptId");
    EXPECT_EQ(refused_with(R"(,"resume":[{"interruptId":"a b:1","status":"resolved"}])"), "resume[0].interruptId");
    EXPECT_EQ(refused_with(R"(,"resume":[{"interruptId":"a:1","status":"maybe"}])"), "resume[0].status");
    EXPECT_EQ(refused_with(R"(,"resume":[{"interruptId":"a:1","status":"resolved"},{"interruptId":"a:2"}])"), "resume");
    EXPECT_EQ(host.commands(), "");
}

TEST_F(Agui, ABadMessageIsRefusedByItsPlace) {
    const auto message = [&](std::string_view fields) {
        return refused(R"({"threadId":"t","runId":"r","messages":[{"id":"0","role":"system","content":""},{"id":"1",)" +
                           std::string(fields) + "}]}",
                       "field");
    };
    EXPECT_EQ(message(R"("role":"robot")"), "messages[1].role");
    EXPECT_EQ(message(R"("role":"user")"), "messages[1].content");
    EXPECT_EQ(message(R"("role":"user","content":7)"), "messages[1].content");
    EXPECT_EQ(message(R"("role":"user","content":[{"type":"smell"}])"), "messages[1].content[0].type");
    EXPECT_EQ(message(R"("role":"user","content":[{"type":"text"}])"), "messages[1].content[0].text");
    EXPECT_EQ(message(R"("role":"user","content":[{"type":"image"}])"), "messages[1].content[0].source");
    EXPECT_EQ(message(R"("role":"user","content":[{"type":"image","source":{"type":"data","value":"v"}}])"),
              "messages[1].content[0].source.mimeType");
    EXPECT_EQ(message(R"("role":"tool","content":"x")"), "messages[1].toolCallId");
    EXPECT_EQ(message(R"("role":"activity","activityType":"a","content":"x")"), "messages[1].content");
    EXPECT_EQ(message(R"("role":"assistant","content":1)"), "messages[1].content");
    EXPECT_EQ(message(R"("role":"assistant","toolCalls":[{"id":"c","type":"x"}])"), "messages[1].toolCalls[0].type");
    EXPECT_EQ(message(R"("role":"assistant","toolCalls":[{"id":"c","type":"function","function":{"name":"f"}}])"),
              "messages[1].toolCalls[0].function.arguments");
    EXPECT_EQ(message(R"("role":"system","content":"x","metadata":1)"), "messages[1].metadata");
}

TEST_F(Agui, OnlyKindsThatAreServedAndAllowedAreAdmitted) {
    EXPECT_TRUE(admitted(Identity{"dev", "anna"}, "agent.chat"));
    EXPECT_TRUE(admitted(Identity{"dev", "anna"}, "demo.team"));
    EXPECT_EQ(admitted(Identity{"dev", "anna"}, "longwire.webhook").error().code, Errc::not_found);
    EXPECT_EQ(admitted(Identity{"dev", "anna"}, "agent").error().field, "kind");
    const Identity restricted{"dev", "anna", {{"agent.guide"}}};
    EXPECT_TRUE(admitted(restricted, "agent.guide"));
    EXPECT_EQ(admitted(restricted, "agent.chat").error().code, Errc::forbidden);
    EXPECT_EQ(admitted(Error{Errc::unauthorized, "who?"}, "agent.chat").error().code, Errc::unauthorized);
}

TEST_F(Agui, AStartThatIsRefusedIsAProblem) {
    post();
    host.fail("start", {Errc::unavailable, "the queue is full", "kind", 1000});
    EXPECT_EQ(host.refused->retry_after_ms, 1000);
    post();
    host.reply("start", R"({"created":true})");
    host.fail("subscribe", {Errc::not_found, "gone", "topic"});
    EXPECT_EQ(host.refused->message, "gone");
    event("log", "{}");
    EXPECT_EQ(heard(), "");
}

constexpr std::string_view kState = R"({"task":"run-1","kind":"agent.chat","epoch":"000000000000000e",)"
                                    R"("input":{"threadId":"thread-1","runId":"run-1",)"
                                    R"("messages":[{"id":"m1","role":"user","content":"Hello","name":null}]}})";

TEST_F(Agui, ARepeatedRequestIsTheSameRunFromItsStart) {
    post();
    host.reply("start", R"({"task":"run-1","created":false})");
    host.reply("state", kState);
    subscribed();
    EXPECT_EQ(heard(), R"({"type":"RUN_STARTED","threadId":"thread-1","runId":"run-1","protocolVersion":"1.0"})"
                       "\n"
                       R"({"type":"STATE_SNAPSHOT","snapshot":{"task":{"status":"PENDING","progress":0,"agents":{}}}})"
                       "\n"
                       R"({"type":"MESSAGES_SNAPSHOT","messages":[{"id":"m1","role":"user","content":"Hello"}]})");
}

TEST_F(Agui, ARepeatedRequestMayHaveMoreMessagesByNow) {
    post(R"({"threadId":"thread-1","runId":"run-1","messages":[],"state":{"grown":true}})");
    host.fail("start", {Errc::conflict, "with another input", "task"});
    host.reply("state", kState);
    subscribed();
    EXPECT_NE(heard().find(R"("content":"Hello")"), std::string::npos);
}

TEST_F(Agui, ARunIdOfAnotherThreadOrKindIsAConflict) {
    post(R"({"threadId":"other","runId":"run-1","messages":[]})");
    host.fail("start", {Errc::conflict, "with another input", "task"});
    host.reply("state", kState);
    EXPECT_EQ(describe(*host.refused), "conflict: runId: there is such a run, in another thread");
    post();
    host.fail("start", {Errc::conflict, "with another kind", "task"});
    host.reply("state",
               R"({"task":"run-1","kind":"demo.team","input":{"threadId":"thread-1","runId":"run-1","messages":[]}})");
    EXPECT_EQ(describe(*host.refused), "conflict: runId: there is such a run, of demo.team");
}

TEST_F(Agui, WhoAttachesIsToldWhatTheRunWasStartedWith) {
    get();
    EXPECT_EQ(host.commands(), R"(history {"topic":"agui/run/run-1","limit":1})");
    host.reply("history", R"({"epoch":null,"head":0,"tail":1,"events":[]})");
    host.reply("state", kState);
    subscribed();
    EXPECT_EQ(
        heard(),
        R"({"type":"RUN_STARTED","threadId":"thread-1","runId":"run-1","protocolVersion":"1.0",)"
        R"("input":{"threadId":"thread-1","runId":"run-1","messages":[{"id":"m1","role":"user","content":"Hello"}]}})"
        "\n"
        R"({"type":"STATE_SNAPSHOT","snapshot":{"task":{"status":"PENDING","progress":0,"agents":{}}}})");
}

TEST_F(Agui, AnyTaskOfAKindThatIsServedIsARun) {
    get("native-1");
    host.reply("history", R"({"events":[]})");
    host.reply("state", R"({"task":"native-1","kind":"demo.count","input":{"n":1}})");
    subscribed();
    EXPECT_TRUE(heard().starts_with(R"({"type":"RUN_STARTED","threadId":"native-1","runId":"native-1")"));
}

TEST_F(Agui, WhatATaskWasStartedWithByOthersNeedNotBeAnInput) {
    get("native-1");
    host.reply("history", R"({"events":[]})");
    host.reply("state", R"({"task":"native-1","kind":"demo.count",)"
                        R"("input":{"threadId":"t","runId":"r","messages":[1],"tools":[2],"state":{"a":1}}})");
    subscribed();
    EXPECT_EQ(heard(),
              R"({"type":"RUN_STARTED","threadId":"native-1","runId":"native-1","protocolVersion":"1.0",)"
              R"("input":{"threadId":"native-1","runId":"native-1","messages":[]}})"
              "\n"
              R"({"type":"STATE_SNAPSHOT","snapshot":{"task":{"status":"PENDING","progress":0,"agents":{}}}})");
    EXPECT_NE(heard("task.completed", "{}").find(R"("outcome":{"type":"success"})"), std::string::npos);
}

TEST_F(Agui, ARunThatIsNotThereOrNotForThisClientIsNotFoundOrForbidden) {
    get();
    host.reply("history", R"({"events":[]})");
    host.fail("state", {Errc::not_found, "there is no task run-1", "task"});
    EXPECT_EQ(describe(*host.refused), "not_found: runId: there is no run run-1");
    get();
    host.reply("history", R"({"events":[]})");
    host.reply("state", R"({"task":"run-1","kind":"longwire.webhook"})");
    EXPECT_EQ(describe(*host.refused), "not_found: runId: there is no run run-1");
    host.identity.agents = {"agent.guide"};
    get();
    host.reply("history", R"({"events":[]})");
    host.reply("state", kState);
    EXPECT_EQ(host.refused->code, Errc::forbidden);
    get();
    host.fail("history", {Errc::unavailable, "no broker", "", 500});
    EXPECT_EQ(host.refused->code, Errc::unavailable);
}

TEST_F(Agui, GoingAwayCancelsNothing) {
    start();
    host.hang_up(1006);
    EXPECT_EQ(host.commands(), "");
}

TEST_F(Agui, CancellingIsARequestOfItsOwn) {
    host.open(*product, "/agui/runs/{id}/cancel", {{"id", "run-1"}}, {}, "POST");
    host.say(R"({"reason":"enough"})");
    host.reply("history", R"({"events":[]})");
    host.reply("state", kState);
    EXPECT_TRUE(host.commands().ends_with(R"(cancel {"task":"run-1","reason":"enough"})"));
    host.reply("cancel", R"({"task":"run-1","state":"RUNNING","cancelling":true})");
    EXPECT_EQ(host.status, 202U);
    EXPECT_EQ(json::serialize(host.body), R"({"runId":"run-1","state":"RUNNING","cancelling":true})");
}

TEST_F(Agui, CancellingNeedsNoReasonAndARun) {
    const auto cancel = [&] {
        host.open(*product, "/agui/runs/{id}/cancel", {{"id", "run-1"}}, {}, "POST");
        host.say("{}");
        host.reply("history", R"({"events":[]})");
    };
    cancel();
    host.reply("state", kState);
    EXPECT_TRUE(host.commands().ends_with(R"(cancel {"task":"run-1"})"));
    host.fail("cancel", {Errc::unavailable, "not now", ""});
    EXPECT_EQ(host.refused->code, Errc::unavailable);
    cancel();
    host.fail("state", {Errc::not_found, "none", "task"});
    EXPECT_EQ(host.refused->field, "runId");
}

}  // namespace
}  // namespace longwire::edge
