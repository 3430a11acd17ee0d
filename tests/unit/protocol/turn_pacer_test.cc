#include "protocol/turn_pacer.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

constexpr auto kTurnUs = TurnPacer::kTurnUs;

TEST(TurnPacer, AFewTurnsFollowEachOtherAtOnce) {
    TurnPacer pacer;
    for (int i = 0; i < TurnPacer::kBurst; ++i) EXPECT_EQ(pacer.begin_turn(1'000'000 + i), 0);
    EXPECT_GT(pacer.begin_turn(1'000'010), 0);
}

TEST(TurnPacer, ABusyLoopTurnsAtItsPace) {
    TurnPacer pacer;
    std::int64_t now_us = 5'000'000;
    const auto start_us = now_us;
    constexpr int kTurns = 1000;
    for (int i = 0; i < kTurns; ++i) now_us += pacer.begin_turn(now_us) + 1;
    EXPECT_NEAR(static_cast<double>(now_us - start_us), kTurnUs * (kTurns - TurnPacer::kBurst), kTurnUs);
}

TEST(TurnPacer, NoneWaitsLongerThanATurn) {
    TurnPacer pacer;
    std::int64_t now_us = 1'000'000;
    for (int i = 0; i < 100; ++i) {
        const auto delay_us = pacer.begin_turn(now_us);
        EXPECT_GE(delay_us, 0);
        EXPECT_LE(delay_us, kTurnUs);
        now_us += delay_us;
    }
}

TEST(TurnPacer, WhoHasLittleToDoNeverWaits) {
    TurnPacer pacer;
    for (std::int64_t i = 0; i < 1000; ++i) EXPECT_EQ(pacer.begin_turn(1'000'000 + i * kTurnUs), 0);
}

TEST(TurnPacer, APauseIsNotSavedUp) {
    TurnPacer pacer;
    EXPECT_EQ(pacer.begin_turn(0), 0);
    for (int i = 0; i < TurnPacer::kBurst; ++i) EXPECT_EQ(pacer.begin_turn(60'000'000), 0);
    EXPECT_EQ(pacer.begin_turn(60'000'000), kTurnUs);
}

}  // namespace
}  // namespace longwire
