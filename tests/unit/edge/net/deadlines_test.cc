#include "edge/net/deadlines.h"

#include <gtest/gtest.h>

#include <memory>

namespace longwire::edge::net {
namespace {

TEST(Deadlines, AreDueInTheOrderOfArming) {
    DeadlineQueue queue(100);
    DeadlineEntry first;
    DeadlineEntry second;
    queue.arm(first, 0);
    queue.arm(second, 50);
    EXPECT_EQ(queue.pop_due(99), nullptr);
    EXPECT_EQ(queue.pop_due(100), &first);
    EXPECT_EQ(queue.pop_due(149), nullptr);
    EXPECT_EQ(queue.pop_due(150), &second);
    EXPECT_EQ(queue.pop_due(1000), nullptr);
}

TEST(Deadlines, ArmingAgainPutsOff) {
    DeadlineQueue queue(100);
    DeadlineEntry entry;
    queue.arm(entry, 0);
    queue.arm(entry, 60);
    EXPECT_EQ(queue.pop_due(100), nullptr);
    EXPECT_EQ(queue.pop_due(160), &entry);
    EXPECT_FALSE(entry.armed());
}

TEST(Deadlines, AnEntryMovesFromOneQueueToAnother) {
    DeadlineQueue slow(1000);
    DeadlineQueue quick(10);
    DeadlineEntry entry;
    slow.arm(entry, 0);
    quick.arm(entry, 0);
    EXPECT_EQ(slow.pop_due(5000), nullptr);
    EXPECT_EQ(quick.pop_due(10), &entry);
}

TEST(Deadlines, DisarmedAndDestroyedEntriesAreForgotten) {
    DeadlineQueue queue(10);
    DeadlineEntry disarmed;
    auto destroyed = std::make_unique<DeadlineEntry>();
    DeadlineEntry kept;
    queue.arm(disarmed, 0);
    queue.arm(*destroyed, 0);
    queue.arm(kept, 0);
    disarmed.disarm();
    destroyed.reset();
    EXPECT_EQ(queue.pop_due(100), &kept);
    EXPECT_EQ(queue.pop_due(100), nullptr);
}

TEST(Deadlines, EntriesOutliveTheirQueue) {
    DeadlineEntry entry;
    {
        DeadlineQueue queue(10);
        queue.arm(entry, 0);
    }
    EXPECT_FALSE(entry.armed());
}

}  // namespace
}  // namespace longwire::edge::net
