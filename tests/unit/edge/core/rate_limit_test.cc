#include "edge/core/rate_limit.h"

#include <gtest/gtest.h>

namespace longwire::edge {
namespace {

TEST(RateLimit, AllowsTheBurstAtOnceAndThenTheRate) {
    RateLimit limit(10, 3, 0);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.take(0));
    EXPECT_FALSE(limit.take(0));
    EXPECT_FALSE(limit.take(99'000));
    EXPECT_TRUE(limit.take(100'000));
    EXPECT_FALSE(limit.take(100'000));
}

TEST(RateLimit, NeverSavesMoreThanTheBurst) {
    RateLimit limit(10, 3, 0);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.take(3'600'000'000));
    EXPECT_FALSE(limit.take(3'600'000'000));
}

TEST(RateLimit, SaysWhenToComeBackAndKeepsItsWord) {
    RateLimit limit(10, 1, 0);
    EXPECT_TRUE(limit.take(0));
    EXPECT_FALSE(limit.take(0));
    const auto wait_ms = limit.retry_after_ms();
    EXPECT_GT(wait_ms, 0);
    EXPECT_LE(wait_ms, 101);
    EXPECT_TRUE(limit.take(wait_ms * 1000));
}

}  // namespace
}  // namespace longwire::edge
