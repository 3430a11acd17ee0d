#include "broker/core/presence.h"

#include <gmock/gmock.h>

#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kMs = 1000;
const Presence::Place kAnn{"r/room/a", "ann"};
const Presence::Holder kOne{"e1", "c1"};
const Presence::Holder kOther{"e2", "c2"};

struct PresenceOfOne : ::testing::Test {
    Presence presence{{5'000, 3, 4}};
    bool join(const Presence::Holder& holder, std::int64_t ms) {
        return presence.join(kAnn, "", holder, ms * kMs).value();
    }
};

TEST_F(PresenceOfOne, TheFirstConnectionIsNewsAndTheLastOneToLeave) {
    EXPECT_TRUE(join(kOne, 1));
    EXPECT_FALSE(join(kOne, 2));
    EXPECT_FALSE(join(kOther, 2));
    EXPECT_FALSE(presence.leave(kAnn, kOne, 3 * kMs));
    EXPECT_TRUE(presence.leave(kAnn, kOther, 3 * kMs));
    EXPECT_FALSE(presence.leave(kAnn, kOther, 3 * kMs));
    EXPECT_EQ(presence.size(), 0U);
}

TEST_F(PresenceOfOne, WhoIsBackInTimeWasNeverGone) {
    join(kOne, 0);
    presence.lose(kAnn, kOne, 1'000 * kMs);
    EXPECT_THAT(presence.take_gone(5'999 * kMs), IsEmpty());
    EXPECT_FALSE(join(kOther, 5'999));
    EXPECT_THAT(presence.take_gone(1'000'000 * kMs), IsEmpty());
    EXPECT_TRUE(presence.leave(kAnn, kOther, 1'000'000 * kMs));
}

TEST_F(PresenceOfOne, WhoIsNotBackInTimeIsGone) {
    join(kOne, 0);
    presence.lose(kAnn, kOne, 1'000 * kMs);
    EXPECT_THAT(presence.take_gone(6'000 * kMs), ElementsAre(kAnn));
    EXPECT_THAT(presence.take_gone(6'000 * kMs), IsEmpty());
    EXPECT_TRUE(join(kOne, 6'001));
}

TEST_F(PresenceOfOne, AnEdgesLossIsThatOfItsConnections) {
    join(kOne, 0);
    join({"e1", "c9"}, 0);
    presence.lose_edge("e1", 0);
    presence.lose_edge("e1", 1'000 * kMs);
    EXPECT_THAT(presence.take_gone(5'000 * kMs), ElementsAre(kAnn));
    EXPECT_EQ(presence.size(), 0U);
}

TEST_F(PresenceOfOne, AnotherEdgeKeepsItsPlace) {
    join(kOne, 0);
    join(kOther, 0);
    presence.lose_edge("e1", 0);
    EXPECT_THAT(presence.take_gone(100'000 * kMs), IsEmpty());
}

TEST_F(PresenceOfOne, OneConnectionLeavesWhileAnotherMayComeBack) {
    join(kOne, 0);
    join(kOther, 0);
    presence.lose(kAnn, kOne, 1'000 * kMs);
    EXPECT_FALSE(presence.leave(kAnn, kOther, 2'000 * kMs));
    EXPECT_THAT(presence.take_gone(5'999 * kMs), IsEmpty());
    EXPECT_THAT(presence.take_gone(6'000 * kMs), ElementsAre(kAnn));
}

TEST_F(PresenceOfOne, AStallCountsForNobodysAbsence) {
    join(kOne, 0);
    presence.lose(kAnn, kOne, 0);
    presence.stalled(60'000 * kMs);
    EXPECT_THAT(presence.take_gone(64'999 * kMs), IsEmpty());
    EXPECT_FALSE(join(kOne, 64'999));
}

TEST_F(PresenceOfOne, IsBoundedByTopicAndInAll) {
    for (const auto* name : {"a", "b", "c"}) EXPECT_TRUE(presence.join({"r/x", name}, "", kOne, 0));
    EXPECT_EQ(presence.join({"r/x", "d"}, "", kOne, 0).error().code, Errc::too_many);
    EXPECT_TRUE(presence.join({"r/x", "a"}, "", kOther, 0));
    EXPECT_TRUE(presence.join({"r/y", "d"}, "", kOne, 0));
    EXPECT_EQ(presence.join({"r/z", "d"}, "", kOne, 0).error().code, Errc::too_many);
    EXPECT_FALSE(presence.has({"r/z", "d"}));
}

}  // namespace
}  // namespace longwire::broker

namespace longwire::broker::testing {
namespace {

using ::testing::ElementsAre;

struct PresenceAtTheBroker : ::testing::Test {
    World world;
    FakeEdge& edge = world.edge();
    FakeEdge& other = world.edge("other");

    static std::string fields(const std::string& topic, const std::string& connection, const std::string& more = "") {
        return R"({"topic":")" + topic + R"(","as":"bob","connection":")" + connection + "\"" + more + "}";
    }
    static std::string members(FakeEdge& asked, const std::string& topic) {
        const auto answer = asked.ask("presence", R"({"topic":")" + topic + "\"}");
        std::string names;
        for (const auto& member : answer.ok.at("members").as_array()) {
            names += text_of(member.at("id")) + text_of(member.at("info")) + " ";
        }
        return names;
    }
};

TEST_F(PresenceAtTheBroker, JoiningAndLeavingAreEventsOfTheTopic) {
    edge.ask("join", fields("room/a", "c1", R"(,"info":{"n":1})"));
    EXPECT_EQ(members(other, "room/a"), R"("bob"{"n":1} )");
    EXPECT_EQ(members(other, "room/b"), "");
    edge.ask("join", fields("room/a", "c2"));
    edge.ask("leave", fields("room/a", "c1"));
    edge.ask("leave", fields("room/a", "c2"));
    EXPECT_EQ(members(other, "room/a"), "");
    const auto events = world.events_of("room/a");
    EXPECT_THAT(brief(events), ElementsAre("1 presence.join", "2 presence.leave"));
    EXPECT_EQ(text_of(events[0].data), R"({"member":"bob","info":{"n":1}})");
    EXPECT_EQ(text_of(events[1].data), R"({"member":"bob","reason":"left"})");
}

TEST_F(PresenceAtTheBroker, WhoNamesNobodyJoinsAsItself) {
    edge.ask("join", R"({"topic":"room/a","connection":"c"})");
    EXPECT_EQ(world.events_of("room/a").at(0).data.at("member"), "ann");
}

TEST_F(PresenceAtTheBroker, AnEdgesDeathIsToldAfterTheGrace) {
    edge.ask("join", fields("room/a", "c1"));
    edge.is_connected = false;
    world.pass(4'000);
    EXPECT_THAT(world.log_of("room/a"), ElementsAre("1 presence.join"));
    world.pass(5'000);
    EXPECT_THAT(world.log_of("room/a"), ElementsAre("1 presence.join", "2 presence.leave"));
    EXPECT_EQ(world.events_of("room/a")[1].data.at("reason"), "lost");
}

TEST_F(PresenceAtTheBroker, WhoHasMovedToAnotherEdgeWasNeverGone) {
    edge.ask("join", fields("room/a", "c1"));
    edge.is_connected = false;
    world.pass(4'000);
    other.ask("join", fields("room/a", "c7"));
    world.pass(20'000);
    EXPECT_THAT(world.log_of("room/a"), ElementsAre("1 presence.join"));
    EXPECT_EQ(members(other, "room/a"), R"("bob"null )");
}

TEST_F(PresenceAtTheBroker, ALostConnectionLeavesAfterTheGrace) {
    edge.ask("join", fields("room/a", "c1"));
    edge.ask("leave", fields("room/a", "c1", R"(,"lost":true)"));
    world.pass(4'000);
    EXPECT_EQ(members(other, "room/a"), R"("bob"null )");
    world.pass(2'000);
    EXPECT_EQ(members(other, "room/a"), "");
}

TEST_F(PresenceAtTheBroker, OutlivesABrokersRestartForTheGrace) {
    edge.ask("join", fields("room/a", "c1", R"(,"info":7)"));
    edge.ask("join", fields("room/b", "c1"));
    world.restart();
    world.pass(1'000);
    EXPECT_EQ(members(edge, "room/a"), R"("bob"7 )");
    edge.ask("join", fields("room/a", "c1"));
    world.pass(20'000);
    EXPECT_THAT(world.log_of("room/a"), ElementsAre("1 presence.join"));
    EXPECT_THAT(world.log_of("room/b"), ElementsAre("1 presence.join", "2 presence.leave"));
    world.restart();
    world.pass(1'000);
    EXPECT_EQ(members(edge, "room/b"), "");
}

TEST_F(PresenceAtTheBroker, OnATasksTopicTheTaskMustBeThereAndItsOffsetGoesOn) {
    EXPECT_EQ(edge.ask("join", fields("task/t", "c1")).code, "not_found");
    EXPECT_EQ(edge.ask("join", fields("task/t/x", "c1")).code, "not_found");
    edge.start("t");
    const auto before = edge.state("t").at("offset").as_int64();
    edge.ask("join", fields("task/t", "c1"));
    EXPECT_EQ(edge.state("t").at("offset"), before + 1);
}

TEST_F(PresenceAtTheBroker, WithoutRoomThoseWhoAreThereMayComeBack) {
    edge.ask("join", fields("room/a", "c1"));
    world.log.run_out_of_room();
    world.turn();
    EXPECT_EQ(edge.ask("join", fields("room/b", "c1")).code, "unavailable");
    EXPECT_EQ(edge.ask("join", fields("room/a", "c2")).code, "");
    EXPECT_EQ(members(edge, "room/a"), R"("bob"null )");
}

}  // namespace
}  // namespace longwire::broker::testing
