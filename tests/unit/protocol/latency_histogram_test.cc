#include "protocol/latency_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace longwire {
namespace {

TEST(LatencyHistogram, IsEmptyAtFirst) {
    const LatencyHistogram histogram;
    EXPECT_EQ(histogram.count(), 0);
    EXPECT_EQ(histogram.percentile(0.5), 0);
    EXPECT_EQ(histogram.max_us(), 0);
}

TEST(LatencyHistogram, IsWithinAnEighthOfTheTruth) {
    std::mt19937_64 random(1);
    LatencyHistogram one;
    LatencyHistogram two;
    std::vector<std::int64_t> all;
    for (int i = 0; i < 10'000; ++i) {
        const auto us = static_cast<std::int64_t>(random() >> (random() % 60 + 4));
        all.push_back(us);
        (i % 2 == 0 ? one : two).add(us);
    }
    one += two;
    std::sort(all.begin(), all.end());
    EXPECT_EQ(one.count(), all.size());
    EXPECT_EQ(one.max_us(), all.back());
    for (const double part : {0.01, 0.5, 0.9, 0.99, 1.0}) {
        const auto exact = all[static_cast<std::size_t>(part * static_cast<double>(all.size())) - 1];
        EXPECT_GE(one.percentile(part), exact) << part;
        EXPECT_LE(one.percentile(part), exact + exact / 8) << part;
    }
}

TEST(LatencyHistogram, ATimeBeforeTheBeginningIsNone) {
    LatencyHistogram histogram;
    histogram.add(-5);
    EXPECT_EQ(histogram.count(), 1);
    EXPECT_EQ(histogram.max_us(), 0);
}

TEST(LatencyHistogram, CountsExactlyBelowAPowerOfTwo) {
    LatencyHistogram histogram;
    for (const std::int64_t us : {0, 1, 127, 128, 129, 255, 256, 4'095, 4'096}) histogram.add(us);
    EXPECT_EQ(histogram.count_below(0), 0);
    EXPECT_EQ(histogram.count_below(128), 3);
    EXPECT_EQ(histogram.count_below(256), 6);
    EXPECT_EQ(histogram.count_below(4'096), 8);
    EXPECT_EQ(histogram.count_below(std::int64_t{1} << 40), 9);
    EXPECT_EQ(histogram.sum_us(), 0 + 1 + 127 + 128 + 129 + 255 + 256 + 4'095 + 4'096);
}

}  // namespace
}  // namespace longwire
