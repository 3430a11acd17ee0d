#include "tests/simulation/schedule.h"

#include <algorithm>
#include <utility>

namespace longwire::simulation {

void Schedule::at(std::int64_t time_us, Action action) {
    heap_.push_back({std::max(time_us, now_us_), ++planned_, std::move(action)});
    std::push_heap(heap_.begin(), heap_.end(), is_later);
}

void Schedule::run_until(std::int64_t time_us) {
    while (!heap_.empty() && heap_.front().time_us <= time_us) {
        std::pop_heap(heap_.begin(), heap_.end(), is_later);
        auto entry = std::move(heap_.back());
        heap_.pop_back();
        now_us_ = entry.time_us;
        entry.action();
    }
    now_us_ = std::max(now_us_, time_us);
}

}  // namespace longwire::simulation
