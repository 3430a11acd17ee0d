#include "edge/core/slow_clients.h"

#include <gtest/gtest.h>

namespace longwire::edge {
namespace {

SlowClient behind_by(std::uint64_t events) {
    SlowClient client;
    client.lag = {.topics = 1, .events = events, .since_us = 1};
    return client;
}

TEST(SlowClients, WhoIsNotBehindIsNotSlow) {
    const SlowClients slow;
    EXPECT_FALSE(slow.wants({}));
    EXPECT_TRUE(slow.wants({.topics = 1, .events = 0, .since_us = 1}));
}

TEST(SlowClients, KeepsThoseFurthestBehind) {
    SlowClients slow;
    for (std::uint64_t i = 1; i <= 1'000; ++i) {
        const auto client = behind_by(i * 7919 % 1009);
        if (slow.wants(client.lag)) slow.add(client);
    }
    const auto kept = slow.take();
    ASSERT_EQ(kept.size(), SlowClients::kMax);
    // Multiples of a number that has no divisor in common with 1009 come to every rest but nine of 1 to 1008.
    for (std::size_t i = 1; i < kept.size(); ++i) EXPECT_LT(kept[i].lag.events, kept[i - 1].lag.events);
    EXPECT_FALSE(slow.take().size() > 0);
    EXPECT_GT(kept.back().lag.events, 1'008 - SlowClients::kMax - 9);
}

}  // namespace
}  // namespace longwire::edge
