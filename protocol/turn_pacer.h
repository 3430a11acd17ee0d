#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace longwire {

/// How soon a loop may begin its next turn, so that a busy one takes what comes in batches: however little there is to
/// do in a turn, it costs system calls and wake-ups, its own and those of the loops that it feeds.
///
/// The more messages come, the longer a turn: 50 us for each thousand a second, `kTurnUsMax` at most. `kBurst` turns
/// may follow each other at once, so a loop with little to do never waits, and none longer than kTurnUsMax. Pure; one
/// thread.
class TurnPacer {
  public:
    static constexpr double kTurnUsMax = 1'000;
    static constexpr int kBurst = 4;

    /// How long to wait with the turn that could begin now; it counts as begun then. `messages` were taken in the turn
    /// before. `now_us` must not go back.
    std::int64_t begin_turn(std::int64_t now_us, std::size_t messages) {
        count(now_us, messages);
        const auto turn_us = static_cast<std::int64_t>(std::min(rate_per_us_ * kTurnUsPerRate, kTurnUsMax));
        const auto begins_us = std::max(now_us, spent_until_us_ - (kBurst - 1) * turn_us);
        spent_until_us_ = std::max(spent_until_us_, begins_us) + turn_us;
        return std::min(begins_us - now_us, turn_us);
    }

  private:
    static constexpr double kTurnUsPerRate = 50'000;  // for one message each microsecond
    static constexpr double kMemoryUs = 20'000;       // what came so long ago counts for little

    void count(std::int64_t now_us, std::size_t messages) {
        const auto passed_us = static_cast<double>(std::max<std::int64_t>(now_us - counted_us_, 1));
        const auto weight = std::min(passed_us / kMemoryUs, 1.0);
        rate_per_us_ += weight * (static_cast<double>(messages) / passed_us - rate_per_us_);
        counted_us_ = now_us;
    }

    double rate_per_us_ = 0;
    std::int64_t counted_us_ = 0;
    std::int64_t spent_until_us_ = 0;  // each turn spends its time
};

}  // namespace longwire
