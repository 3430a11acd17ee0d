#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace longwire::load {

/// Times in nanoseconds, in buckets that are at most a 64th wider than their lower end. Pure.
class Histogram {
  public:
    void add(std::int64_t ns);
    void clear() { *this = Histogram(); }

    /// The time that `part` (0 to 1) of all do not exceed, up to the width of a bucket; 0 if there are none.
    std::int64_t percentile(double part) const;
    std::int64_t longest() const { return longest_; }
    std::uint64_t count() const { return count_; }

  private:
    static constexpr unsigned kSubBits = 6;
    static constexpr std::uint64_t kSubs = 1U << kSubBits;
    static std::size_t bucket_of(std::uint64_t ns);
    static std::uint64_t highest_in(std::size_t bucket);

    std::array<std::uint64_t, (64 - kSubBits + 1) << kSubBits> buckets_{};
    std::uint64_t count_ = 0;
    std::int64_t longest_ = 0;
};

}  // namespace longwire::load
