#include "edge/core/stall_watch.h"

#include <gtest/gtest.h>

namespace longwire::edge {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

TEST(StallWatch, NothingUnsentIsNoStall) {
    StallWatch watch(0);
    EXPECT_FALSE(watch.is_stalled(0, 100, 1'000 * kSecondUs, 5'000));
    EXPECT_FALSE(watch.is_stalled(1, 100, 1'004 * kSecondUs, 5'000));
    EXPECT_TRUE(watch.is_stalled(1, 100, 1'005 * kSecondUs, 5'000));
}

TEST(StallWatch, WhatIsAcceptedSlowlyIsNoStall) {
    StallWatch watch(0);
    for (std::uint64_t second = 1; second < 100; ++second) {
        EXPECT_FALSE(watch.is_stalled(1 << 20, second / 4, static_cast<std::int64_t>(second) * kSecondUs, 5'000));
    }
}

TEST(StallWatch, WhatIsQueuedMeanwhileMakesNoDifference) {
    StallWatch watch(0);
    EXPECT_FALSE(watch.is_stalled(10, 5, kSecondUs, 5'000));
    EXPECT_FALSE(watch.is_stalled(90, 5, 4 * kSecondUs, 5'000));
    EXPECT_TRUE(watch.is_stalled(200, 5, 6 * kSecondUs, 5'000));
}

}  // namespace
}  // namespace longwire::edge
