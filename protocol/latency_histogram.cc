#include "protocol/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace longwire {

std::size_t LatencyHistogram::bucket_of(std::uint64_t us) {
    constexpr std::uint64_t kSubs = 1U << kSubBits;
    if (us < kSubs) return us;
    const auto shift = static_cast<unsigned>(std::bit_width(us)) - 1 - kSubBits;
    return ((shift + 1) << kSubBits) + ((us >> shift) & (kSubs - 1));
}

std::uint64_t LatencyHistogram::highest_in(std::size_t bucket) {
    constexpr std::uint64_t kSubs = 1U << kSubBits;
    if (bucket < kSubs) return bucket;
    const auto shift = (bucket >> kSubBits) - 1;
    const auto lowest = (kSubs + (bucket & (kSubs - 1))) << shift;
    return lowest + (std::uint64_t{1} << shift) - 1;
}

void LatencyHistogram::add(std::int64_t us) {
    us = std::max<std::int64_t>(us, 0);
    ++buckets_[bucket_of(static_cast<std::uint64_t>(us))];
    ++count_;
    sum_us_ += static_cast<std::uint64_t>(us);
    max_us_ = std::max(max_us_, us);
}

LatencyHistogram& LatencyHistogram::operator+=(const LatencyHistogram& other) {
    for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    sum_us_ += other.sum_us_;
    max_us_ = std::max(max_us_, other.max_us_);
    return *this;
}

std::int64_t LatencyHistogram::percentile(double part) const {
    const auto wanted = std::max(1.0, std::ceil(part * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size() && count_ > 0; ++i) {
        seen += buckets_[i];
        if (static_cast<double>(seen) >= wanted) return std::min(max_us_, static_cast<std::int64_t>(highest_in(i)));
    }
    return max_us_;
}

std::uint64_t LatencyHistogram::count_below(std::int64_t us) const {
    if (us <= 0) return 0;
    std::uint64_t count = 0;
    const auto end = bucket_of(static_cast<std::uint64_t>(us));
    for (std::size_t i = 0; i < end; ++i) count += buckets_[i];
    return count;
}

}  // namespace longwire
