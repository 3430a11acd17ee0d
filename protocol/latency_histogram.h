#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace longwire {

/// Times in microseconds, kept in buckets that are at most an eighth wider than their lower end (the form of
/// HdrHistogram, http://hdrhistogram.org). Pure; 4 KiB.
class LatencyHistogram {
  public:
    /// A time below 0, of clocks that differ, counts as 0.
    void add(std::int64_t us);
    LatencyHistogram& operator+=(const LatencyHistogram& other);

    /// The time that `part` (0 to 1) of all do not exceed, up to the width of a bucket; 0 if there are none.
    std::int64_t percentile(double part) const;

    /// How many are below a time. Exact where that is a power of two, and elsewhere up to the width of a bucket.
    std::uint64_t count_below(std::int64_t us) const;

    std::int64_t max_us() const { return max_us_; }
    std::uint64_t sum_us() const { return sum_us_; }
    std::uint64_t count() const { return count_; }

  private:
    static constexpr unsigned kSubBits = 3;
    static std::size_t bucket_of(std::uint64_t us);
    static std::uint64_t highest_in(std::size_t bucket);

    std::array<std::uint64_t, (64 - kSubBits + 1) << kSubBits> buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t sum_us_ = 0;
    std::int64_t max_us_ = 0;
};

}  // namespace longwire
