#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "bench/load/clock.h"

namespace longwire::load {

/// When the events of a steady rate are due. Pure.
class Pace {
  public:
    /// `per_s` events a second from `begin_ns` on, `count` in all.
    Pace(std::int64_t begin_ns, double per_s, std::uint64_t count)
        : begin_ns_(begin_ns), interval_ns_(static_cast<double>(kNsPerS) / per_s), count_(count) {}

    bool is_over() const { return given_ == count_; }
    std::uint64_t left() const { return count_ - given_; }
    /// When the next one is due. Only if it is not over.
    std::int64_t next_ns() const { return begin_ns_ + std::llround(static_cast<double>(given_) * interval_ns_); }
    bool is_due(std::int64_t now_ns) const { return !is_over() && next_ns() <= now_ns; }
    void give() { ++given_; }

    /// When to look again: what is due within this time goes out together, as it would from many publishers.
    std::int64_t wake_ns(std::int64_t last_look_ns) const {
        constexpr std::int64_t kTogetherNs = 100'000;
        return std::max(next_ns(), last_look_ns + kTogetherNs);
    }

  private:
    std::int64_t begin_ns_;
    double interval_ns_;
    std::uint64_t count_;
    std::uint64_t given_ = 0;
};

}  // namespace longwire::load
