#pragma once

#include <algorithm>
#include <cstdint>

namespace longwire::cli {

/// Delays that double from `first_ms` up to `most_ms`, until reset.
class Backoff {
  public:
    Backoff(std::int64_t first_ms, std::int64_t most_ms) : first_ms_(first_ms), most_ms_(most_ms) {}

    std::int64_t next_ms() {
        const std::int64_t delay = next_ms_ == 0 ? first_ms_ : next_ms_;
        next_ms_ = std::min(delay * 2, most_ms_);
        return delay;
    }

    void reset() { next_ms_ = 0; }

  private:
    std::int64_t first_ms_;
    std::int64_t most_ms_;
    std::int64_t next_ms_ = 0;
};

/// Between half of the delay and all of it, so that many who were cut off together do not come back together.
inline std::int64_t with_jitter(std::int64_t delay_ms, std::uint64_t random) {
    const std::int64_t half = delay_ms / 2;
    return half + static_cast<std::int64_t>(random % static_cast<std::uint64_t>(delay_ms - half + 1));
}

}  // namespace longwire::cli
