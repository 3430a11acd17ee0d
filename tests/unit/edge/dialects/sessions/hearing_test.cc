// What a client of the product `sessions` is sent.
#include <gmock/gmock.h>

#include "tests/unit/edge/dialects/sessions/client.h"

namespace longwire::edge {
namespace {

using testing::HasSubstr;

struct SessionsHearingTest : SessionsTest {
    void SetUp() override {
        talk();
        begin_turn();
        host.commands();
    }
};

TEST_F(SessionsHearingTest, TextComesAsAgentStreamingWithItsIndex) {
    task_event("text.delta", R"({"stream":"guide.1","index":0,"text":"Good ","agent":"Guide"})");
    const auto piece = only();
    EXPECT_EQ(field(piece, "type"), R"("agent_streaming")");
    EXPECT_EQ(field(piece, "message"), R"("Good ")");
    EXPECT_EQ(field(piece, "is_streaming"), "true");
    EXPECT_EQ(field(piece, "stream_index"), "0");
    EXPECT_EQ(field(piece, "message_id"), '"' + task + R"(.1.guide.1")");
    EXPECT_EQ(field(piece, "agent"), R"("guide_agent")");
    EXPECT_EQ(sent("text.delta", R"({"stream":"guide.1","index":1,"text":"day"})", "stream_index"), "1");
}

TEST_F(SessionsHearingTest, TheEndOfATextComesAsAgentCompleteWithAllOfIt) {
    task_event("text.done", R"({"stream":"guide.1","index":2,"text":"Good day","bytes":8,"sha256":"ab"})");
    const auto whole = only();
    EXPECT_EQ(field(whole, "type"), R"("agent_complete")");
    EXPECT_EQ(field(whole, "message"), R"("Good day")");
    EXPECT_EQ(field(whole, "is_streaming"), "false");
    EXPECT_EQ(field(whole, "stream_index"), "absent");
    EXPECT_EQ(field(whole, "message_id"), '"' + task + R"(.1.guide.1")");
    EXPECT_EQ(field(whole, "data"), R"({"pieces":2,"bytes":8,"sha256":"ab"})");
}

TEST_F(SessionsHearingTest, ATextOfALaterAttemptHasAnotherId) {
    host.event("task/" + task, "text.delta", R"({"stream":"guide.1","index":0,"text":"x"})", 2);
    EXPECT_EQ(field(only(), "message_id"), '"' + task + R"(.2.guide.1")");
}

TEST_F(SessionsHearingTest, ATextThatWasTakenBackIsAWarningThatNamesIt) {
    task_event("text.done", R"({"stream":"guide.1","index":2,"text":"","discarded":true,"reason":"broke off"})");
    const auto warning = only();
    EXPECT_EQ(field(warning, "type"), R"("warning_message")");
    EXPECT_EQ(field(warning, "error_code"), R"("text_discarded")");
    EXPECT_EQ(field(warning, "error_details"), R"({"message_id":")" + task + R"(.1.guide.1"})");
}

TEST_F(SessionsHearingTest, AnAnswerThatIsOnlyInTheResultComesAsAgentComplete) {
    task_event("task.completed", R"({"result":{"content":"All of it"}})");
    const auto heard = host.heard();
    EXPECT_THAT(heard, HasSubstr(R"("type":"agent_complete")"));
    EXPECT_THAT(heard, HasSubstr(R"("message":"All of it")"));
    EXPECT_THAT(heard, HasSubstr(R"("status":"completed")"));
}

TEST_F(SessionsHearingTest, AnAnswerThatWasStreamedDoesNotComeAgainWithTheResult) {
    task_event("text.done", R"({"stream":"guide.1","index":2,"text":"All of it"})");
    host.heard();
    task_event("task.completed", R"({"result":{"content":"All of it"}})");
    const auto end = only();
    EXPECT_EQ(field(end, "type"), R"("status_update")");
    EXPECT_EQ(field(end, "progress"), "1E0");
    EXPECT_EQ(field(end, "data"), R"({"content":"All of it"})");
}

TEST_F(SessionsHearingTest, LifecycleComesAsStatusProgressWarningAndError) {
    EXPECT_EQ(sent("task.queued", "{}", "status"), R"("queued")");
    EXPECT_EQ(sent("task.started", "{}", "status"), R"("running")");
    task_event("task.progress", R"({"progress":0.5,"turn":1,"max_turns":24,"message":"half"})");
    const auto progress = only();
    EXPECT_EQ(field(progress, "type"), R"("progress_update")");
    EXPECT_EQ(field(progress, "progress"), "5E-1");
    EXPECT_EQ(field(progress, "message"), R"("half")");
    EXPECT_EQ(sent("task.retrying", R"({"error":{"code":"worker_lost"}})", "error_code"), R"("retrying")");
    EXPECT_EQ(sent("task.cancelling", R"({"by":"anna"})", "status"), R"("cancelling")");
    EXPECT_EQ(sent("task.cancelled", R"({"reason":"enough"})", "message"), R"("enough")");
}

TEST_F(SessionsHearingTest, AFailureComesAsAnErrorWithItsCodeAndDetails) {
    task_event("task.failed", R"({"error":{"code":"model_unavailable","message":"no model","details":{"try":3}}})");
    const auto error = only();
    EXPECT_EQ(field(error, "type"), R"("error_message")");
    EXPECT_EQ(field(error, "error_code"), R"("model_unavailable")");
    EXPECT_EQ(field(error, "message"), R"("no model")");
    EXPECT_EQ(field(error, "error_details"), R"({"try":3})");
}

TEST_F(SessionsHearingTest, ATaskThatWaitedTooLongComesAsAnError) {
    EXPECT_EQ(sent("task.expired", "{}", "error_code"), R"("expired")");
}

TEST_F(SessionsHearingTest, AQuestionComesAsQuestionAnswer) {
    task_event("task.waiting", R"({"prompt":"Shall I?"})");
    const auto question = only();
    EXPECT_EQ(field(question, "type"), R"("question_answer")");
    EXPECT_EQ(field(question, "message"), R"("Shall I?")");
    EXPECT_EQ(field(question, "status"), R"("waiting")");
    EXPECT_EQ(sent("artifact", R"({"kind":"question_answer","id":"q"})", "type"), R"("question_answer")");
}

TEST_F(SessionsHearingTest, AgentsComeAsStatusSystemAndAgentMessages) {
    task_event("agent.status", R"({"agent":"Guide","status":"PROCESSING","progress":0.5,"message":"answers"})");
    const auto status = only();
    EXPECT_EQ(field(status, "type"), R"("status_update")");
    EXPECT_EQ(field(status, "status"), R"("PROCESSING")");
    EXPECT_THAT(field(status, "metadata"), HasSubstr(R"("agent":"Guide")"));
    EXPECT_EQ(sent("agent.step", R"({"agent":"Guide","status":"working"})", "type"), R"("system_message")");
    EXPECT_EQ(sent("agent.handoff", R"({"agent":"Guide","to":"Ann"})", "message"), R"("Guide hands over to Ann.")");
    EXPECT_EQ(sent("agent.message", R"({"agent":"Guide","message":"psst"})", "message"), R"("psst")");
}

TEST_F(SessionsHearingTest, ToolsAndWhateverIsNotKnownComeAsAgentMessageWithData) {
    EXPECT_EQ(sent("tool.call", R"({"tool":"calculator"})", "data"), R"({"tool":"calculator"})");
    EXPECT_EQ(sent("tool.result", R"({"ok":true})", "type"), R"("agent_message")");
    task_event("weather.report", "[1,2]");
    const auto other = only();
    EXPECT_EQ(field(other, "type"), R"("agent_message")");
    EXPECT_EQ(field(other, "data"), "[1,2]");
    EXPECT_THAT(field(other, "metadata"), HasSubstr(R"("event":"weather.report")"));
}

TEST_F(SessionsHearingTest, LogsComeAsSystemOrWarningMessagesByTheirLevel) {
    EXPECT_EQ(sent("log", R"({"level":"info","message":"a"})", "type"), R"("system_message")");
    EXPECT_EQ(sent("log", R"({"level":"warn","message":"a"})", "type"), R"("warning_message")");
    EXPECT_EQ(sent("log", R"({"level":"error","message":"a"})", "type"), R"("warning_message")");
}

TEST_F(SessionsHearingTest, ArtifactsComeAsWhatTheirKindSays) {
    for (const auto* const kind : {"visualization_data", "analysis_result", "workflow_generated", "sop_generated"}) {
        EXPECT_EQ(sent("artifact", R"({"id":"a","kind":")" + std::string(kind) + R"("})", "type"),
                  '"' + std::string(kind) + '"');
    }
    EXPECT_EQ(sent("artifact", R"({"id":"a","kind":"file_processing"})", "type"), R"("file_processing")");
    EXPECT_EQ(sent("artifact", R"({"id":"a","kind":"f","meta":{"status":"processing"}})", "type"),
              R"("file_processing")");
    EXPECT_EQ(sent("artifact", R"({"id":"a","kind":"f","meta":{"status":"error"}})", "error_code"), R"("file_error")");
    EXPECT_EQ(sent("artifact", R"({"id":"a","kind":"file_error","meta":{"error_code":"bad"}})", "error_code"),
              R"("bad")");
    task_event("artifact", R"({"id":"f1","kind":"document","name":"plan.md","url":"data:x"})");
    const auto file = only();
    EXPECT_EQ(field(file, "type"), R"("file_complete")");
    EXPECT_EQ(field(file, "file_uuid"), R"("f1")");
    EXPECT_EQ(field(file, "file_name"), R"("plan.md")");
    EXPECT_EQ(field(file, "file_url"), R"("data:x")");
}

TEST_F(SessionsHearingTest, NothingIsNull) {
    task_event("task.progress", R"({"progress":null,"message":null})");
    const auto message = only();
    EXPECT_EQ(field(message, "progress"), "absent");
    EXPECT_EQ(field(message, "message"), "absent");
}

TEST_F(SessionsHearingTest, AGapIsAWarning) {
    host.push(R"({"gap":{"topic":"task/)" + task + R"(","from":4,"to":9,"reason":"trimmed"}})");
    const auto warning = only();
    EXPECT_EQ(field(warning, "error_code"), R"("gap")");
    EXPECT_EQ(field(warning, "error_details"), R"({"from":4,"to":9,"reason":"trimmed"})");
}

TEST_F(SessionsHearingTest, WhatTheOtherConnectionOfTheSessionSaysComesAsUserMessage) {
    task_event("task.input", R"({"data":{"message":"and then?","message_id":"other"},"by":"anna"})");
    const auto said = only();
    EXPECT_EQ(field(said, "type"), R"("user_message")");
    EXPECT_EQ(field(said, "message"), R"("and then?")");
    host.say(R"({"type":"user_message","message":"mine","message_id":"own"})");
    task_event("task.input", R"({"data":{"message":"mine","message_id":"own"}})");
    EXPECT_EQ(host.heard(), "");
}

TEST_F(SessionsHearingTest, ATaskThatTheOtherConnectionBeganIsPlayedHereToo) {
    task_event("task.completed", "{}");
    host.heard();
    host.commands();
    host.event(conversation, "turn",
               R"({"turn":2,"task":"t2","start":{"kind":"agent.guide","input":{"message":"hello","message_id":"o"}}})");
    EXPECT_EQ(field(only(), "message"), R"("hello")");
    EXPECT_THAT(host.commands(), HasSubstr(R"(subscribe {"topic":"task/t2","from":"start","conflate_ms":0})"));
    task = "t2";
    EXPECT_EQ(sent("text.delta", R"({"stream":"s","index":0,"text":"x"})", "stream_index"), "0");
}

TEST_F(SessionsHearingTest, TasksArePlayedOneAfterTheOther) {
    host.event(conversation, "turn", R"({"turn":2,"task":"t2","start":{"kind":"agent.guide"}})");
    EXPECT_EQ(host.commands(), "");
    task_event("task.completed", "{}");
    const auto asked = host.commands();
    EXPECT_THAT(asked, HasSubstr(R"(unsubscribe {"topic":"task/)" + task));
    EXPECT_THAT(asked, HasSubstr(R"(subscribe {"topic":"task/t2")"));
}

TEST_F(SessionsHearingTest, AStartThatFailedIsToldOnce) {
    task_event("task.completed", "{}");
    host.heard();
    host.event(conversation, "turn", R"({"turn":2,"task":"t2","start":{"kind":"agent.guide"}})");
    host.event(conversation, "turn.failed", R"({"turn":2,"code":"unavailable","message":"the queue is full"})");
    const auto error = only();
    EXPECT_EQ(field(error, "error_code"), R"("unavailable")");
    EXPECT_EQ(field(error, "message"), R"("the queue is full")");
}

TEST_F(SessionsHearingTest, ProofsAreAskedForAboutEverySecondWhileItStreams) {
    for (int i = 0; i < 3; ++i) {
        task_event("text.delta", R"({"stream":"s","index":)" + std::to_string(i) + R"(,"text":"x"})");
        host.pass_ms(1'000);
        EXPECT_EQ(host.proofs, static_cast<std::uint64_t>(i + 1));
        host.prove(host.proofs);
        EXPECT_THAT(host.commands(), HasSubstr(R"("type":"place.here")"));
    }
}

TEST_F(SessionsHearingTest, ACleanCloseLeavesThePlaceOfAllThatWasSent) {
    task_event("text.delta", R"({"stream":"s","index":0,"text":"x"})");
    host.hang_up(1000);
    EXPECT_THAT(host.commands(), HasSubstr(R"("type":"place.left")"));
}

struct SessionsComingBackTest : SessionsTest {
    /// Another connection was at offset 7 of t1 when its edge was killed.
    std::string killed_at_7 =
        R"({"epoch":"00000000000000e0","head":9,"events":[{"offset":9,"type":"place.here","data":{"conn":"old",)"
        R"("at":[1,"00000000000000ab",7],"open":[],"turns":[[1,"t1","","begun"]]}}]})";
};

TEST_F(SessionsComingBackTest, AfterAKilledEdgeTheAnswerGoesOnFromTheLastProof) {
    connect();
    open_known(killed_at_7);
    EXPECT_THAT(
        host.commands(),
        HasSubstr(R"(subscribe {"topic":"task/t1","from":{"epoch":"00000000000000ab","offset":7},"conflate_ms":0})"));
    EXPECT_EQ(field(only(), "type"), R"("session_updated")");
}

TEST_F(SessionsComingBackTest, WhatIsSaidThenIsTheNextInputOfTheTaskThatRuns) {
    connect();
    open_known(killed_at_7);
    host.commands();
    host.say(R"({"type":"user_message","message":"more"})");
    EXPECT_THAT(host.commands(), HasSubstr(R"(input {"task":"t1")"));
}

TEST_F(SessionsComingBackTest, WhatIsSaidMeanwhileSkipsNothingOfWhatWasMissed) {
    connect();
    open_known(R"({"epoch":"00000000000000e0","head":9,"events":[{"offset":9,"type":"place.here","data":{"conn":"old",)"
               R"("at":[1,"00000000000000ab",7],"open":[],"turns":[[1,"t1","","begun"],[2,"t2","","begun"]]}}]})");
    host.say(R"({"type":"user_message","message":"more"})");
    host.fail("input", Error{Errc::conflict, "has ended"});
    EXPECT_THAT(host.commands(), HasSubstr(R"("turn":3)"));
    task = "t1";
    task_event("task.completed", "{}");
    EXPECT_THAT(host.commands(), HasSubstr(R"(subscribe {"topic":"task/t2","from":"start")"));
}

TEST_F(SessionsComingBackTest, AnAnswerWithoutAStreamIsAskedForWhereItMayHaveBeenTold) {
    for (const bool was_told : {false, true}) {
        connect();
        open_known(killed_at_7);
        host.heard();
        task = "t1";
        task_event("task.completed", R"({"result":{"content":"All of it"}})");
        EXPECT_EQ(host.heard(), "");
        host.reply("state", was_told ? R"({"output":{"texts":[{"stream":"s"}]}})" : R"({"output":{"texts":[]}})");
        EXPECT_EQ(host.heard().find("agent_complete") == std::string::npos, was_told);
        host.commands();
        host = FakeHost("sessions");
    }
}

TEST_F(SessionsComingBackTest, ATurnThatIsNotKnownAnyMoreIsTold) {
    connect();
    open_known(R"({"epoch":"00000000000000e0","head":9,"events":[{"offset":9,"type":"place.here","data":{"conn":"old",)"
               R"("at":[1,"00000000000000ab",7],"open":[],"turns":[[5,"t5","","begun"]]}}]})");
    EXPECT_THAT(host.heard(), HasSubstr(R"("error_code":"gap")"));
}

TEST_F(SessionsComingBackTest, ATaskThatIsNotThereAnyMoreIsToldAndLeftBehind) {
    connect();
    open_known(killed_at_7);
    host.heard();
    host.fail("subscribe", Error{Errc::not_found, "no such task"});
    EXPECT_EQ(field(only(), "error_code"), R"("not_found")");
    host.commands();
    host.say(R"({"type":"user_message","message":"more"})");
    EXPECT_THAT(host.commands(), HasSubstr(R"("turn":2)"));
}

TEST_F(SessionsComingBackTest, AfterTheEndOfATaskNothingOfItComesAgain) {
    connect();
    open_known(R"({"epoch":"00000000000000e0","head":9,"events":[{"offset":9,"type":"place.left","data":{"conn":"old",)"
               R"("at":[2,"0000000000000000",0],"open":[],"turns":[[1,"t1","","begun"]]}}]})");
    EXPECT_EQ(host.commands().find("task/t1"), std::string::npos);
    host.say(R"({"type":"user_message","message":"more"})");
    EXPECT_THAT(host.commands(), HasSubstr(R"("turn":2)"));
}

}  // namespace
}  // namespace longwire::edge
