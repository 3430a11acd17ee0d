#include "edge/core/missed_events.h"

#include <algorithm>

namespace longwire::edge {

void MissedEvents::note(std::string_view topic, std::uint64_t epoch, std::uint64_t from, std::uint64_t to) {
    const auto found = ranges_.find(topic);
    if (found == ranges_.end()) {
        if (ranges_.size() == kTopicsMax) {
            has_more_ = true;
        } else {
            ranges_.emplace(topic, Range{epoch, from, to});
        }
        return;
    }
    auto& range = found->second;
    if (range.epoch != 0 && epoch != 0 && range.epoch != epoch) {
        has_more_ = true;  // of the older epoch
        range = {epoch, from, to};
        return;
    }
    range.epoch = std::max(range.epoch, epoch);
    range.from = std::min(range.from, from);
    range.to = std::max(range.to, to);
}

}  // namespace longwire::edge
