#include "edge/dialects/tasks/seats.h"

namespace longwire::edge::tasks {

std::unique_ptr<Seats::Seat> Seats::take(const std::string& task, std::size_t most) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = taken_.find(task);
        if ((found == taken_.end() ? 0 : found->second) >= most) return nullptr;
        ++taken_[task];
    }
    return std::make_unique<Seat>(shared_from_this(), task);
}

void Seats::give_back(const std::string& task) {
    const std::lock_guard lock(mutex_);
    const auto found = taken_.find(task);
    if (--found->second == 0) taken_.erase(found);
}

}  // namespace longwire::edge::tasks
