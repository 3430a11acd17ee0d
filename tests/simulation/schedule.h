#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace longwire::simulation {

/// Virtual time, and what is due in it. Things due at the same time happen in the order in which they were planned.
class Schedule {
  public:
    using Action = std::function<void()>;

    /// Microseconds since the beginning of the story.
    const std::int64_t& now_us() const { return now_us_; }

    void at(std::int64_t time_us, Action action);
    void in(std::int64_t delay_us, Action action) { at(now_us_ + delay_us, std::move(action)); }

    /// Lets everything happen that is due until then.
    void run_until(std::int64_t time_us);

  private:
    struct Entry {
        std::int64_t time_us = 0;
        std::uint64_t number = 0;
        Action action;
    };
    static bool is_later(const Entry& a, const Entry& b) {
        return a.time_us != b.time_us ? a.time_us > b.time_us : a.number > b.number;
    }

    std::vector<Entry> heap_;
    std::uint64_t planned_ = 0;
    std::int64_t now_us_ = 0;
};

}  // namespace longwire::simulation
