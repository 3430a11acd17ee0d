#include "bench/load/arrivals.h"

#include <gtest/gtest.h>

namespace longwire::load {
namespace {

using Kind = Arrivals::Kind;

TEST(LoadArrivals, NothingIsMissingOfWhatCameInOrder) {
    Arrivals arrivals;
    for (std::uint64_t number = 1; number <= 5; ++number) EXPECT_EQ(arrivals.on_event(number), Kind::in_order);
    EXPECT_EQ(arrivals.missing(5), 0U);
    EXPECT_EQ(arrivals.missing(7), 2U);
}

TEST(LoadArrivals, TheSameAgainIsDoubled) {
    Arrivals arrivals;
    arrivals.on_event(1);
    EXPECT_EQ(arrivals.on_event(1), Kind::doubled);
    EXPECT_EQ(arrivals.missing(1), 0U);
}

TEST(LoadArrivals, AHoleIsMissingUntilItIsFilled) {
    Arrivals arrivals;
    arrivals.on_event(1);
    EXPECT_EQ(arrivals.on_event(6), Kind::in_order);
    EXPECT_EQ(arrivals.missing(6), 4U);
    for (const std::uint64_t number : {3U, 2U, 5U, 4U}) {
        EXPECT_EQ(arrivals.on_event(number), Kind::late) << number;
        EXPECT_EQ(arrivals.on_event(number), Kind::doubled) << number;
    }
    EXPECT_EQ(arrivals.missing(6), 0U);
}

TEST(LoadArrivals, WhatWasBeforeTheBeginningIsStale) {
    Arrivals arrivals;
    arrivals.on_event(1);
    arrivals.on_event(4);
    arrivals.begin_after(10);
    EXPECT_EQ(arrivals.missing(10), 0U);
    EXPECT_EQ(arrivals.on_event(3), Kind::stale);
    EXPECT_EQ(arrivals.on_event(12), Kind::in_order);
    EXPECT_EQ(arrivals.missing(12), 1U);
}

TEST(LoadArrivals, HolesThatAreWrittenOffStayMissing) {
    constexpr std::uint64_t kHoles = 5'000;
    Arrivals arrivals;
    for (std::uint64_t i = 1; i <= kHoles; ++i) arrivals.on_event(2 * i);
    EXPECT_EQ(arrivals.missing(2 * kHoles), kHoles);
    EXPECT_EQ(arrivals.on_event(1), Kind::doubled);
    EXPECT_EQ(arrivals.on_event(2 * kHoles - 1), Kind::late);
    EXPECT_EQ(arrivals.missing(2 * kHoles), kHoles - 1);
}

}  // namespace
}  // namespace longwire::load
