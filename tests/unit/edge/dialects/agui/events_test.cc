#include "edge/dialects/agui/events.h"

#include "tests/unit/edge/dialects/agui/fixture.h"

namespace longwire::edge {
namespace {

struct AguiEvents : testing::Test, AguiFixture {
    void SetUp() override { start(); }
};

TEST_F(AguiEvents, CarryTheTimeOfTheNativeEventInMilliseconds) {
    host.pass_ms(1'234);
    event("log", "{}");
    EXPECT_EQ(host.heard(), R"({"type":"CUSTOM","timestamp":1700000001234,"name":"log","value":{}})");
}

TEST_F(AguiEvents, ATextIsAMessageOfItsAgent) {
    EXPECT_EQ(heard("text.delta", R"({"stream":"answer","index":0,"text":"Hel","agent":"Ann"})"),
              R"({"type":"TEXT_MESSAGE_START","messageId":"run-1.1.answer","role":"assistant","name":"Ann"})"
              "\n"
              R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"run-1.1.answer","delta":"Hel"})");
    EXPECT_EQ(heard("text.delta", R"({"stream":"answer","index":1,"text":"lo"})"),
              R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"run-1.1.answer","delta":"lo"})");
    EXPECT_EQ(heard("text.done", R"({"stream":"answer","index":2,"text":"Hello"})"),
              R"({"type":"TEXT_MESSAGE_END","messageId":"run-1.1.answer"})");
}

TEST_F(AguiEvents, TextsGrowSideBySide) {
    heard("text.delta", R"({"stream":"a","text":"1"})");
    EXPECT_EQ(heard("text.delta", R"({"stream":"b","text":"2"})"),
              R"({"type":"TEXT_MESSAGE_START","messageId":"run-1.1.b","role":"assistant"})"
              "\n"
              R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"run-1.1.b","delta":"2"})");
    EXPECT_EQ(heard("text.delta", R"({"stream":"a","text":"3"})"),
              R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"run-1.1.a","delta":"3"})");
}

TEST_F(AguiEvents, AnEmptyPieceOnlyBeginsATextThatHasNoName) {
    EXPECT_EQ(heard("text.delta", R"({"text":""})"),
              R"({"type":"TEXT_MESSAGE_START","messageId":"run-1.1.text","role":"assistant"})");
}

TEST_F(AguiEvents, ATextThatComesAsAWholeIsAWholeMessage) {
    EXPECT_EQ(heard("text.done", R"({"stream":"a","text":"All"})"),
              R"({"type":"TEXT_MESSAGE_START","messageId":"run-1.1.a","role":"assistant"})"
              "\n"
              R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"run-1.1.a","delta":"All"})"
              "\n"
              R"({"type":"TEXT_MESSAGE_END","messageId":"run-1.1.a"})");
    EXPECT_EQ(heard("text.done", R"({"stream":"none","index":0})"),
              R"({"type":"CUSTOM","name":"text.done","value":{"stream":"none","index":0}})");
}

TEST_F(AguiEvents, ATextThatIsDiscardedIsTakenOutOfTheConversation) {
    heard("text.done", R"({"stream":"kept","text":"stays"})");
    heard("text.delta", R"({"stream":"a","text":"Half"})");
    EXPECT_EQ(
        heard("text.done", R"({"stream":"a","discarded":true,"reason":"broke off","text":""})"),
        R"({"type":"TEXT_MESSAGE_END","messageId":"run-1.1.a"})"
        "\n"
        R"({"type":"CUSTOM","name":"text.done","value":{"stream":"a","discarded":true,"reason":"broke off","text":""}})"
        "\n"
        R"({"type":"MESSAGES_SNAPSHOT","messages":[{"id":"m1","role":"user","content":"Hello"},)"
        R"({"id":"run-1.1.kept","role":"assistant","content":"stays"}]})");
}

TEST_F(AguiEvents, AToolCallComesWithAllOfItsArguments) {
    EXPECT_EQ(heard("tool.call", R"({"agent":"Ann","tool":"calc","call_id":"c1","arguments":{"x":1.5}})"),
              R"({"type":"TOOL_CALL_START","toolCallId":"run-1.1.c1","toolCallName":"calc","metadata":{"agent":"Ann"}})"
              "\n"
              R"({"type":"TOOL_CALL_ARGS","toolCallId":"run-1.1.c1","delta":"{\"x\":1.5}"})"
              "\n"
              R"({"type":"TOOL_CALL_END","toolCallId":"run-1.1.c1"})");
    EXPECT_EQ(heard("tool.result", R"({"call_id":"c1","tool":"calc","result":"2","ok":false})"),
              R"({"type":"TOOL_CALL_RESULT","messageId":"run-1.1.c1.result","toolCallId":"run-1.1.c1","content":"2",)"
              R"("role":"tool","metadata":{"ok":false,"tool":"calc"}})");
    EXPECT_EQ(heard("tool.call", R"({"tool":"calc","arguments":"as it is"})"),
              R"({"type":"TOOL_CALL_START","toolCallId":"run-1.1.3","toolCallName":"calc"})"
              "\n"
              R"({"type":"TOOL_CALL_ARGS","toolCallId":"run-1.1.3","delta":"as it is"})"
              "\n"
              R"({"type":"TOOL_CALL_END","toolCallId":"run-1.1.3"})");
    EXPECT_NE(heard("tool.result", R"({"call_id":"c2","result":{"rows":[1]}})").find(R"("content":"{\"rows\":[1]}")"),
              std::string::npos);
}

TEST_F(AguiEvents, StepsAreTheTurnsOfAgents) {
    EXPECT_EQ(heard("agent.step", R"({"agent":"Ann","status":"working","emoji":"x"})"),
              R"({"type":"STEP_STARTED","stepName":"Ann","metadata":{"agent":"Ann","status":"working","emoji":"x"}})");
    EXPECT_EQ(heard("agent.step", R"({"agent":"Ann","status":"working"})"),
              R"({"type":"CUSTOM","name":"agent.step","value":{"agent":"Ann","status":"working"}})");
    EXPECT_EQ(heard("agent.step", R"({"agent":"Bob","status":"completed"})"),
              R"({"type":"CUSTOM","name":"agent.step","value":{"agent":"Bob","status":"completed"}})");
    EXPECT_EQ(heard("agent.step", R"({"agent":"Ann","status":"completed"})"),
              R"({"type":"STEP_FINISHED","stepName":"Ann","metadata":{"agent":"Ann","status":"completed"}})");
}

TEST_F(AguiEvents, WhatAnAgentSaysAtOnceIsAMessage) {
    EXPECT_EQ(heard("agent.message", R"({"agent":"Echo","message":"hi","to":"Bob"})"),
              R"({"type":"TEXT_MESSAGE_START","messageId":"run-1.1.1","role":"assistant",)"
              R"("metadata":{"agent":"Echo","to":"Bob"},"name":"Echo"})"
              "\n"
              R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"run-1.1.1","delta":"hi"})"
              "\n"
              R"({"type":"TEXT_MESSAGE_END","messageId":"run-1.1.1"})");
}

TEST_F(AguiEvents, ProgressAndStatusAreSharedState) {
    EXPECT_EQ(heard("task.progress", R"({"progress":0.5,"message":"half"})"),
              R"({"type":"STATE_DELTA","delta":[{"op":"add","path":"/task/progress","value":5E-1},)"
              R"({"op":"add","path":"/task/message","value":"half"}]})");
    EXPECT_EQ(heard("agent.status", R"({"agent":"Ann","agent_id":"a/n~1","status":"IDLE"})"),
              R"({"type":"STATE_DELTA","delta":[{"op":"add","path":"/task/agents/a~1n~01",)"
              R"("value":{"agent":"Ann","agent_id":"a/n~1","status":"IDLE"}}]})");
    EXPECT_EQ(heard("agent.status", R"({"agent":"Bob"})"),
              R"({"type":"STATE_DELTA","delta":[{"op":"add","path":"/task/agents/Bob","value":{"agent":"Bob"}}]})");
    EXPECT_EQ(heard("agent.status", R"({"status":"IDLE"})"),
              R"({"type":"CUSTOM","name":"agent.status","value":{"status":"IDLE"}})");
}

TEST_F(AguiEvents, ProgressDoesNotTellWhatOtherEventsTell) {
    for (const std::string data : {R"({"progress":1,"agents":1})", R"({"status":7})"}) {
        EXPECT_EQ(heard("task.progress", data), R"({"type":"CUSTOM","name":"task.progress","value":)" + data + "}");
    }
    EXPECT_NE(heard("agent.status", R"({"agent":"Ann"})").find("/task/agents/Ann"), std::string::npos);
}

TEST_F(AguiEvents, WorkersMaySetTheApplicationsState) {
    heard("task.progress", R"({"progress":1})");
    EXPECT_EQ(
        heard("state.snapshot", R"({"snapshot":{"mine":1}})"),
        R"({"type":"STATE_SNAPSHOT","snapshot":{"mine":1,"task":{"status":"PENDING","progress":1,"agents":{}}}})");
    EXPECT_EQ(heard("state.snapshot", R"({"snapshot":[1]})"), R"({"type":"STATE_SNAPSHOT","snapshot":[1]})");
    EXPECT_EQ(
        heard("state.delta", R"({"delta":[{"op":"replace","path":"/mine","value":null},{"op":"remove","path":""}]})"),
        R"({"type":"STATE_DELTA","delta":[{"op":"replace","path":"/mine","value":null},{"op":"remove","path":""}]})");
}

TEST_F(AguiEvents, WhatIsNoPatchIsNotPassedOnAsOne) {
    for (const std::string_view delta :
         {R"("x")", R"([1])", R"([{"op":"add","path":"/a"}])", R"([{"op":"remove","path":"a"}])",
          R"([{"op":"remove","path":"/a~2"}])", R"([{"op":"move","path":"/a"}])", R"([{"op":"grow","path":"/a"}])"}) {
        EXPECT_NE(heard("state.delta", R"({"delta":)" + std::string(delta) + "}").find(R"("type":"CUSTOM")"),
                  std::string::npos)
            << delta;
    }
}

TEST_F(AguiEvents, ArtifactsAreActivities) {
    EXPECT_EQ(heard("artifact", R"({"id":"c1","kind":"chart","url":"u"})"),
              R"({"type":"ACTIVITY_SNAPSHOT","messageId":"run-1.1.artifact.c1","activityType":"artifact",)"
              R"("content":{"id":"c1","kind":"chart","url":"u"},"replace":true})");
}

TEST_F(AguiEvents, WhatAguiHasNoWordForIsCustom) {
    EXPECT_EQ(heard("task.queued", R"({"kind":"agent.chat","input":{"message":"long"}})"),
              R"({"type":"CUSTOM","name":"task.queued","value":{"kind":"agent.chat"}})");
    for (const std::string type :
         {"log", "agent.handoff", "task.input", "task.cancelling", "presence.join", "no.such"}) {
        EXPECT_EQ(heard(type, R"({"a":1})"), R"({"type":"CUSTOM","name":")" + type + R"(","value":{"a":1}})");
    }
    EXPECT_EQ(heard("no.such", "null"), R"({"type":"CUSTOM","name":"no.such","value":null})");
}

TEST_F(AguiEvents, WhatLacksWhatItsWordNeedsIsCustomToo) {
    for (const std::string type : {"text.delta", "text.done", "tool.call", "tool.result", "agent.message", "agent.step",
                                   "agent.status", "state.snapshot", "state.delta"}) {
        for (const std::string data : {"{\"x\":1}", "null", "[7]", "\"text\""}) {
            EXPECT_EQ(heard(type, data), R"({"type":"CUSTOM","name":")" + type + R"(","value":)" + data + "}");
        }
    }
}

TEST_F(AguiEvents, ASecondAttemptTakesBackWhatTheFirstHasShown) {
    heard("task.started", R"({"worker":"w"})");
    heard("text.delta", R"({"stream":"a","text":"Half"})");
    heard("agent.step", R"({"agent":"Ann","status":"working"})");
    EXPECT_EQ(heard("task.retrying", R"({"reason":"lost"})"),
              R"({"type":"TEXT_MESSAGE_END","messageId":"run-1.1.a"})"
              "\n"
              R"({"type":"STEP_FINISHED","stepName":"Ann"})"
              "\n"
              R"({"type":"STATE_DELTA","delta":[{"op":"add","path":"/task/status","value":"PENDING"}]})"
              "\n"
              R"({"type":"CUSTOM","name":"task.retrying","value":{"reason":"lost"}})");
    EXPECT_EQ(heard("task.started", R"({"worker":"v"})", 2),
              R"({"type":"MESSAGES_SNAPSHOT","messages":[{"id":"m1","role":"user","content":"Hello"}]})"
              "\n"
              R"({"type":"STATE_DELTA","delta":[{"op":"add","path":"/task",)"
              R"("value":{"status":"RUNNING","progress":0,"agents":{},"attempt":2}}]})"
              "\n"
              R"({"type":"CUSTOM","name":"task.started","value":{"worker":"v"}})");
    EXPECT_NE(heard("text.delta", R"({"stream":"a","text":"Anew"})", 2).find("run-1.2.a"), std::string::npos);
}

TEST_F(AguiEvents, AnAttemptThatHasShownNothingLeavesTheMessagesAlone) {
    heard("task.started", "{}");
    EXPECT_EQ(heard("task.started", "{}", 2).find("MESSAGES_SNAPSHOT"), std::string::npos);
}

TEST_F(AguiEvents, CompletionEndsAllThatIsOpenAndTellsResultAndUsage) {
    heard("text.delta", R"({"stream":"a","text":"x"})");
    heard("agent.step", R"({"agent":"Ann","status":"working"})");
    const auto end = heard(
        "task.completed",
        R"({"result":{"content":"x","model":"m","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}})");
    EXPECT_EQ(
        end,
        R"({"type":"STATE_DELTA","delta":[{"op":"add","path":"/task/status","value":"COMPLETED"},)"
        R"({"op":"add","path":"/task/progress","value":1}]})"
        "\n"
        R"({"type":"TEXT_MESSAGE_END","messageId":"run-1.1.a"})"
        "\n"
        R"({"type":"STEP_FINISHED","stepName":"Ann"})"
        "\n"
        R"({"type":"RUN_FINISHED","outcome":{"type":"success"},)"
        R"("result":{"content":"x","model":"m","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}},)"
        R"("usage":[{"inputTokens":3,"outputTokens":2,"totalTokens":5,"model":"m"}],)"
        R"("threadId":"thread-1","runId":"run-1"})");
    EXPECT_EQ(host.closed_with, 1000);
    event("log", "{}");
    EXPECT_EQ(heard(), "");
}

TEST_F(AguiEvents, ARunWithoutAResultHasNone) {
    EXPECT_NE(heard("task.completed", R"({"result":null})")
                  .find(R"({"type":"RUN_FINISHED","outcome":{"type":"success"},"threadId")"),
              std::string::npos);
}

TEST_F(AguiEvents, FailureAndExpiryAreRunErrors) {
    heard("text.delta", R"({"stream":"a","text":"x"})");
    EXPECT_EQ(heard("task.failed", R"({"error":{"code":"demo","message":"it broke","details":{"line":3}}})"),
              R"({"type":"STATE_DELTA","delta":[{"op":"add","path":"/task/status","value":"FAILED"}]})"
              "\n"
              R"({"type":"TEXT_MESSAGE_END","messageId":"run-1.1.a"})"
              "\n"
              R"({"type":"RUN_ERROR","message":"it broke","code":"demo","metadata":{"details":{"line":3}}})");
    EXPECT_EQ(host.closed_with, 1000);

    AguiFixture other;
    other.start();
    EXPECT_NE(
        other.heard("task.expired", "{}").find(R"({"type":"RUN_ERROR","message":"the task failed","code":"expired"})"),
        std::string::npos);
}

TEST_F(AguiEvents, ACancelledRunHasFinishedSo) {
    EXPECT_NE(heard("task.cancelled", R"({"reason":"enough"})")
                  .find(R"({"type":"RUN_FINISHED","outcome":{"type":"cancelled"},"metadata":{"reason":"enough"},)"),
              std::string::npos);
    EXPECT_EQ(host.closed_with, 1000);
}

TEST_F(AguiEvents, AQuestionInterruptsTheRun) {
    EXPECT_EQ(heard("task.waiting", R"({"prompt":"Go on?"})"),
              R"({"type":"STATE_DELTA","delta":[{"op":"add","path":"/task/waiting","value":true}]})"
              "\n"
              R"({"type":"RUN_FINISHED","outcome":{"type":"interrupt","interrupts":[)"
              R"({"id":"run-1:1","reason":"input_required","message":"Go on?"}]},)"
              R"("threadId":"thread-1","runId":"run-1"})");
    EXPECT_EQ(host.closed_with, 1000);
}

TEST_F(AguiEvents, AQuestionMaySayWhatItIsAbout) {
    EXPECT_NE(heard("task.waiting", R"({"reason":"tool_call","call_id":"c1","schema":{"type":"string"}})")
                  .find(R"([{"id":"run-1:1","reason":"tool_call","responseSchema":{"type":"string"},)"
                        R"("toolCallId":"run-1.1.c1"}])"),
              std::string::npos);
}

TEST(AguiTools, CallsOfTheFrontendsOwnToolsAreItsToAnswer) {
    AguiFixture agui;
    agui.start(R"({"threadId":"thread-1","runId":"run-1","messages":[],)"
               R"("tools":[{"name":"pick","description":"asks for a colour"}]})");
    for (const auto* const call : {R"({"tool":"pick","call_id":"c1"})", R"({"tool":"pick","call_id":"c2"})",
                                   R"({"tool":"own","call_id":"c3"})"}) {
        agui.event("tool.call", call);
    }
    agui.event("tool.result", R"({"call_id":"c2","result":"red"})");
    EXPECT_NE(
        agui.heard("task.completed", "{}").find(R"("outcome":{"type":"success","pendingToolCallIds":["run-1.1.c1"]})"),
        std::string::npos);
}

TEST(AguiState, AnApplicationsStateThatIsNoObjectIsLeftAlone) {
    AguiFixture agui;
    agui.post(R"({"threadId":"thread-1","runId":"run-1","messages":[],"state":[1]})");
    agui.host.reply("start", R"({"created":true})");
    agui.subscribed();
    EXPECT_EQ(agui.heard(), R"({"type":"RUN_STARTED","threadId":"thread-1","runId":"run-1","protocolVersion":"1.0"})");
    EXPECT_EQ(agui.heard("task.progress", R"({"progress":1})"),
              R"({"type":"CUSTOM","name":"task.progress","value":{"progress":1}})");
}

/// A product with other settings than the usual ones.
struct Sink final : SettingSink {
    void text(const ProductSetting& setting, std::string& value, const Check&) override {
        names += setting.name + " ";
        value = key;
    }
    void number(const ProductSetting& setting, std::int64_t& value, std::int64_t least, std::int64_t) override {
        names += setting.name + "=" + std::to_string(value) + " ";
        value = least;
    }
    void list(const ProductSetting& setting, std::vector<std::string>& value, const Check& check_each) override {
        names += setting.name + " ";
        value = kinds;
        check = check_each;
    }
    void toggle(const ProductSetting&, bool&) override {}

    std::string key;
    std::vector<std::string> kinds{"agent.chat"};
    std::string names;
    Check check;
};

TEST(AguiSettings, AreDeclaredWithTheirUnits) {
    const auto product = make_agui_product();
    Sink sink;
    product->declare(sink);
    EXPECT_EQ(sink.names,
              "agui-kinds agui-state-key agui-snapshot-bytes-max=1048576 agui-open-max=1000 "
              "agui-answer-grace-ms=2000 ");
    EXPECT_TRUE(sink.check("agent.*"));
    EXPECT_TRUE(sink.check("*"));
    EXPECT_FALSE(sink.check("a b"));
    EXPECT_FALSE(sink.check(""));
}

TEST(AguiSettings, BoundsAreMetWithCustomEvents) {
    AguiFixture agui;
    Sink sink;  // the least of everything: one of each, no bytes
    agui.product->declare(sink);
    agui.start();
    EXPECT_NE(agui.heard("text.delta", R"({"stream":"a","text":"x"})").find("TEXT_MESSAGE_START"), std::string::npos);
    EXPECT_EQ(agui.heard("text.delta", R"({"stream":"b","text":"y"})"),
              R"({"type":"CUSTOM","name":"text.delta","value":{"stream":"b","text":"y"}})");
    agui.heard("agent.step", R"({"agent":"Ann","status":"working"})");
    EXPECT_EQ(agui.heard("agent.step", R"({"agent":"Bob","status":"working"})"),
              R"({"type":"CUSTOM","name":"agent.step","value":{"agent":"Bob","status":"working"}})");
    EXPECT_EQ(agui.heard("text.done", R"({"stream":"a","discarded":true})"),
              R"({"type":"TEXT_MESSAGE_END","messageId":"run-1.1.a"})"
              "\n"
              R"({"type":"CUSTOM","name":"text.done","value":{"stream":"a","discarded":true}})")
        << "what the messages are is no longer known";
}

TEST(AguiSettings, WithoutAStateKeyTheStateIsTheApplicationsAlone) {
    AguiFixture agui;
    Sink sink;
    agui.product->declare(sink);
    agui.start(R"({"threadId":"thread-1","runId":"run-1","messages":[],"state":{"mine":1}})");
    EXPECT_EQ(agui.heard("task.progress", R"({"progress":1})"),
              R"({"type":"CUSTOM","name":"task.progress","value":{"progress":1}})");
}

}  // namespace
}  // namespace longwire::edge
