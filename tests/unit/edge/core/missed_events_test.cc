#include "edge/core/missed_events.h"

#include <gtest/gtest.h>

namespace longwire::edge {
namespace {

TEST(MissedEvents, OfOneTopicAreOneRange) {
    MissedEvents missed;
    EXPECT_TRUE(missed.empty());
    missed.note("a", 1, 5, 6);
    missed.note("a", 0, 7, 9);
    missed.note("b", 1, 1, 1);
    EXPECT_FALSE(missed.empty());
    const auto all = missed.take();
    EXPECT_TRUE(missed.empty());
    ASSERT_EQ(all.ranges.size(), 2U);
    EXPECT_EQ(all.ranges.find("a")->second.from, 5U);
    EXPECT_EQ(all.ranges.find("a")->second.to, 9U);
    EXPECT_FALSE(all.has_more);
}

TEST(MissedEvents, OfAnOlderEpochAreOnlyKnownToBeMissed) {
    MissedEvents missed;
    missed.note("a", 1, 50, 60);
    missed.note("a", 2, 1, 2);
    const auto all = missed.take();
    EXPECT_TRUE(all.has_more);
    EXPECT_EQ(all.ranges.find("a")->second.from, 1U);
    EXPECT_EQ(all.ranges.find("a")->second.to, 2U);
}

TEST(MissedEvents, OfTooManyTopicsAreOnlyKnownToBeMissed) {
    MissedEvents missed;
    for (std::size_t i = 0; i < MissedEvents::kTopicsMax; ++i) missed.note(std::to_string(i), 1, 1, 1);
    missed.note("0", 1, 2, 2);
    EXPECT_FALSE(missed.take().has_more);
    for (std::size_t i = 0; i <= MissedEvents::kTopicsMax; ++i) missed.note(std::to_string(i), 1, 1, 1);
    const auto all = missed.take();
    EXPECT_TRUE(all.has_more);
    EXPECT_EQ(all.ranges.size(), MissedEvents::kTopicsMax);
}

}  // namespace
}  // namespace longwire::edge
