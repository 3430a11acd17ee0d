#include "edge/dialects/coordination/coordination.h"

#include <gtest/gtest.h>

#include "edge/core/client_api.h"
#include "tests/unit/edge/dialects/coordination/fixture.h"

// How an agent comes, what it hears, and how it goes.
namespace longwire::edge {
namespace {

Status admitted(Product& product, const std::string& agent, const Result<Identity>& who) {
    return product.routes().at(0).admit({{{"agent_id", agent}}, {}, {}, {}, who});
}

TEST_F(CoordinationTest, TheUpgradeIsRefusedToWhoIsNobodyOrMayNotActAsTheAgent) {
    EXPECT_TRUE(admitted(*product, "CLINE-1", Identity{"dev", "anna"}));
    EXPECT_TRUE(admitted(*product, "CLINE-1", Identity{"dev", "anna", {{"CLINE-1"}}}));
    EXPECT_EQ(admitted(*product, "CLINE-1", Error{Errc::unauthorized, "who?"}).error().code, Errc::unauthorized);
    EXPECT_EQ(admitted(*product, "CLINE-1", Error{Errc::expired, "late"}).error().code, Errc::unauthorized);
    EXPECT_EQ(admitted(*product, "CLINE-1", Identity{"dev", "anna", {{"GEMINI"}}}).error().code, Errc::forbidden);
    EXPECT_EQ(admitted(*product, "longwire", Identity{"dev", "anna"}).error().code, Errc::forbidden);
    EXPECT_EQ(admitted(*product, "a b", Identity{"dev", "anna"}).error().code, Errc::bad_request);
}

TEST_F(CoordinationTest, ANewJoinerIsWelcomedFirstAndThenFollowsItsInboxAndTheRoom) {
    open();
    EXPECT_EQ(host.commands(),
              R"(history {"topic":"agent/CLINE-1/place","limit":1,"reverse":true})"
              "\n"
              R"(history {"topic":"room/coordination","limit":1,"reverse":true})"
              "\n"
              R"(publish {"topic":"agent/CLINE-1","type":"coordination.connected","data":{"connection":"link-1"}})");
    settle(R"({"events":[]})", R"({"members":[{"id":"GEMINI","info":null,"since_us":1700000000000000}]})");
    EXPECT_EQ(host.heard(), R"({"type":"welcome","payload":{"agent_id":"CLINE-1","agents":[{"agent_id":"GEMINI",)"
                            R"("since":"2023-11-14T22:13:20.000Z"}],"resumed":false},)"
                            R"("metadata":{"timestamp":"2023-11-14T22:13:20.000Z","sender":"longwire"}})");
    EXPECT_EQ(host.commands(),
              R"(presence {"topic":"room/coordination"})"
              "\n"
              R"(join {"topic":"room/coordination","as":"CLINE-1","info":{"connection":"link-1"}})"
              "\n"
              R"(subscribe {"topics":[{"topic":"agent/CLINE-1","from":"start","conflate_ms":0},)"
              R"({"topic":"room/coordination","from":{"epoch":"000000000000000e","offset":40},"conflate_ms":0}]})"
              "\n"
              R"(publish {"topic":"agent/CLINE-1/place","type":"record","data":{"agent":"CLINE-1",)"
              R"("places":{"room/coordination":{"epoch":"000000000000000e","offset":40}},"tasks":[]}})");
}

TEST_F(CoordinationTest, AnIdThatWasHereGoesOnWithItsInboxButNotWithARoomThatItHadLeft) {
    open();
    settle(R"({"events":[{"data":{"agent":"CLINE-1","places":{"agent/CLINE-1":{"epoch":"000000000000000e",)"
           R"("offset":7},"room/coordination":{"epoch":"000000000000000e","offset":30}},"tasks":[]}}]})");
    EXPECT_EQ(heard(), R"(welcome {"agent_id":"CLINE-1","agents":[],"resumed":true})");
    EXPECT_NE(host.commands().find(
                  R"(subscribe {"topics":[{"topic":"agent/CLINE-1","from":{"epoch":"000000000000000e","offset":7},)"
                  R"("conflate_ms":0},{"topic":"room/coordination","from":{"epoch":"000000000000000e",)"
                  R"("offset":40},)"),
              std::string::npos);
}

TEST_F(CoordinationTest, WhoWasAwayForAMomentOnlyMissesNothingOfTheRoomEither) {
    open();
    settle(R"({"events":[{"data":{"places":{"room/coordination":{"epoch":"000000000000000e","offset":30}},)"
           R"("tasks":[]}}]})",
           R"({"members":[{"id":"CLINE-1","info":null,"since_us":1700000000000000}]})");
    EXPECT_EQ(heard(), R"(welcome {"agent_id":"CLINE-1","agents":[],"resumed":true})");
    EXPECT_NE(host.commands().find(R"("topic":"room/coordination","from":{"epoch":"000000000000000e","offset":30})"),
              std::string::npos);
}

TEST_F(CoordinationTest, WithoutABrokerTheAgentIsToldAndAskedToComeAgain) {
    open();
    host.fail("history", {Errc::unavailable, "no broker", {}, 500});
    EXPECT_EQ(heard(), R"(error {"code":"unavailable","message":"no broker","details":{"retry_after_ms":500}})");
    EXPECT_EQ(host.closed_with, close_code::kTryLater);
}

TEST_F(CoordinationTest, WhatIsSaidBeforeTheWelcomeIsTakenAfterIt) {
    open();
    host.say(R"({"type":"ping"})");
    EXPECT_EQ(host.heard(), "");
    settle();
    EXPECT_EQ(heard(), R"(welcome {"agent_id":"CLINE-1","agents":[],"resumed":false})"
                       "\n"
                       "pong {}");
}

TEST_F(CoordinationTest, TooMuchSaidBeforeTheWelcomeIsRefused) {
    open();
    for (int i = 0; i < 1'000; ++i) host.say(R"({"type":"ping"})");
    EXPECT_EQ(host.heard(), "");
    host.say(R"({"type":"ping"})");
    EXPECT_EQ(heard(), R"(error {"code":"too_many","message":"too many messages before they could be taken"})");
}

TEST_F(CoordinationTest, OthersComingAndGoingAreToldOnce) {
    be_welcome();
    host.event(kRoom, "presence.join", R"({"member":"CLINE-1","info":null})");
    host.event(kRoom, "presence.join", R"({"member":"GEMINI","info":null})");
    EXPECT_EQ(heard(), "");
    host.event(kRoom, "presence.join", R"({"member":"BOB","info":null})");
    host.event(kRoom, "presence.leave", R"({"member":"GEMINI","reason":"left"})");
    host.event(kRoom, "presence.leave", R"({"member":"BOB","reason":"lost"})");
    host.event(kRoom, "presence.leave", R"({"member":"BOB","reason":"lost"})");
    EXPECT_EQ(heard(), R"(agent_joined {"agent_id":"BOB","since":"2023-11-14T22:13:20.000Z"})"
                       "\n"
                       R"(agent_left {"agent_id":"GEMINI","reason":"left"})"
                       "\n"
                       R"(agent_left {"agent_id":"BOB","reason":"lost"})");
}

TEST_F(CoordinationTest, AnAgentHearsOthersInTheRoomButNotItself) {
    be_welcome();
    const auto said = [](const std::string& who) {
        return R"({"member":")" + who +
               R"(","to":"*","body":{"type":"broadcast","payload":{"message":"hi"},"metadata":{"sender":")" + who +
               R"(","timestamp":"2026-02-22T23:00:00Z","message_id":"m-1"}}})";
    };
    host.event(kRoom, "message", said("CLINE-1"));
    EXPECT_EQ(host.heard(), "");
    host.event(kRoom, "message", said("GEMINI"));
    EXPECT_EQ(host.heard(), R"({"type":"broadcast","payload":{"message":"hi"},"metadata":{"sender":"GEMINI",)"
                            R"("timestamp":"2026-02-22T23:00:00Z","message_id":"m-1"}})");
}

TEST_F(CoordinationTest, ATypeThatIsNotKnownIsPassedOnWithItsData) {
    be_welcome();
    host.event(kRoom, "note", R"({"text":"hi"})");
    host.event(kInbox, "reading", "21.5");
    host.event(kInbox, "message", R"("no envelope")");
    EXPECT_EQ(host.heard(),
              R"({"type":"note","payload":{"text":"hi"},"metadata":{"timestamp":"2023-11-14T22:13:20.000Z",)"
              R"("sender":"worker-1"}})"
              "\n"
              R"({"type":"reading","payload":{"value":2.15E1},"metadata":{"timestamp":"2023-11-14T22:13:20.000Z",)"
              R"("sender":"worker-1"}})"
              "\n"
              R"({"type":"message","payload":{"value":"no envelope"},)"
              R"("metadata":{"timestamp":"2023-11-14T22:13:20.000Z","sender":"worker-1"}})");
}

TEST_F(CoordinationTest, ANewerConnectionOfTheIdReplacesThisOne) {
    be_welcome();  // told at offset 1
    host.event(kInbox, "coordination.connected", R"({"connection":"of before"})");
    EXPECT_EQ(host.closed_with, std::nullopt);
    host.event(kInbox, "coordination.connected", R"({"connection":"link-1"})");
    EXPECT_EQ(host.closed_with, std::nullopt);
    host.event(kInbox, "coordination.connected", R"({"connection":"of later"})");
    EXPECT_EQ(host.closed_with, close_code::kReplaced);
    EXPECT_EQ(host.close_reason, "replaced by a newer connection of this agent");
    // What it knew of its place would overwrite what the newer one knows.
    host.commands();
    host.hang_up(4409);
    EXPECT_EQ(host.commands(), "");
}

TEST_F(CoordinationTest, WhatHasProvablyArrivedIsNotSentAgainToTheNextConnection) {
    be_welcome();
    host.event(kInbox, "note", R"({"n":1})");
    EXPECT_EQ(host.proofs, 1U);
    host.event(kInbox, "note", R"({"n":2})");
    EXPECT_EQ(host.proofs, 1U);  // one at a time
    host.pass_ms(1'000);
    host.prove(1);
    EXPECT_EQ(host.proofs, 2U);
    EXPECT_NE(host.commands().find(R"("agent/CLINE-1":{"epoch":"000000000000000e","offset":1})"), std::string::npos);
    host.prove(2);
    EXPECT_EQ(host.commands(), "");  // at most once a second
    host.pass_ms(999);
    EXPECT_EQ(host.commands(), "");
    host.pass_ms(1);
    EXPECT_NE(host.commands().find(R"("agent/CLINE-1":{"epoch":"000000000000000e","offset":2})"), std::string::npos);
}

TEST_F(CoordinationTest, WhatIsProvenLastIsKeptWhenTheAgentGoes) {
    be_welcome();
    host.event(kInbox, "note", R"({"n":1})");
    host.prove(1);
    EXPECT_EQ(host.commands(), "");
    host.event(kInbox, "note", R"({"n":2})");
    host.hang_up(1000);
    EXPECT_NE(host.commands().find(R"("agent/CLINE-1":{"epoch":"000000000000000e","offset":1})"), std::string::npos);
}

TEST_F(CoordinationTest, TheRoomIsProvenOnceASecond) {
    be_welcome();
    host.pass_ms(1'000);
    host.event(kRoom, "note", R"({"n":1})");
    EXPECT_EQ(host.proofs, 1U);
    host.prove(1);
    host.event(kRoom, "note", R"({"n":2})");
    EXPECT_EQ(host.proofs, 1U);
    host.pass_ms(1'000);
    EXPECT_EQ(host.proofs, 2U);
}

TEST_F(CoordinationTest, AGapIsToldAndTheRoomIsLookedAtAnew) {
    be_welcome();
    host.push(R"({"gap":{"topic":"agent/CLINE-1","from":4,"to":9,"reason":"trimmed"}})");
    EXPECT_EQ(heard(), R"(error {"code":"messages_missed","message":"messages are gone that were not delivered",)"
                       R"("details":{"reason":"trimmed","from":4,"to":9,"of":"inbox"}})");
    EXPECT_EQ(host.commands(), "");
    host.push(R"({"gap":{"topic":"room/coordination","from":4,"to":9,"reason":"slow"}})");
    EXPECT_NE(heard().find(R"("of":"room")"), std::string::npos);
    EXPECT_EQ(host.commands(), R"(presence {"topic":"room/coordination"})");
    host.reply("presence",
               R"({"members":[{"id":"CLINE-1","info":null,"since_us":0},{"id":"BOB","info":null,"since_us":0}]})");
    EXPECT_EQ(heard(), R"(agent_joined {"agent_id":"BOB","since":"1970-01-01T00:00:00.000Z"})"
                       "\n"
                       R"(agent_left {"agent_id":"GEMINI","reason":"lost"})");
}

TEST_F(CoordinationTest, ATokenThatExpiresEndsTheConnection) {
    host.identity.expires_us = host.time_us + 60'000'000;
    be_welcome();
    host.pass_ms(59'999);
    EXPECT_EQ(host.heard(), "");
    host.pass_ms(1);
    EXPECT_EQ(heard(), R"(error {"code":"expired","message":"the token has expired"})");
    EXPECT_EQ(host.closed_with, close_code::kUnauthorized);
}

TEST_F(CoordinationTest, WhereAnAgentIsIsKeptAlsoWhenItsTokenHasExpired) {
    host.identity.expires_us = host.time_us + 60'000;
    be_welcome();
    host.event(kInbox, "note", R"({"n":1})");
    host.prove(1);
    host.pass_ms(60);
    host.commands();
    host.hang_up(4401);
    EXPECT_NE(host.commands().find(R"("agent/CLINE-1":{"epoch":"000000000000000e","offset":1})"), std::string::npos);
}

}  // namespace
}  // namespace longwire::edge
