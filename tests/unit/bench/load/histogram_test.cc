#include "bench/load/histogram.h"

#include <gtest/gtest.h>

namespace longwire::load {
namespace {

TEST(LoadHistogram, AnEmptyOneSaysZero) {
    const Histogram histogram;
    EXPECT_EQ(histogram.percentile(.5), 0);
    EXPECT_EQ(histogram.longest(), 0);
}

TEST(LoadHistogram, SmallTimesAreExact) {
    Histogram histogram;
    for (int ns = 1; ns <= 60; ++ns) histogram.add(ns);
    EXPECT_EQ(histogram.percentile(.5), 30);
    EXPECT_EQ(histogram.percentile(1), 60);
    EXPECT_EQ(histogram.count(), 60U);
}

TEST(LoadHistogram, APercentileIsNoMoreThanA64thTooHigh) {
    for (std::int64_t ns = 1; ns < std::int64_t{1} << 60; ns += ns / 5 + 1) {
        Histogram histogram;
        histogram.add(ns);
        histogram.add(2 * ns);
        EXPECT_GE(histogram.percentile(.5), ns);
        EXPECT_LE(histogram.percentile(.5), ns + ns / 64) << ns;
    }
}

TEST(LoadHistogram, NoPercentileExceedsTheLongest) {
    Histogram histogram;
    histogram.add(1'000'003);
    EXPECT_EQ(histogram.percentile(.99), 1'000'003);
}

TEST(LoadHistogram, OneInAHundredIsBeyondP99) {
    Histogram histogram;
    for (int i = 0; i < 99; ++i) histogram.add(10);
    histogram.add(1'000);
    EXPECT_EQ(histogram.percentile(.99), 10);
    EXPECT_EQ(histogram.percentile(.995), 1'000);
}

TEST(LoadHistogram, ATimeBeforeItsBeginningCountsAsNone) {
    Histogram histogram;
    histogram.add(-5);
    EXPECT_EQ(histogram.percentile(1), 0);
    EXPECT_EQ(histogram.count(), 1U);
}

}  // namespace
}  // namespace longwire::load
