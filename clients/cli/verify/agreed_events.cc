#include "clients/cli/verify/agreed_events.h"

#include <algorithm>
#include <functional>

namespace longwire::cli {

bool AgreedEvents::agrees(const std::string& log, std::uint64_t offset, std::string_view event) {
    if (offset > kEventsMax) return true;
    const auto hash = std::hash<std::string_view>{}(event) | 1U;
    const std::lock_guard lock(mutex_);
    // From the newest on: watchers who lag still see the log before it.
    auto found = std::find_if(logs_.rbegin(), logs_.rend(), [&](const Log& other) { return other.name == log; });
    if (found == logs_.rend()) {
        logs_.push_back({log, {}});
        if (logs_.size() > kLogsMax) logs_.pop_front();
        found = logs_.rbegin();
    }
    auto& hashes = found->hashes;
    if (hashes.size() <= offset) hashes.resize(offset * 2 + 1);
    auto& known = hashes[offset];
    if (known == 0) known = hash;
    return known == hash;
}

}  // namespace longwire::cli
