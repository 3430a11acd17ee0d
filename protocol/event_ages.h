#pragma once

#include <cstdint>

#include "protocol/latency_histogram.h"

namespace longwire {

/// How old events were when they came by one place of their way: since the start, and lately. An event's age counts
/// from the time that it carries, by the clock of whoever made it; so it is as exact as the machines' clocks agree.
///
/// Time:    `now_us` never falls; tick() at least every few seconds.
/// Thread:  one at a time.
class EventAges {
  public:
    static constexpr std::int64_t kPeriodUs = 5'000'000;

    void add(std::int64_t age_us) { current_.add(age_us); }

    void tick(std::int64_t now_us) {
        if (began_us_ == 0) began_us_ = now_us;
        if (now_us - began_us_ < kPeriodUs) return;
        began_us_ = now_us;
        past_ += current_;
        before_ = current_;
        current_ = {};
    }

    EventAges& operator+=(const EventAges& other) {
        past_ += other.past_;
        before_ += other.before_;
        current_ += other.current_;
        return *this;
    }

    /// Those of the last one or two periods.
    LatencyHistogram recent() const { return LatencyHistogram(before_) += current_; }
    LatencyHistogram all() const { return LatencyHistogram(past_) += current_; }

  private:
    std::int64_t began_us_ = 0;
    LatencyHistogram past_;  // all before `current_`
    LatencyHistogram before_;
    LatencyHistogram current_;
};

}  // namespace longwire
