#include "bench/load/arrivals.h"

#include <algorithm>

namespace longwire::load {

Arrivals::Kind Arrivals::on_event(std::uint64_t number) {
    if (number <= begun_after_) return Kind::stale;
    if (number > newest_) {
        if (number > newest_ + 1) {
            holes_.push_back({newest_ + 1, number - 1});
            if (holes_.size() > kHolesMax) {
                written_off_ += holes_.front().size();
                holes_.erase(holes_.begin());
            }
        }
        newest_ = number;
        return Kind::in_order;
    }
    return fill(number) ? Kind::late : Kind::doubled;
}

bool Arrivals::fill(std::uint64_t number) {
    const auto hole = std::lower_bound(holes_.begin(), holes_.end(), number,
                                       [](const Hole& one, std::uint64_t wanted) { return one.to < wanted; });
    if (hole == holes_.end() || hole->from > number) return false;
    const Hole after{number + 1, hole->to};
    hole->to = number - 1;
    const bool is_left_before = hole->from <= hole->to;
    const bool is_left_after = after.from <= after.to;
    if (is_left_before && is_left_after) {
        holes_.insert(hole + 1, after);
    } else if (is_left_after) {
        *hole = after;
    } else if (!is_left_before) {
        holes_.erase(hole);
    }
    return true;
}

void Arrivals::begin_after(std::uint64_t number) {
    begun_after_ = newest_ = number;
    written_off_ = 0;
    holes_.clear();
}

std::uint64_t Arrivals::missing(std::uint64_t published) const {
    std::uint64_t count = written_off_ + (published > newest_ ? published - newest_ : 0);
    for (const Hole& hole : holes_) count += hole.size();
    return count;
}

}  // namespace longwire::load
