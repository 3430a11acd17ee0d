#include "bench/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace longwire::load {

/// The first kSubs buckets are one wide each; then come kSubs for every doubling.
std::size_t Histogram::bucket_of(std::uint64_t ns) {
    if (ns < kSubs) return ns;
    const auto doublings = static_cast<unsigned>(std::bit_width(ns)) - 1 - kSubBits;
    return ((doublings + std::size_t{1}) << kSubBits) + ((ns >> doublings) - kSubs);
}

std::uint64_t Histogram::highest_in(std::size_t bucket) {
    if (bucket < kSubs) return bucket;
    const auto doublings = (bucket >> kSubBits) - 1;
    const std::uint64_t lowest = (kSubs + bucket % kSubs) << doublings;
    return lowest + ((std::uint64_t{1} << doublings) - 1);
}

void Histogram::add(std::int64_t ns) {
    ns = std::max<std::int64_t>(ns, 0);
    ++buckets_[bucket_of(static_cast<std::uint64_t>(ns))];
    ++count_;
    longest_ = std::max(longest_, ns);
}

std::int64_t Histogram::percentile(double part) const {
    const auto wanted = static_cast<std::uint64_t>(std::max(1.0, std::ceil(part * static_cast<double>(count_))));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size() && count_ > 0; ++i) {
        seen += buckets_[i];
        if (seen >= wanted) {
            return static_cast<std::int64_t>(std::min(highest_in(i), static_cast<std::uint64_t>(longest_)));
        }
    }
    return longest_;
}

}  // namespace longwire::load
