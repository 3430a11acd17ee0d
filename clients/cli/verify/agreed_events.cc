#include "clients/cli/verify/agreed_events.h"

#include <functional>

namespace longwire::cli {

bool AgreedEvents::agrees(const std::string& epoch, std::uint64_t offset, std::string_view event) {
    const auto hash = std::hash<std::string_view>{}(event) | 1U;
    const std::lock_guard lock(mutex_);
    if (epoch != epoch_) {
        epoch_ = epoch;
        hashes_.clear();
    }
    if (hashes_.size() <= offset) hashes_.resize(offset * 2 + 1);
    auto& known = hashes_[offset];
    if (known == 0) known = hash;
    return known == hash;
}

}  // namespace longwire::cli
