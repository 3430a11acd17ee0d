#pragma once

#include <algorithm>
#include <cstdint>

namespace longwire {

/// How soon a loop may begin its next turn, so that a busy one takes what comes in batches: however little there is to
/// do in a turn, it costs system calls and wake-ups, its own and those of the loops that it feeds.
///
/// A token bucket: `kBurst` turns may follow each other at once, and one more every `kTurnUs`. So a loop with little to
/// do never waits, and none waits longer than `kTurnUs`. Pure; one thread.
class TurnPacer {
  public:
    static constexpr std::int64_t kTurnUs = 250;
    static constexpr std::int64_t kBurst = 4;

    /// How long to wait with the turn that could begin now; it counts as begun then. `now_us` must not go back.
    std::int64_t begin_turn(std::int64_t now_us) {
        const auto begins_us = std::max(now_us, spent_until_us_ - (kBurst - 1) * kTurnUs);
        spent_until_us_ = std::max(spent_until_us_, begins_us) + kTurnUs;
        return begins_us - now_us;
    }

  private:
    std::int64_t spent_until_us_ = 0;  // each turn spends kTurnUs
};

}  // namespace longwire
