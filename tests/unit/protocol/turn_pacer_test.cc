#include "protocol/turn_pacer.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

/// A second of a loop that is woken by each of so many messages, evenly spread: how many turns it took them in, and the
/// longest that one of them waited.
struct Second {
    std::int64_t turns = 0;
    std::int64_t longest_wait_us = 0;
};
Second run(TurnPacer& pacer, std::int64_t messages_per_s, std::int64_t start_us = kSecondUs) {
    Second second;
    const auto comes_us = [&](std::int64_t message) { return start_us + message * kSecondUs / messages_per_s; };
    std::int64_t now_us = start_us;
    std::size_t taken = 0;
    for (std::int64_t next = 0; next < messages_per_s;) {
        now_us = std::max(now_us, comes_us(next));
        now_us += pacer.begin_turn(now_us, taken);
        ++second.turns;
        second.longest_wait_us = std::max(second.longest_wait_us, now_us - comes_us(next));
        for (taken = 0; next < messages_per_s && comes_us(next) <= now_us; ++next) ++taken;
    }
    return second;
}

TEST(TurnPacer, AFewMessagesNeverWait) {
    TurnPacer pacer;
    const auto second = run(pacer, 1'000);
    EXPECT_EQ(second.turns, 1'000);
    EXPECT_EQ(second.longest_wait_us, 0);
}

TEST(TurnPacer, ManyAreTakenInBatches) {
    TurnPacer pacer;
    run(pacer, 20'000);
    const auto second = run(pacer, 20'000, 2 * kSecondUs);
    EXPECT_NEAR(static_cast<double>(second.turns), 1'000, 100);
    EXPECT_LE(second.longest_wait_us, static_cast<std::int64_t>(TurnPacer::kTurnUsMax));
}

TEST(TurnPacer, VeryManyWaitNoLonger) {
    TurnPacer pacer;
    run(pacer, 500'000);
    const auto second = run(pacer, 500'000, 2 * kSecondUs);
    EXPECT_NEAR(static_cast<double>(second.turns), 1'000, 100);
    EXPECT_LE(second.longest_wait_us, static_cast<std::int64_t>(TurnPacer::kTurnUsMax));
}

TEST(TurnPacer, AFewTurnsFollowEachOtherAtOnce) {
    TurnPacer pacer;
    for (int i = 0; i < TurnPacer::kBurst; ++i) EXPECT_EQ(pacer.begin_turn(kSecondUs + i, 1), 0) << i;
}

TEST(TurnPacer, WhatWasBusyBeforeAPauseIsForgotten) {
    TurnPacer pacer;
    run(pacer, 100'000);
    EXPECT_EQ(pacer.begin_turn(10 * kSecondUs, 0), 0);
    const auto second = run(pacer, 1'000, 11 * kSecondUs);
    EXPECT_EQ(second.longest_wait_us, 0);
}

}  // namespace
}  // namespace longwire
