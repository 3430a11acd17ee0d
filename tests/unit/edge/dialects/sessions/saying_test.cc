// What a client of the product `sessions` may say, and what becomes of it.
#include <gmock/gmock.h>

#include "tests/unit/edge/dialects/sessions/client.h"

namespace longwire::edge {
namespace {

using testing::HasSubstr;
using testing::Not;

struct SessionsSayingTest : SessionsTest {
    std::string mistake(std::string_view message) {
        host.say_wrong(message);
        const auto error = only();
        EXPECT_EQ(field(error, "error_code"), R"("invalid_message")") << message;
        EXPECT_FALSE(host.closed_with);
        return field(error, "error_details");
    }
};

TEST_F(SessionsSayingTest, AUserMessageBeginsATaskOfTheGuide) {
    talk();
    host.say(R"({"type":"user_message","message":"hi","metadata":{"a":1},"file_uuid":"f1"})");
    const auto asked = host.commands();
    EXPECT_THAT(asked, HasSubstr(R"("kind":"agent.guide")"));
    EXPECT_THAT(asked, HasSubstr(R"("message":"hi")"));
    EXPECT_THAT(asked, HasSubstr(R"("metadata":{"a":1})"));
    EXPECT_THAT(asked, HasSubstr(R"("file_uuid":"f1")"));
    EXPECT_THAT(asked, HasSubstr(R"("session_id":"session-print-anna tok")"));
    EXPECT_THAT(asked, HasSubstr(R"("key":"turn-1")"));
}

TEST_F(SessionsSayingTest, ALiaisonIsATaskOfItsPillarsKind) {
    connect_liaison("content");
    open_new();
    host.commands();
    host.say(R"({"type":"user_message","message":"hi"})");
    const auto asked = host.commands();
    EXPECT_THAT(asked, HasSubstr(R"("kind":"agent.liaison.content")"));
    EXPECT_THAT(asked, HasSubstr(R"("pillar":"content")"));
}

TEST_F(SessionsSayingTest, KindsAreSettings) {
    SetAll settings;
    product->declare(settings);
    *settings.texts.at("sessions-guide-kind").first = "my.guide";
    EXPECT_FALSE(settings.texts.at("sessions-guide-kind").second(""));
    talk();
    host.say(R"({"type":"user_message","message":"hi"})");
    EXPECT_THAT(host.commands(), HasSubstr(R"("kind":"my.guide")"));
}

TEST_F(SessionsSayingTest, AUserMessageWhileATaskRunsIsItsNextInput) {
    talk();
    begin_turn();
    host.commands();
    host.say(R"({"type":"user_message","message":"and then?"})");
    const auto asked = host.commands();
    EXPECT_THAT(asked, HasSubstr("input {\"task\":\"" + task));
    EXPECT_THAT(asked, HasSubstr(R"("message":"and then?")"));
}

TEST_F(SessionsSayingTest, AnInputThatComesTooLateBeginsTheNextTask) {
    talk();
    begin_turn();
    host.commands();
    host.say(R"({"type":"user_message","message":"and then?"})");
    host.fail("input", Error{Errc::conflict, "has ended"});
    EXPECT_THAT(host.commands(), HasSubstr(R"("turn":2)"));
    EXPECT_EQ(host.heard(), "");
}

TEST_F(SessionsSayingTest, AnInputThatTheTaskDidNotLookAtBeginsTheNextTask) {
    talk();
    begin_turn();
    host.say(R"({"type":"user_message","message":"and then?"})");
    host.reply("input", R"({"offset":9})");
    host.event("task/" + task, "text.done", R"({"stream":"s","index":0,"text":"x"})");
    host.commands();
    task_event("task.completed", "{}");
    const auto asked = host.commands();
    EXPECT_THAT(asked, HasSubstr(R"("turn":2)"));
    EXPECT_THAT(asked, HasSubstr(R"("message":"and then?")"));
}

TEST_F(SessionsSayingTest, AlsoWhenTheInputsReplyComesAfterTheEnd) {
    talk();
    begin_turn();
    host.say(R"({"type":"user_message","message":"and then?"})");
    task_event("task.completed", "{}");
    host.commands();
    host.reply("input", R"({"offset":9})");
    EXPECT_THAT(host.commands(), HasSubstr(R"("message":"and then?")"));
}

TEST_F(SessionsSayingTest, AnInputThatTheTaskAnsweredIsNotSaidAgain) {
    talk();
    begin_turn();
    host.say(R"({"type":"user_message","message":"and then?"})");
    host.reply("input", R"({"offset":1})");
    task_event("text.done", R"({"stream":"s","index":0,"text":"x"})");
    task_event("task.completed", "{}");
    EXPECT_THAT(host.commands(), Not(HasSubstr("publish {\"topic\":\"" + conversation + "\",\"type\":\"turn\"")));
}

TEST_F(SessionsSayingTest, WhatATaskThatWasCancelledDidNotLookAtIsNotSaidAgain) {
    talk();
    begin_turn();
    host.say(R"({"type":"user_message","message":"and then?"})");
    host.reply("input", R"({"offset":9})");
    task_event("task.cancelled", "{}");
    EXPECT_THAT(host.commands(), Not(HasSubstr(R"("turn":2)")));
}

TEST_F(SessionsSayingTest, AfterTheEndOfATaskTheNextMessageBeginsAnother) {
    talk();
    begin_turn();
    task_event("task.completed", "{}");
    host.commands();
    host.say(R"({"type":"user_message","message":"more"})");
    EXPECT_THAT(host.commands(), HasSubstr(R"("turn":2)"));
}

TEST_F(SessionsSayingTest, WhatIsSaidBeforeTheSessionIsThereIsPassedOnInItsOrder) {
    connect();
    host.say(R"({"type":"user_message","message":"one"})");
    host.say(R"({"type":"user_message","message":"two"})");
    open_new();
    const auto asked = host.commands();
    EXPECT_THAT(asked, HasSubstr(R"("message":"one")"));
    EXPECT_THAT(asked, Not(HasSubstr(R"("message":"two")")));
}

TEST_F(SessionsSayingTest, TwoMessagesAtOnceBeginOneTaskAndTheSecondIsItsInput) {
    talk();
    begin_turn(R"({"type":"user_message","message":"one"})");
    host.say(R"({"type":"user_message","message":"two"})");
    EXPECT_THAT(host.commands(), HasSubstr(R"("message":"two")"));
    host.reply("input", "{}");
    host.say(R"({"type":"user_message","message":"three"})");
    EXPECT_THAT(host.commands(), HasSubstr(R"(input)"));
}

TEST_F(SessionsSayingTest, BeyondTheBoundAMessageIsRefusedAndTheOthersAreKept) {
    SetAll settings;
    product->declare(settings);
    *settings.numbers.at("sessions-messages-waiting-max") = 2;
    connect();
    for (int i = 0; i < 2; ++i) host.say(R"({"type":"user_message","message":"hi"})");
    EXPECT_EQ(host.heard(), "");
    host.say(R"({"type":"user_message","message":"hi"})");
    EXPECT_EQ(field(only(), "error_code"), R"("too_many")");
}

TEST_F(SessionsSayingTest, AMessageThatIsSaidAgainWithItsIdBeginsNothing) {
    talk();
    begin_turn(R"({"type":"user_message","message":"hi","message_id":"m1"})");
    host.commands();
    host.say(R"({"type":"user_message","message":"hi","message_id":"m1"})");
    EXPECT_EQ(host.commands(), "");
    task_event("task.completed", "{}");
    host.commands();
    host.say(R"({"type":"user_message","message":"hi","message_id":"m1"})");
    EXPECT_EQ(host.commands(), "");
}

TEST_F(SessionsSayingTest, ATaskThatCannotBeStartedIsTold) {
    talk();
    host.say(R"({"type":"user_message","message":"hi"})");
    host.fail("publish", Error{Errc::unavailable, "no broker", "", 500});
    const auto error = only();
    EXPECT_EQ(field(error, "error_code"), R"("unavailable")");
    EXPECT_EQ(field(error, "error_details"), R"({"retry_after_ms":500})");
    EXPECT_FALSE(host.closed_with);
}

TEST_F(SessionsSayingTest, ASelectedFileGoesAlongWithTheNextMessageAndToTheOthers) {
    talk();
    host.say(R"({"type":"file_selected","file_uuid":"f1","file_name":"a.csv"})");
    EXPECT_THAT(host.commands(), HasSubstr(R"(/guide/said","type":"file_selected","data":{)"));
    host.say(R"({"type":"user_message","message":"what is in it?"})");
    EXPECT_THAT(host.commands(), HasSubstr(R"("file_uuid":"f1","file_name":"a.csv")"));
}

TEST_F(SessionsSayingTest, AnAnswerIsTheNextInputOfTheTaskThatAsked) {
    talk();
    begin_turn();
    host.commands();
    host.say(R"({"type":"question_answer","message":"yes"})");
    EXPECT_THAT(host.commands(), HasSubstr("input {"));
}

TEST_F(SessionsSayingTest, AnAnswerThatNobodyWaitsForIsToldSo) {
    talk();
    host.say(R"({"type":"question_answer","message":"yes"})");
    EXPECT_EQ(field(only(), "error_code"), R"("nothing_asked")");
}

TEST_F(SessionsSayingTest, EveryTypeOfTheDocumentIsAccepted) {
    talk();
    for (const auto* const type :
         {"agent_message", "agent_streaming", "agent_complete", "system_message", "error_message", "warning_message",
          "session_created", "session_updated", "session_expired", "file_processing", "file_complete", "file_error",
          "visualization_data", "analysis_result", "workflow_generated", "sop_generated", "status_update",
          "progress_update"}) {
        host.say(R"({"type":")" + std::string(type) + R"(","message":"x","progress":0.5,"stream_index":3})");
        EXPECT_EQ(host.heard(), "") << type;
        EXPECT_THAT(host.commands(), HasSubstr(R"(/said","type":")" + std::string(type) + '"'));
    }
}

TEST_F(SessionsSayingTest, WhatAnotherConnectionSaidComesAndOnesOwnDoesNot) {
    talk();
    host.say(R"({"type":"file_selected","file_uuid":"f1","message_id":"own"})");
    host.event(conversation + "/said", "file_selected", R"({"file_uuid":"f1","message_id":"own"})");
    EXPECT_EQ(host.heard(), "");
    host.event(conversation + "/said", "file_selected", R"({"file_uuid":"f2","message_id":"other"})");
    const auto file = only();
    EXPECT_EQ(field(file, "type"), R"("file_selected")");
    EXPECT_EQ(field(file, "file_uuid"), R"("f2")");
    host.event(conversation + "/said", "session_expired", R"({"message":"not so"})");
    const auto other = only();
    EXPECT_EQ(field(other, "type"), R"("system_message")");
    EXPECT_EQ(field(other, "metadata"), R"({"event":"session_expired"})");
}

TEST_F(SessionsSayingTest, WhatIsNoJsonIsAnErrorAndTheConnectionLivesOn) {
    talk();
    host.say_wrong("{nonsense");
    EXPECT_EQ(field(only(), "error_code"), R"("invalid_message")");
    EXPECT_FALSE(host.closed_with);
}

TEST_F(SessionsSayingTest, AMistakeNamesTheFieldWhatWasExpectedAndWhatCame) {
    talk();
    EXPECT_EQ(mistake(R"({"type":"user_message"})"), R"({"field":"message","expected":"a string","got":"nothing"})");
    EXPECT_THAT(mistake(R"({"type":"user_message","message":""})"), HasSubstr(R"("field":"message")"));
    EXPECT_THAT(mistake(R"({"type":"hello"})"), HasSubstr(R"("field":"type","expected":"one of user_message, )"));
    EXPECT_THAT(mistake(R"({"message":"x"})"), HasSubstr(R"("got":"nothing")"));
    EXPECT_THAT(mistake("[]"), HasSubstr(R"("expected":"an object","got":"an array")"));
    EXPECT_EQ(mistake(R"({"type":"status_update","progress":1.5})"),
              R"({"field":"progress","expected":"a number from 0 to 1","got":"1.5E0"})");
    for (const auto* const name : {"timestamp", "message_id", "session_token", "session_id", "agent", "role", "pillar",
                                   "file_uuid", "file_name", "file_url", "error_code", "status"}) {
        EXPECT_EQ(mistake(R"({"type":"status_update",")" + std::string(name) + R"(":7})"),
                  R"({"field":")" + std::string(name) + R"(","expected":"a string","got":"a number"})");
    }
    for (const auto* const name : {"metadata", "additional_info", "error_details"}) {
        EXPECT_EQ(mistake(R"({"type":"status_update",")" + std::string(name) + R"(":[]})"),
                  R"({"field":")" + std::string(name) + R"(","expected":"an object","got":"an array"})");
    }
    EXPECT_THAT(mistake(R"({"type":"agent_streaming","is_streaming":1})"), HasSubstr(R"("expected":"a boolean")"));
    EXPECT_THAT(mistake(R"({"type":"agent_streaming","stream_index":-1})"), HasSubstr(R"("got":"-1")"));
    EXPECT_THAT(mistake(R"({"type":"file_selected"})"), HasSubstr(R"("field":"file_uuid")"));
    EXPECT_THAT(mistake(R"({"type":"question_answer"})"), HasSubstr(R"("field":"message")"));
    EXPECT_THAT(mistake(R"({"type":"user_message","message":"x","message_id":")" + std::string(129, 'm') + R"("})"),
                HasSubstr(R"("field":"message_id")"));
    EXPECT_EQ(host.commands(), "");
}

TEST_F(SessionsSayingTest, NullCountsAsAbsent) {
    talk();
    host.say_wrong(R"({"type":"user_message","message":"x","pillar":null,"metadata":null})");
    EXPECT_THAT(host.commands(), HasSubstr(R"("turn":1)"));
}

TEST_F(SessionsSayingTest, AnotherPillarThanTheConnectionsIsAMistake) {
    connect_liaison("content");
    open_new();
    host.heard();
    EXPECT_THAT(mistake(R"({"type":"user_message","message":"x","pillar":"insights"})"),
                HasSubstr(R"("expected":"this connection's: content","got":"\"insights\"")"));
    EXPECT_THAT(mistake(R"({"type":"user_message","message":"x","pillar":"gardening"})"), HasSubstr("pillar"));
}

}  // namespace
}  // namespace longwire::edge
