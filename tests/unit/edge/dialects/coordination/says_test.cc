#include <gtest/gtest.h>

#include "tests/unit/edge/dialects/coordination/fixture.h"

// What an agent may say, what becomes of it, and how it is answered.
namespace longwire::edge {
namespace {

TEST_F(CoordinationTest, ABroadcastGoesToTheRoomUnderTheAgentsNameAndIsAcknowledged) {
    be_welcome();
    host.say(R"({"type":"broadcast","payload":{"message":"hi"},"metadata":{"timestamp":"2026-02-22T23:00:00Z",)"
             R"("sender":"CLINE-1","message_id":"m-1"}})");
    EXPECT_EQ(host.commands(),
              R"(publish {"topic":"room/coordination","type":"message","data":{"member":"CLINE-1","to":"*",)"
              R"("body":{"type":"broadcast","payload":{"message":"hi"},)"
              R"("metadata":{"timestamp":"2026-02-22T23:00:00Z",)"
              R"("sender":"CLINE-1","message_id":"m-1"}}},"key":"print-CLINE-1\nm-1"})");
    EXPECT_EQ(host.heard(), "");
    logged(12);
    EXPECT_EQ(host.heard(), R"({"type":"ack","payload":{"recipients":1,"offset":12,"message_id":"m-1"},)"
                            R"("metadata":{"timestamp":"2023-11-14T22:13:20.000Z","sender":"longwire"}})");
}

TEST_F(CoordinationTest, WhatTheEnvelopeLeavesOutTheEdgeFillsIn) {
    be_welcome();
    host.say(R"({"type":"vote","payload":{"for":"B"}})");
    EXPECT_EQ(host.commands(),
              R"(publish {"topic":"room/coordination","type":"message","data":{"member":"CLINE-1","to":"*",)"
              R"("body":{"type":"vote","payload":{"for":"B"},"metadata":{"sender":"CLINE-1","message_id":"msg-2",)"
              R"("timestamp":"2023-11-14T22:13:20.000Z"}}}})");
    logged(13);
    EXPECT_EQ(heard(), R"(ack {"recipients":1,"offset":13,"message_id":"msg-2"})");
}

TEST_F(CoordinationTest, AMessageToOneGoesToItsInboxAndTheAckSaysWhetherItIsHere) {
    be_welcome();
    host.say(
        R"({"type":"status_update","payload":{"status":"done"},"metadata":{"recipient":"GEMINI","message_id":"a"}})");
    EXPECT_NE(host.commands().find(R"(publish {"topic":"agent/GEMINI","type":"message")"), std::string::npos);
    logged(4);
    EXPECT_EQ(heard(), R"(ack {"delivered":true,"offset":4,"message_id":"a"})");
    host.say(R"({"type":"status_update","payload":{"status":"done"},"metadata":{"recipient":"NEVER-SEEN",)"
             R"("message_id":"b"}})");
    EXPECT_NE(host.commands().find(R"(publish {"topic":"agent/NEVER-SEEN")"), std::string::npos);
    logged(1);
    EXPECT_EQ(heard(), R"(ack {"delivered":false,"offset":1,"message_id":"b"})");
}

TEST_F(CoordinationTest, AStarMeansEverybody) {
    be_welcome();
    host.say(R"({"type":"handoff","payload":{"task_id":"G-1","to":"GEMINI","reason":"code"},)"
             R"("metadata":{"recipient":"*"}})");
    EXPECT_NE(host.commands().find(R"("topic":"room/coordination")"), std::string::npos);
}

TEST_F(CoordinationTest, AMessageThatIsSentAgainIsADuplicate) {
    be_welcome();
    host.say(R"({"type":"vote","payload":{},"metadata":{"message_id":"m-1"}})");
    logged(12, true);
    EXPECT_EQ(heard(), R"(ack {"recipients":1,"offset":12,"duplicate":true,"message_id":"m-1"})");
}

TEST_F(CoordinationTest, WhoClaimsToBeAnotherIsTold) {
    be_welcome();
    host.say(R"({"type":"vote","payload":{},"metadata":{"sender":"GEMINI"}})");
    EXPECT_EQ(heard(), R"(error {"code":"sender_mismatch","message":"metadata.sender must be CLINE-1 or absent",)"
                       R"("details":{"field":"metadata.sender","expected":"CLINE-1","got":"GEMINI"}})");
    EXPECT_EQ(host.commands(), "");
    EXPECT_EQ(host.closed_with, std::nullopt);
}

TEST_F(CoordinationTest, APingIsAnsweredWithItsPayload) {
    be_welcome();
    host.say(R"({"type":"ping"})");
    host.say(R"({"type":"ping","payload":{"n":7},"metadata":{"sender":"CLINE-1"}})");
    host.say(R"({"type":"pong","payload":{}})");
    EXPECT_EQ(heard(), "pong {}\npong {\"n\":7}");
    EXPECT_EQ(host.commands(), "");
}

TEST_F(CoordinationTest, WhatIsWrongIsNamedAndTheConnectionLivesOn) {
    be_welcome();
    const auto fault = [&](const std::string& message) {
        host.say_wrong(message);
        const auto said = heard();
        const auto at = said.find("\"field\"");
        return at == std::string::npos ? said : said.substr(at, said.size() - at - 2);
    };
    EXPECT_EQ(fault("[1]"), R"("field":"","expected":"an object","got":"an array")");
    EXPECT_EQ(fault("{"), R"("field":"message","expected":"JSON","got":"is no JSON")");
    EXPECT_EQ(fault(R"({"payload":{}})"), R"("field":"type","expected":"a string","got":"nothing")");
    EXPECT_EQ(fault(R"({"type":"vote"})"), R"("field":"payload","expected":"an object","got":"nothing")");
    EXPECT_EQ(fault(R"({"type":"vote","payload":3})"), R"("field":"payload","expected":"an object",)"
                                                       R"("got":"a number")");
    EXPECT_EQ(fault(R"({"type":"task_assignment","payload":{"instruction":"go"}})"),
              R"("field":"payload.task_id","expected":"a string","got":"nothing")");
    EXPECT_EQ(fault(R"({"type":"task_assignment","payload":{"task_id":"t"}})"),
              R"("field":"payload.instruction","expected":"a string","got":"nothing")");
    EXPECT_EQ(fault(R"({"type":"status_update","payload":{"status":"x","progress":7}})"),
              R"("field":"payload.progress","expected":"a number from 0 to 1","got":"7")");
    EXPECT_EQ(fault(R"({"type":"status_update","payload":{"status":""}})"),
              R"("field":"payload.status","expected":"a text that is not empty","got":"\"\"")");
    EXPECT_EQ(fault(R"({"type":"handoff","payload":{"task_id":"t"}})"),
              R"("field":"payload.to","expected":"a string","got":"nothing")");
    EXPECT_EQ(fault(R"({"type":"broadcast","payload":{}})"),
              R"("field":"payload.message","expected":"a string","got":"nothing")");
    EXPECT_EQ(fault(R"({"type":"stream","payload":{"stream":"s","text":"x"}})"),
              R"("field":"payload.index","expected":"a whole number from 0","got":"nothing")");
    EXPECT_EQ(fault(R"({"type":"error","payload":{"message":"x"}})"),
              R"("field":"payload.code","expected":"a string","got":"nothing")");
    EXPECT_EQ(fault(R"({"type":"vote","payload":{},"metadata":{"recipient":"a b"}})"),
              R"("field":"metadata.recipient","expected":"an agent id or \"*\"","got":"\"a b\"")");
    EXPECT_EQ(fault(R"({"type":"broadcast","payload":{"message":"x"},"metadata":{"recipient":"GEMINI"}})"),
              R"("field":"metadata.recipient","expected":"\"*\" or absent where the type is broadcast",)"
              R"("got":"\"GEMINI\"")");
    EXPECT_EQ(fault(R"({"type":"vote","payload":{},"metadata":{"timestamp":"yesterday"}})"),
              R"("field":"metadata.timestamp","expected":"a time in UTC, like 2026-02-22T23:00:00Z",)"
              R"("got":"\"yesterday\"")");
    EXPECT_EQ(
        fault(R"({"type":"vote","payload":{},"metadata":{"timestamp":"2026-02-22T23:00:00+01:00"}})").substr(0, 28),
        R"("field":"metadata.timestamp")");
    EXPECT_EQ(fault(R"({"type":"vote","payload":{},"metadata":{"message_id":""}})"),
              R"("field":"metadata.message_id","expected":"a text of 1 to 128 bytes","got":"\"\"")");
    EXPECT_EQ(host.commands(), "");
    EXPECT_EQ(host.closed_with, std::nullopt);
}

TEST_F(CoordinationTest, AMessageThatTheBrokerRefusesIsToldByItsId) {
    be_welcome();
    host.say(R"({"type":"vote","payload":{},"metadata":{"message_id":"m-1"}})");
    host.fail("publish", {Errc::rate_limited, "too many messages", {}, 20});
    EXPECT_EQ(heard(), R"(error {"code":"rate_limited","message":"too many messages","details":{"message_id":"m-1",)"
                       R"("retry_after_ms":20}})");
}

TEST_F(CoordinationTest, TooManyMessagesWithoutAnAnswerAreRefused) {
    be_welcome();
    for (int i = 0; i < 1'000; ++i) host.say(R"({"type":"vote","payload":{}})");
    EXPECT_EQ(host.heard(), "");
    host.say(R"({"type":"vote","payload":{},"metadata":{"message_id":"m-1"}})");
    EXPECT_EQ(heard(), R"(error {"code":"too_many","message":"too many messages wait for their ack",)"
                       R"("details":{"message_id":"m-1"}})");
    logged(1);
    host.heard();
    host.say(R"({"type":"vote","payload":{}})");
    EXPECT_EQ(host.heard(), "");
}

TEST_F(CoordinationTest, AnAgentThatFloodsIsHeldTo1000MessagesASecond) {
    be_welcome();
    for (int i = 0; i < 2'000; ++i) host.say(R"({"type":"pong"})");
    EXPECT_EQ(host.heard(), "");
    host.say(R"({"type":"ping"})");
    EXPECT_EQ(heard(), R"(error {"code":"rate_limited","message":"too many messages",)"
                       R"("details":{"retry_after_ms":2}})");
    host.pass_ms(2);
    host.say(R"({"type":"ping"})");
    EXPECT_EQ(heard(), "pong {}");
}

TEST_F(CoordinationTest, PiecesOfAStreamAreJoinedFor40Ms) {
    be_welcome();
    const auto piece = [&](int index, const std::string& text) {
        host.say(R"({"type":"stream","payload":{"stream":"s","index":)" + std::to_string(index) + R"(,"text":")" +
                 text + R"("},"metadata":{"message_id":"m-)" + std::to_string(index) + R"("}})");
    };
    piece(0, "One ");
    host.pass_ms(20);
    piece(1, "two ");
    host.pass_ms(19);
    EXPECT_EQ(host.commands(), "");
    host.pass_ms(1);
    const auto said = host.commands();
    EXPECT_NE(said.find(R"("payload":{"stream":"s","index":1,"text":"One two "})"), std::string::npos) << said;
    logged(9);
    EXPECT_EQ(heard(), R"(ack {"recipients":1,"offset":9,"message_id":"m-0"})"
                       "\n"
                       R"(ack {"recipients":1,"offset":9,"message_id":"m-1"})");
}

TEST_F(CoordinationTest, AStreamIsNotHeldUpAtASentencesEndNorBeyond256BytesNorAtItsEnd) {
    be_welcome();
    host.say(R"({"type":"stream","payload":{"stream":"s","index":0,"text":"It is done."}})");
    EXPECT_NE(host.commands().find(R"("text":"It is done.")"), std::string::npos);
    const std::string half(128, 'x');
    host.say(R"({"type":"stream","payload":{"stream":"s","index":1,"text":")" + half + R"("}})");
    EXPECT_EQ(host.commands(), "");
    host.say(R"({"type":"stream","payload":{"stream":"s","index":2,"text":")" + half + R"("}})");
    EXPECT_NE(host.commands().find(half + half), std::string::npos);
    host.say(R"({"type":"stream","payload":{"stream":"s","index":3,"text":"and","done":true}})");
    EXPECT_NE(host.commands().find(R"("index":3,"text":"and","done":true)"), std::string::npos);
}

TEST_F(CoordinationTest, NothingOvertakesAStream) {
    be_welcome();
    host.say(R"({"type":"stream","payload":{"stream":"s","index":0,"text":"One "},)"
             R"("metadata":{"recipient":"GEMINI"}})");
    host.say(R"({"type":"status_update","payload":{"status":"done"},"metadata":{"recipient":"GEMINI"}})");
    const auto said = host.commands();
    const auto stream = said.find(R"("text":"One ")");
    const auto status = said.find(R"("status":"done")");
    ASSERT_NE(stream, std::string::npos);
    ASSERT_NE(status, std::string::npos);
    EXPECT_LT(stream, status);
}

TEST_F(CoordinationTest, WhatWasHeldBackIsSaidWhenTheAgentGoes) {
    be_welcome();
    host.say(R"({"type":"stream","payload":{"stream":"s","index":0,"text":"One "}})");
    host.hang_up(1006);
    EXPECT_NE(host.commands().find(R"("text":"One ")"), std::string::npos);
}

}  // namespace
}  // namespace longwire::edge
