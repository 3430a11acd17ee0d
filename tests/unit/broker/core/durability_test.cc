#include <gmock/gmock.h>

#include "protocol/topic.h"
#include "tests/unit/broker/one_worker.h"

namespace longwire::broker::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct DurabilityTest : OneWorker {};

TEST_F(DurabilityTest, AReplyWaitsForTheLog) {
    world.log.hold();
    const auto number = edge.send("start", R"({"kind":"demo","task":"t"})");
    world.settle();
    EXPECT_THAT(edge.answers, IsEmpty());
    world.log.release();
    world.settle();
    EXPECT_EQ(edge.answers[number].text("state"), "PENDING");
}

TEST_F(DurabilityTest, ARefusalWaitsForWhatWasDecidedBeforeIt) {
    world.log.hold();
    edge.send("start", R"({"kind":"demo","task":"t","input":1})");
    world.settle();
    const auto conflict = edge.send("start", R"({"kind":"demo","task":"t","input":2})");
    world.settle();
    EXPECT_THAT(edge.answers, IsEmpty()) << "whether there is a conflict is not certain before the first is durable";
    world.log.release();
    world.settle();
    EXPECT_EQ(edge.answers[conflict].code, "conflict");
}

TEST_F(DurabilityTest, AnAssignmentWaitsForTheLog) {
    join();
    world.log.hold();
    edge.send("start", R"({"kind":"demo","task":"t"})");
    world.settle();
    EXPECT_THAT(worker.heard(), IsEmpty());
    world.log.release();
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("assign t#1"));
}

TEST_F(DurabilityTest, AnAcknowledgementWaitsForTheLog) {
    join();
    world.log.hold();
    worker.publish("room/a", "custom");
    world.settle();
    EXPECT_THAT(worker.heard(), IsEmpty());
    world.log.release();
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("ack"));
    EXPECT_EQ(worker.sender().kept_bytes(), 0U);
}

TEST_F(DurabilityTest, ADeliveryWaitsForTheLogAndComesInItsOrder) {
    join();
    edge.subscribe("room/a");
    world.settle();
    world.log.hold();
    for (const auto* type : {"one", "two", "three"}) {
        worker.publish("room/a", type);
        world.settle();
    }
    EXPECT_THAT(edge.events, IsEmpty());
    world.log.release(1);
    world.settle();
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("1 one"));
    world.log.release();
    world.settle();
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("1 one", "2 two", "3 three"));
}

TEST_F(DurabilityTest, AWorkerIsAcknowledgedBeforeItGetsTheNextTask) {
    join();
    edge.start("a");
    edge.start("b");
    worker.heard();
    worker.emit("a", "task.completed");
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("ack", "assign b#1"));
}

TEST_F(DurabilityTest, AnEventIsRefusedBeforeItIsAcknowledged) {
    // An acknowledged event is forgotten by its worker, which then could not tell which attempt the refusal is about
    // and went on with an attempt that it no longer had.
    join();
    edge.start("a");
    worker.emit_as("a", 7, "log");
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("assign a#1", "refused conflict", "ack"));
}

TEST_F(DurabilityTest, ASubscriptionShowsOnlyWhatIsDurable) {
    join();
    world.log.hold();
    worker.publish("room/a", "one");
    world.settle();
    edge.subscribe("room/a");
    world.settle();
    EXPECT_THAT(edge.told, Contains("subscribed room/a 0 0 1"));
    world.log.release();
    world.settle();
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("1 one"));
}

TEST_F(DurabilityTest, TheTapHearsOnlyWhatIsDurable) {
    join();
    world.is_tapped = true;
    world.log.hold();
    worker.publish("room/a", "one");
    world.settle();
    EXPECT_THAT(world.tapped, IsEmpty());
    world.log.release();
    world.settle();
    ASSERT_EQ(world.tapped.size(), 1U);
    EXPECT_EQ(*world.tapped[0].path, "r/room/a");
    EXPECT_EQ(world.tapped[0].offset, 1U);
    world.is_tapped = false;
    worker.publish("room/a", "two");
    world.settle();
    EXPECT_EQ(world.tapped.size(), 1U);
}

TEST_F(DurabilityTest, AHeldReplyOfAnEndedSessionIsDropped) {
    world.log.hold();
    const auto number = edge.send("start", R"({"kind":"demo","task":"t"})");
    world.settle();
    edge.receiver().unreachable(world.now_us());
    world.settle();
    EXPECT_EQ(edge.answers[number].code, "unavailable");
    edge.answers.clear();
    world.log.release();
    world.settle();
    EXPECT_THAT(edge.answers, IsEmpty());
    EXPECT_TRUE(edge.receiver().is_up()) << "a message of the old session would have broken the new one's numbers";
    EXPECT_EQ(edge.start("t").ok.at("created"), false) << "done all the same";
}

TEST_F(DurabilityTest, AHeldAssignmentOfAnEndedSessionIsDroppedAndGivenAgain) {
    join();
    world.log.hold();
    edge.send("start", R"({"kind":"demo","task":"t"})");
    world.settle();
    worker.hello();
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("welcome")) << "the assignment given again waits like the first";
    world.log.release();
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("assign t#1"));
    EXPECT_THAT(world.log_of("task/t"), ElementsAre("1 task.queued", "2 task.started"));
}

TEST_F(DurabilityTest, WhatIsDecidedTogetherIsCommittedTogether) {
    join();
    world.log.hold();
    worker.publish("room/a", "one");
    worker.publish("room/b", "two");
    edge.send("start", R"({"kind":"demo","task":"t"})");
    world.turn();
    EXPECT_EQ(world.log.waiting(), 1U);
}

TEST_F(DurabilityTest, AnAcknowledgementSaysTheLeastOfWhatItsEventsHaveReached) {
    join();
    worker.publish("room/a", "one");
    world.settle();
    EXPECT_EQ(worker.durability(), 0U);
    world.log.reach(longwire::Durability::fsync);
    worker.publish("room/a", "two");
    world.settle();
    EXPECT_EQ(worker.durability(), 2U);
    world.log.hold();
    worker.publish("room/a", "three");
    world.turn();
    world.log.reach(longwire::Durability::os);
    worker.publish("room/a", "four");
    world.turn();
    world.log.release();
    world.settle();
    EXPECT_EQ(worker.durability(), 1U);
}

TEST_F(DurabilityTest, StepsInATasksLifeAreMarkedForTheLogAndWhatHappensWithinAreNot) {
    join();
    edge.start("t");
    EXPECT_TRUE(world.log.had_lifecycle());
    for (const auto* type : {"log", "task.progress", "agent.status"}) {
        worker.emit("t", type);
        world.settle();
        EXPECT_FALSE(world.log.had_lifecycle()) << type;
    }
    worker.emit("t", "task.waiting");
    world.settle();
    EXPECT_TRUE(world.log.had_lifecycle());
    worker.publish("room/a", "task.like");
    world.settle();
    EXPECT_FALSE(world.log.had_lifecycle());
    worker.emit("t", "task.completed");
    world.settle();
    EXPECT_TRUE(world.log.had_lifecycle());
}

TEST_F(DurabilityTest, ACrashTakesOnlyWhatNobodyWasToldOf) {
    join();
    edge.start("a");
    world.log.hold();
    edge.send("cancel", R"({"task":"a"})");
    worker.publish("room/a", "one");
    world.settle();
    world.restart();
    world.log.release();
    world.pass(4000);
    EXPECT_EQ(worker.count("cancel"), 0U);
    EXPECT_GT(worker.sender().kept_bytes(), 0U) << "it keeps what was not acknowledged";
}

}  // namespace
}  // namespace longwire::broker::testing
