#include "edge/dialects/places.h"

#include <gtest/gtest.h>

#include "tests/unit/edge/dialects/places_world.h"

namespace longwire::edge {
namespace {

struct PlacesTest : testing::Test {
    PlacesWorld world;

    /// A conversation whose first task has begun.
    void begin(PlacesClient& client, const std::string& message = "hi") {
        client.begin("", message);
        client.settle();
    }
    std::uint64_t offset_of(const PlacesClient& client) const { return client.place ? client.place->offset : 99; }
};

TEST_F(PlacesTest, AConversationWithoutRecordsBeginsBeforeAll) {
    PlacesClient a(world);
    a.come();
    ASSERT_TRUE(a.place);
    EXPECT_EQ(a.place->turn, 0U);
    EXPECT_FALSE(a.has_missed);
    EXPECT_EQ(world.log.at(0).type, "place.came");
}

TEST_F(PlacesTest, WhoComesAfterACleanCloseGoesOnBehindAllThatWasSent) {
    PlacesClient a(world);
    a.come();
    begin(a);
    a.get(1, 5);
    a.send(1, 9);
    a.close(1000);
    PlacesClient b(world);
    b.come();
    EXPECT_EQ(b.place->turn, 1U);
    EXPECT_EQ(offset_of(b), 9U);
}

TEST_F(PlacesTest, ACloseFrameWithoutACodeIsACleanClose) {
    PlacesClient a(world);
    a.come();
    begin(a);
    a.send(1, 9);
    a.close(1005);
    PlacesClient b(world);
    b.come();
    EXPECT_EQ(offset_of(b), 9U);
}

TEST_F(PlacesTest, WhoComesAfterALostConnectionGoesOnBehindWhatIsProven) {
    PlacesClient a(world);
    a.come();
    begin(a);
    a.get(1, 5);
    a.send(1, 9);
    a.close(1006);
    PlacesClient b(world);
    b.come();
    EXPECT_EQ(offset_of(b), 5U);
}

TEST_F(PlacesTest, WhatIsProvenIsWrittenAtOnce) {
    PlacesClient a(world);
    a.come();
    begin(a);
    a.send(1, 5);
    a.pass_ms(1'000);
    a.places.on_proven(a.proofs);
    a.close(1006);
    PlacesClient b(world);
    b.come();
    EXPECT_EQ(offset_of(b), 5U);
}

TEST_F(PlacesTest, AKilledEdgeLosesNothing) {
    PlacesClient a(world);
    a.come();
    begin(a);
    a.get(1, 5);
    a.send(1, 9);
    a.kill();
    PlacesClient b(world);
    b.come();
    EXPECT_EQ(offset_of(b), 5U);
    EXPECT_EQ(b.places.book().turns().at(1).task, "task-2");
}

TEST_F(PlacesTest, AnEdgeKilledBeforeAnythingIsProvenLosesNothing) {
    PlacesClient a(world);
    a.come();
    begin(a);
    a.send(1, 9);
    a.kill();
    PlacesClient b(world);
    b.come();
    EXPECT_EQ(b.place->turn, 0U);
    EXPECT_EQ(b.places.book().last_turn(), 1U);
}

TEST_F(PlacesTest, TheOldestPlaceOfSeveralLostConnectionsCounts) {
    PlacesClient a(world);
    PlacesClient b(world);
    a.come();
    b.come();
    a.settle();
    begin(a);
    b.settle();
    a.get(1, 7);
    b.get(1, 3);
    a.kill();
    b.kill();
    PlacesClient c(world);
    c.come();
    EXPECT_EQ(offset_of(c), 3U);
}

TEST_F(PlacesTest, WhoTookOverAndThenClosesLeavesNothingToComeTwice) {
    PlacesClient a(world);
    a.come();
    begin(a);
    a.get(1, 5);
    a.kill();
    PlacesClient b(world);
    b.come();
    b.send(1, 20);
    b.close(1000);
    PlacesClient c(world);
    c.come();
    EXPECT_EQ(offset_of(c), 20U);
}

TEST_F(PlacesTest, AfterAWhileAPlaceIsTakenOverForGood) {
    PlacesClient a(world);
    a.come();
    begin(a);
    a.get(1, 5);
    a.kill();
    PlacesClient b(world);
    b.come();
    EXPECT_EQ(b.places.book().open().size(), 2U);
    b.pass_ms(2'000);
    EXPECT_EQ(b.places.book().open().size(), 1U);
    b.get(1, 20);
    b.kill();
    PlacesClient c(world);
    c.come();
    EXPECT_EQ(offset_of(c), 20U);
}

TEST_F(PlacesTest, ANewcomerThatDiesBeforeItsFirstProofKeepsThePlaceThatItCameTo) {
    PlacesClient a(world);
    a.come();
    begin(a);
    a.get(1, 5);
    a.kill();
    PlacesClient b(world);
    b.come();
    b.pass_ms(2'000);
    b.send(1, 20);
    b.kill();
    PlacesClient c(world);
    c.come();
    EXPECT_EQ(offset_of(c), 5U);
}

TEST_F(PlacesTest, AConnectionThatIsStillThereIsNotTakenOver) {
    PlacesClient a(world);
    a.come();
    begin(a);
    a.get(1, 5);
    PlacesClient b(world);
    b.come();
    a.settle();
    b.settle();
    b.get(1, 20);
    b.pass_ms(2'000);
    a.settle();
    a.kill();
    PlacesClient c(world);
    c.come();
    EXPECT_EQ(offset_of(c), 5U);
}

TEST_F(PlacesTest, OneThatIsTakenOverAlthoughItIsThereSaysSo) {
    PlacesClient a(world);
    a.come();
    begin(a);
    a.get(1, 5);
    PlacesClient b(world);
    b.come();
    b.get(1, 20);
    b.pass_ms(2'000);  // a was too slow to answer
    EXPECT_EQ(b.places.book().open().size(), 1U);
    a.settle();
    a.kill();
    PlacesClient c(world);
    c.come();
    EXPECT_EQ(offset_of(c), 5U);
}

TEST_F(PlacesTest, OneThatSpeaksUpWhileItIsBeingTakenOverStays) {
    PlacesClient a(world);
    a.come();
    begin(a);
    a.get(1, 5);
    PlacesClient b(world);
    b.come();
    a.hear();
    a.work();  // says that it is there, which b has not heard
    world.now_us += 2'000'000;
    b.places.on_time();
    b.work();
    a.kill();
    PlacesClient c(world);
    c.come();
    EXPECT_EQ(offset_of(c), 5U);
}

TEST_F(PlacesTest, BothConnectionsHearOfATurn) {
    PlacesClient a(world);
    PlacesClient b(world);
    a.come();
    b.come();
    begin(a);
    b.settle();
    EXPECT_EQ(a.begun, "mine " + world.tasks.begin()->first);
    EXPECT_EQ(a.turns, b.turns);
    EXPECT_EQ(a.turns.size(), 1U);
    EXPECT_EQ(world.tasks.size(), 1U);
}

TEST_F(PlacesTest, OfTwoWhoAskForATurnAtOnceOneBeginsAndTheOtherHearsOfIt) {
    PlacesClient a(world);
    PlacesClient b(world);
    a.come();
    b.come();
    a.begin("", "from a");
    b.begin("", "from b");
    b.work();
    a.work();
    a.settle();
    b.settle();
    EXPECT_TRUE(b.begun.starts_with("mine "));
    EXPECT_EQ(a.begun, "known " + b.begun.substr(5));
    EXPECT_EQ(world.tasks.size(), 1U);
}

TEST_F(PlacesTest, WhatIsSaidAgainWithItsKeyStartsNothing) {
    PlacesClient a(world);
    a.come();
    a.begin("msg-1", "hi");
    a.settle();
    a.close(1006);
    PlacesClient b(world);
    b.come();
    b.begin("msg-1", "hi");
    b.settle();
    EXPECT_EQ(b.begun, "known " + world.tasks.begin()->first);
    EXPECT_EQ(world.tasks.size(), 1U);
}

TEST_F(PlacesTest, AnEdgeThatDiesBetweenTheTurnAndItsStartIsMadeUpForByWhoComesBack) {
    PlacesClient a(world);
    a.come();
    a.begin("", "hi");
    a.work();
    a.kill();
    EXPECT_TRUE(world.tasks.empty());
    PlacesClient b(world);
    b.come();
    ASSERT_EQ(world.tasks.size(), 1U);
    EXPECT_EQ(world.tasks.begin()->second.at("input").at("message").as_string(), "hi");
}

TEST_F(PlacesTest, AndByWhoWasThereTheWholeTime) {
    PlacesClient a(world);
    PlacesClient b(world);
    a.come();
    b.come();
    a.begin("", "hi");
    a.work();
    a.kill();
    b.settle();
    EXPECT_TRUE(world.tasks.empty());
    b.pass_ms(3'000);
    EXPECT_EQ(world.tasks.size(), 1U);
}

TEST_F(PlacesTest, ATaskThatHasBegunIsNotStartedByWhoComesBack) {
    PlacesClient a(world);
    a.come();
    begin(a);
    a.get(1, 5);
    a.close(1006);
    world.tasks.clear();  // long ago: the broker has forgotten it
    PlacesClient b(world);
    b.come();
    EXPECT_TRUE(world.tasks.empty());
}

TEST_F(PlacesTest, AStartThatFailsIsToldToAllAndNotTriedAgain) {
    PlacesClient a(world);
    PlacesClient b(world);
    a.come();
    b.come();
    world.no_start = Error{Errc::unavailable, "the queue is full"};
    begin(a);
    b.settle();
    ASSERT_EQ(world.cancelled.size(), 1U);
    const auto task = *world.cancelled.begin();
    EXPECT_EQ(a.begun, "failed " + task);
    EXPECT_EQ(a.failed, task + " unavailable: the queue is full");
    EXPECT_EQ(b.failed, a.failed);
    world.no_start.reset();
    PlacesClient c(world);
    c.come();
    EXPECT_TRUE(world.tasks.empty());
    begin(c);
    EXPECT_EQ(world.tasks.size(), 1U);
}

TEST_F(PlacesTest, OnePageIsEnoughHoweverLongAConversationLasts) {
    PlacesClient quiet(world);
    quiet.come();
    PlacesClient a(world);
    a.come();
    quiet.settle();
    begin(a);
    quiet.settle();
    quiet.get(1, 1);
    a.settle();
    quiet.kill();
    a.get(1, 2);
    for (std::uint64_t i = 3; i < 300; ++i) a.get(1, i);
    a.kill();
    PlacesClient b(world);
    b.come();
    EXPECT_EQ(b.place->turn, 1U);
    EXPECT_EQ(offset_of(b), 1U);
    EXPECT_EQ(b.places.book().turns().at(1).state, Turn::State::begun);
}

TEST_F(PlacesTest, TurnsThatEverybodyHasHadAreForgotten) {
    PlacesClient a(world);
    a.come();
    for (std::uint64_t turn = 1; turn <= 5; ++turn) {
        begin(a);
        a.get(turn, 7);
    }
    EXPECT_EQ(a.places.book().turns().size(), 1U);
    EXPECT_EQ(a.places.book().last_turn(), 5U);
}

TEST_F(PlacesTest, BeyondTheBoundOldTurnsAreMissedAndThatIsTold) {
    Places::Settings settings;
    settings.bounds.turns_max = 3;
    PlacesClient a(world, settings);
    a.come();
    begin(a);
    a.kill();
    PlacesClient b(world, settings);
    b.come();
    for (int turn = 2; turn <= 9; ++turn) begin(b);
    PlacesClient c(world, settings);
    c.come();
    EXPECT_TRUE(c.has_missed);
    EXPECT_EQ(c.places.book().turns().size(), 3U);
}

TEST_F(PlacesTest, BeyondTheBoundThePlacesThatAreTheFurthestGo) {
    Places::Settings settings;
    settings.bounds.connections_max = 2;
    PlacesClient a(world, settings);
    PlacesClient b(world, settings);
    PlacesClient c(world, settings);
    a.come();
    b.come();
    begin(a);
    for (auto* each : {&a, &b}) each->settle();
    a.get(1, 3);
    b.get(1, 5);
    c.come();
    for (int i = 0; i < 3; ++i) {
        for (auto* each : {&a, &b, &c}) each->settle();
    }
    EXPECT_LE(c.places.book().open().size(), 2U);
    EXPECT_LT(world.log.size(), 20U);
    EXPECT_EQ(c.places.book().resume_at().offset, 3U);
}

TEST_F(PlacesTest, ProofsAreAskedForOnlyWhileSomethingIsSent) {
    PlacesClient a(world);
    a.come();
    a.pass_ms(2'000);
    EXPECT_EQ(a.places.next_us(), std::nullopt);
    a.send(1, 1);
    a.pass_ms(1'000);
    EXPECT_EQ(a.proofs, 1U);
    a.send(1, 2);
    a.pass_ms(5'000);
    EXPECT_EQ(a.proofs, 1U);  // the first is not answered
    a.places.on_proven(1);
    a.pass_ms(1'000);
    EXPECT_EQ(a.proofs, 2U);
}

TEST_F(PlacesTest, WhatIsNoRecordIsPassedOver) {
    for (const auto* const data :
         {R"({})", R"({"conn":7,"at":"x"})", R"({"conn":"c","at":[1]})", R"({"open":[[],7,["c"]],"turns":[[1,2]]})",
          R"({"turn":-1,"task":"t"})", R"({"turn":18446744073709551615,"task":"t"})",
          R"({"took":[[]],"conn":"","at":[1,"x",1.5]})"}) {
        for (const auto* const type : {"place.came", "turn", "turn.failed", "place.left", "note"}) {
            world.log.push_back({type, json::parse(data).as_object()});
        }
    }
    PlacesClient a(world);
    a.come();
    ASSERT_TRUE(a.place);
    EXPECT_EQ(a.place->turn, 0U);
    begin(a);
    EXPECT_EQ(world.tasks.size(), 1U);
}

TEST_F(PlacesTest, AfterAGapInTheRecordsTheyAreReadAnew) {
    PlacesClient a(world);
    PlacesClient b(world);
    a.come();
    b.come();
    begin(a);
    b.places.on_push(
        json::parse(R"({"gap":{"topic":"session/a/guide","from":1,"to":3,"reason":"trimmed"}})").as_object());
    b.work();
    EXPECT_EQ(b.turns, a.turns);
    EXPECT_FALSE(b.places.on_push(json::parse(R"({"gap":{"topic":"task/1"}})").as_object()));
}

}  // namespace
}  // namespace longwire::edge
