#pragma once

#include <array>
#include <cstdint>

namespace longwire::cli {

/// Times in microseconds, kept in buckets that are at most an eighth wider than their lower end (the form of
/// HdrHistogram, http://hdrhistogram.org). Pure.
class LatencyHistogram {
  public:
    void add(std::int64_t us);
    LatencyHistogram& operator+=(const LatencyHistogram& other);

    /// The time that `part` (0 to 1) of all do not exceed, up to the width of a bucket; 0 if there are none.
    std::int64_t percentile(double part) const;
    std::int64_t max_us() const { return max_us_; }
    std::uint64_t count() const { return count_; }

  private:
    static constexpr unsigned kSubBits = 3;
    static std::size_t bucket_of(std::uint64_t us);
    static std::uint64_t highest_in(std::size_t bucket);

    std::array<std::uint64_t, (64 - kSubBits + 1) << kSubBits> buckets_{};
    std::uint64_t count_ = 0;
    std::int64_t max_us_ = 0;
};

}  // namespace longwire::cli
