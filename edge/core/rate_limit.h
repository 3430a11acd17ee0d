#pragma once

#include <algorithm>
#include <cstdint>

namespace longwire::edge {

/// A token bucket: `per_second` on average, `burst` at once. Time is handed in.
class RateLimit {
  public:
    RateLimit(double per_second, double burst, std::int64_t now_us)
        : per_second_(per_second), burst_(burst), tokens_(burst), filled_us_(now_us) {}

    bool take(std::int64_t now_us) {
        tokens_ = std::min(burst_, tokens_ + static_cast<double>(now_us - filled_us_) * per_second_ / 1e6);
        filled_us_ = now_us;
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }

    std::int64_t retry_after_ms() const { return static_cast<std::int64_t>((1 - tokens_) / per_second_ * 1000) + 1; }

  private:
    double per_second_;
    double burst_;
    double tokens_;
    std::int64_t filled_us_;
};

}  // namespace longwire::edge
