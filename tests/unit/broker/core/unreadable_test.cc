// Parts of the log cannot be read any more.
#include <gmock/gmock.h>

#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;

struct Unreadable : ::testing::Test {
    World world;
    FakeEdge& edge = world.edge();
    FakeEdge& other = world.edge("other");

    void publish(int count) {
        for (int i = 0; i < count; ++i) other.ask("publish", R"({"topic":"room/a","type":"note"})");
    }

    /// The edge has seen event 1, and is away while these are published.
    void miss(int first, int last) {
        edge.subscribe("room/a");
        world.settle();
        publish(1);
        edge.is_connected = false;
        publish(last - first + 1);
    }
    void come_back() {
        edge.is_connected = true;
        edge.receiver().unreachable(world.now_us());
        world.pass(1000);
    }
};

TEST_F(Unreadable, AFetchIsToldWhereItCanGoOn) {
    publish(3);
    world.log.damage(3);
    const auto damaged = edge.fetch("room/a", 0, 0, 10);
    world.settle();
    EXPECT_THAT(edge.fetched[damaged], ElementsAre("none before 3"));
    const auto rest = edge.fetch("room/a", 0, 2, 10);
    world.settle();
    EXPECT_THAT(edge.fetched[rest], ElementsAre("3 note"));
    EXPECT_EQ(world.broker().stats().read_errors, 1U);
    EXPECT_THAT(world.notices, Contains("the log could not be read: internal: cannot read r/room/a"));
}

TEST_F(Unreadable, WhatIsCommittedMeanwhileIsNotPassedOver) {
    publish(3);
    world.log.damage(GatedLog::kAll);
    const auto page = edge.fetch("room/a", 0, 0, 10);
    other.send("publish", R"({"topic":"room/a","type":"note"})");
    world.settle();
    EXPECT_THAT(world.log_of("room/a"), SizeIs(4));
    EXPECT_THAT(edge.fetched[page], ElementsAre("none before 4"));
}

TEST_F(Unreadable, ASubscriptionIsToldTheGapAndGoesOnBehindIt) {
    miss(2, 5);
    world.log.damage(4);
    come_back();
    EXPECT_THAT(edge.told, Contains("gap room/a 2-3"));
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("1 note", "4 note", "5 note"));
    publish(1);
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("1 note", "4 note", "5 note", "6 note"));
}

TEST_F(Unreadable, ASubscriptionWithNothingLeftGoesOnLive) {
    miss(2, 5);
    world.log.damage(100);
    come_back();
    EXPECT_THAT(edge.told, Contains("gap room/a 2-5"));
    publish(1);
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("1 note", "6 note"));
}

}  // namespace
}  // namespace longwire::broker::testing
