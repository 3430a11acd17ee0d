// Who may come, and how a session begins, goes on and ends.
#include <gmock/gmock.h>

#include "tests/unit/edge/dialects/sessions/client.h"

namespace longwire::edge {
namespace {

using testing::HasSubstr;
using testing::Not;

struct SessionsSessionTest : SessionsTest {};

Status admitted(Product& product, std::string_view path, const Opening& opening) {
    for (const auto& route : product.routes()) {
        if (route.path == path) return route.admit(opening);
    }
    return Error{Errc::internal, "no such route"};
}

TEST_F(SessionsSessionTest, ANewTokenIsGreetedWithSessionCreated) {
    connect();
    host.reply("history", kEmptyPage);
    EXPECT_THAT(host.commands(), HasSubstr(R"(publish {"topic":"session/print-anna tok","type":"session.created")"));
    host.reply("publish", kStored);
    open_conversation(kEmptyPage);
    const auto hello = only();
    EXPECT_EQ(field(hello, "type"), R"("session_created")");
    EXPECT_EQ(field(hello, "session_id"), R"("session-print-anna tok")");
    EXPECT_EQ(field(hello, "session_token"), R"("tok")");
    EXPECT_EQ(field(hello, "timestamp"), R"("2023-11-14T22:13:20.000Z")");
}

TEST_F(SessionsSessionTest, AKnownTokenIsGreetedWithSessionUpdatedAndTheSameSessionId) {
    connect();
    open_known();
    const auto hello = only();
    EXPECT_EQ(field(hello, "type"), R"("session_updated")");
    EXPECT_EQ(field(hello, "session_id"), R"("session-print-anna tok")");
}

TEST_F(SessionsSessionTest, OfTwoConnectionsThatComeAtOnceOneHasMadeTheSession) {
    connect();
    host.reply("history", kEmptyPage);
    host.reply("publish", R"({"offset":1,"duplicate":true})");
    open_conversation(kEmptyPage);
    EXPECT_EQ(field(only(), "type"), R"("session_updated")");
}

TEST_F(SessionsSessionTest, TheConnectionIsAMemberOfTheSessionsTopic) {
    connect();
    open_new();
    EXPECT_THAT(host.commands(), HasSubstr(R"(join {"topic":"session/print-anna tok"})"));
}

TEST_F(SessionsSessionTest, ATokenIsNoPartOfATopic) {
    connect("s3cret");
    open_new();
    for (const auto* const line : {"\"session/s3cret", "s3cret/guide\",\"from"}) {
        EXPECT_THAT(host.commands(), Not(HasSubstr(std::string("topic\":") + line)));
    }
}

TEST_F(SessionsSessionTest, ASessionThatNobodyWasInFor15MinutesHasExpiredAndIsClosed4401) {
    connect();
    const auto left_us = host.time_us - 901'000'000;
    host.reply("history",
               R"({"head":2,"events":[{"offset":2,"type":"presence.leave","time_us":)" + std::to_string(left_us) +
                   R"(,"data":{"member":"anna"}},{"offset":1,"type":"presence.join","data":{"member":"anna"}}]})");
    const auto bye = only();
    EXPECT_EQ(field(bye, "type"), R"("session_expired")");
    EXPECT_EQ(field(bye, "error_code"), R"("session_expired")");
    EXPECT_EQ(host.closed_with, 4401);
}

TEST_F(SessionsSessionTest, ASessionOutlivesItsConnectionsBy15Minutes) {
    connect();
    const auto left_us = host.time_us - 899'000'000;
    host.reply("history", R"({"head":2,"events":[{"offset":2,"type":"presence.leave","time_us":)" +
                              std::to_string(left_us) + R"(,"data":{"member":"anna"}}]})");
    open_conversation(kEmptyPage);
    EXPECT_EQ(field(only(), "type"), R"("session_updated")");
    EXPECT_FALSE(host.closed_with);
}

TEST_F(SessionsSessionTest, HowLongASessionOutlivesItsConnectionsIsASetting) {
    SetAll settings;
    product->declare(settings);
    *settings.numbers.at("sessions-keep-s") = 5;
    connect();
    const auto left_us = host.time_us - 6'000'000;
    host.reply("history", R"({"head":2,"events":[{"offset":2,"type":"presence.leave","time_us":)" +
                              std::to_string(left_us) + R"(,"data":{"member":"anna"}}]})");
    EXPECT_EQ(host.closed_with, 4401);
}

TEST_F(SessionsSessionTest, ASessionWithAnotherConnectionHasNotExpiredHoweverOldItIs) {
    connect();
    host.reply("history",
               R"({"head":2,"events":[{"offset":2,"type":"presence.join","time_us":2,"data":{"member":"anna"}},)"
               R"({"offset":1,"type":"presence.leave","time_us":1,"data":{"member":"anna"}}]})");
    open_conversation(kEmptyPage);
    EXPECT_EQ(field(only(), "type"), R"("session_updated")");
}

TEST_F(SessionsSessionTest, AConnectionWithoutATokenWaitsForItsFirstMessage) {
    connect("");
    EXPECT_EQ(host.commands(), "");
    host.say(R"({"type":"user_message","message":"hi","session_token":"tok"})");
    EXPECT_THAT(host.commands(), HasSubstr(R"(history {"topic":"session/print-anna tok")"));
    open_new();
    EXPECT_THAT(host.commands(), HasSubstr(R"("message":"hi")"));
}

TEST_F(SessionsSessionTest, AFirstMessageWithoutATokenIsAnErrorThatNamesTheField) {
    connect("");
    host.say(R"({"type":"user_message","message":"hi"})");
    const auto error = only();
    EXPECT_EQ(field(error, "error_code"), R"("invalid_message")");
    EXPECT_THAT(field(error, "error_details"), HasSubstr(R"("field":"session_token")"));
    EXPECT_FALSE(host.closed_with);
}

TEST_F(SessionsSessionTest, AnotherTokenThanTheConnectionsIsAnErrorThatDoesNotRepeatIt) {
    talk();
    host.say(R"({"type":"user_message","message":"hi","session_token":"other-token"})");
    const auto error = only();
    EXPECT_EQ(field(error, "error_code"), R"("invalid_message")");
    EXPECT_THAT(json::serialize(error), Not(HasSubstr("other-token")));
}

TEST_F(SessionsSessionTest, APingNeedsNoToken) {
    connect("");
    host.say(R"({"type":"ping"})");
    EXPECT_EQ(host.heard(), R"({"type":"pong"})");
    host.say(R"({"type":"pong"})");
    EXPECT_EQ(host.heard(), "");
}

TEST_F(SessionsSessionTest, AnUnknownPillarIsRefusedBeforeTheUpgradeWith404) {
    Opening opening{{{"pillar", "gardening"}}, {}, {}, {}, Identity{"dev", "anna"}};
    EXPECT_EQ(admitted(*product, "/api/ws/liaison/{pillar}", opening).error().code, Errc::not_found);
    for (const auto* const pillar : {"content", "insights", "operations", "business_outcomes"}) {
        opening.path_values = {{"pillar", pillar}};
        EXPECT_TRUE(admitted(*product, "/api/ws/liaison/{pillar}", opening)) << pillar;
    }
}

TEST_F(SessionsSessionTest, PillarsAreASetting) {
    SetAll settings;
    product->declare(settings);
    *settings.lists.at("sessions-pillars").first = {"gardening"};
    const Opening opening{{{"pillar", "gardening"}}, {}, {}, {}, Identity{"dev", "anna"}};
    EXPECT_TRUE(admitted(*product, "/api/ws/liaison/{pillar}", opening));
    const auto& check = settings.lists.at("sessions-pillars").second;
    EXPECT_TRUE(check("business_outcomes"));
    EXPECT_FALSE(check("a/b"));
    EXPECT_FALSE(check(""));
}

TEST_F(SessionsSessionTest, ATokenThatDoesNotAllowTheGuideIsForbiddenAndClosed4403) {
    host.identity.agents = std::vector<std::string>{"content"};
    connect();
    EXPECT_EQ(field(only(), "error_code"), R"("forbidden")");
    EXPECT_EQ(host.closed_with, 4403);
    EXPECT_EQ(host.commands(), "");
}

TEST_F(SessionsSessionTest, ATokenThatAllowsSomePillarsIsForbiddenTheOthers) {
    host.identity.agents = std::vector<std::string>{"guide", "content"};
    connect_liaison("content");
    EXPECT_FALSE(host.closed_with);
    connect_liaison("insights");
    EXPECT_EQ(field(only(), "error_code"), R"("forbidden")");
    EXPECT_EQ(host.closed_with, 4403);
}

TEST_F(SessionsSessionTest, WhoIsRefusedIsToldSoAndClosed4401) {
    connect("");
    host.known = Error{Errc::unauthorized, "who are you"};
    host.say(R"({"type":"user_message","message":"hi","session_token":"bad"})");
    EXPECT_EQ(field(only(), "error_code"), R"("unauthorized")");
    EXPECT_EQ(host.closed_with, 4401);
}

TEST_F(SessionsSessionTest, AnExpiredTokenGetsSessionExpiredAndIsClosed4401) {
    connect("");
    host.known = Error{Errc::expired, "too late"};
    host.say(R"({"type":"user_message","message":"hi","session_token":"old"})");
    EXPECT_EQ(field(only(), "type"), R"("session_expired")");
    EXPECT_EQ(host.closed_with, 4401);
}

TEST_F(SessionsSessionTest, ATokenThatExpiresWhileItIsConnectedGetsTheSame) {
    host.identity.expires_us = host.time_us + 60'000'000;
    talk();
    host.pass_ms(59'000);
    EXPECT_FALSE(host.closed_with);
    host.pass_ms(1'000);
    EXPECT_EQ(field(only(), "type"), R"("session_expired")");
    EXPECT_EQ(host.closed_with, 4401);
}

TEST_F(SessionsSessionTest, WhoATokenInAMessageNamesIsWhoTalks) {
    connect("");
    host.known = Identity{"acme", "bob"};
    host.say(R"({"type":"user_message","message":"hi","session_token":"tok"})");
    EXPECT_EQ(host.identity.realm, "acme");
    EXPECT_THAT(host.commands(), HasSubstr("session/print-bob tok"));
}

TEST_F(SessionsSessionTest, WithoutABrokerTheConnectionIsClosedToBeTriedLater) {
    connect();
    host.fail("history", Error{Errc::unavailable, "no broker"});
    EXPECT_EQ(field(only(), "error_code"), R"("unavailable")");
    EXPECT_EQ(host.closed_with, 1013);
}

TEST_F(SessionsSessionTest, HealthCountsConnectionsMessagesAndPings) {
    talk();
    host.pass_ms(30'000);
    EXPECT_EQ(host.proofs, 1U);
    host.say(R"({"type":"ping"})");
    host.pass_ms(2'000);
    FakeHost asking("sessions");
    asking.time_us = host.time_us;
    asking.open(*product, "/api/ws/health", {}, {}, "GET");
    EXPECT_EQ(asking.status, 200U);
    EXPECT_EQ(json::serialize(asking.body),
              R"({"status":"healthy","connections":{"total":1,"by_realm":{"dev":1},"by_endpoint":{"guide":1}},)"
              R"("messages_per_s":{"in":1E-1,"out":1E-1},"oldest_unanswered_ping_ms":2000})");
    host.prove(1);
    host.translator.reset();
    FakeHost again("sessions");
    again.open(*product, "/api/ws/health", {}, {}, "GET");
    EXPECT_EQ(json::serialize(again.body.at("connections").at("total")), "0");
    EXPECT_EQ(json::serialize(again.body.at("oldest_unanswered_ping_ms")), "0");
}

TEST_F(SessionsSessionTest, EndpointsOfTheHealthFiguresNameThePillar) {
    connect_liaison("content");
    FakeHost asking("sessions");
    asking.open(*product, "/api/ws/health", {}, {}, "GET");
    EXPECT_EQ(json::serialize(asking.body.at("connections").at("by_endpoint")), R"({"liaison:content":1})");
}

}  // namespace
}  // namespace longwire::edge
