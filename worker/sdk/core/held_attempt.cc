#include "worker/sdk/core/held_attempt.h"

#include <algorithm>

#include "protocol/topic.h"

namespace longwire::worker {

AttemptId HeldAttempts::add(const link::AttemptRef& ref) {
    HeldAttempt held;
    held.realm = ref.realm;
    held.task = ref.task;
    held.attempt = ref.attempt;
    held.path = topic_path(ref.realm, task_topic(ref.task));
    held_.emplace(++last_id_, std::move(held));
    return last_id_;
}

HeldAttempt* HeldAttempts::find(AttemptId id) {
    const auto found = held_.find(id);
    return found == held_.end() ? nullptr : &found->second;
}

AttemptId HeldAttempts::id_of(const link::AttemptRef& ref) const {
    const auto found = std::find_if(held_.begin(), held_.end(), [&](const auto& entry) {
        const auto& held = entry.second;
        return held.attempt == ref.attempt && held.task == ref.task && held.realm == ref.realm;
    });
    return found == held_.end() ? 0 : found->first;
}

AttemptId HeldAttempts::id_of_task(std::string_view realm, std::string_view task) const {
    const auto found = std::find_if(held_.begin(), held_.end(), [&](const auto& entry) {
        return entry.second.task == task && entry.second.realm == realm;
    });
    return found == held_.end() ? 0 : found->first;
}

std::size_t HeldAttempts::running() const {
    return static_cast<std::size_t>(std::count_if(held_.begin(), held_.end(), [](const auto& entry) {
        return entry.second.stage == HeldAttempt::Stage::running;
    }));
}

}  // namespace longwire::worker
