#include "worker/sdk/task_children.h"

#include <utility>

namespace longwire::worker {

std::vector<TaskChildren::Request> TaskChildren::take_requests() {
    const std::lock_guard lock(mutex_);
    return std::exchange(requests_, {});
}

void TaskChildren::tell(const ChildNews& news) {
    const std::lock_guard lock(mutex_);
    known_[news.name] = news;
    changed_.notify_all();
}

Result<ChildNews> TaskChildren::start(std::string name, std::string fields, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (name.empty()) name = "#" + std::to_string(++counted_);
    const auto [known, is_new] = known_.try_emplace(name);
    // A refused one may be asked for again; one that is there is not asked for twice.
    const bool must_ask = is_new || (known->second && known->second->refused);
    if (must_ask) {
        if (known_.size() > kChildrenMax) {
            known_.erase(known);
            return Error{Errc::too_many, "a task can start " + std::to_string(kChildrenMax) + " children", "name"};
        }
        known->second.reset();
        requests_.push_back({name, std::move(fields)});
        doorbell_->ring(id_);
    }
    const auto& news = known->second;
    const bool is_answered = waiting_->wait(changed_, lock, stop, std::nullopt, [&news] { return news.has_value(); });
    if (!is_answered) return Error{Errc::unavailable, "the task was asked to end"};
    if (news->refused) return *news->refused;
    return *news;
}

std::optional<ChildNews> TaskChildren::wait_for_end(const std::string& name,
                                                    std::optional<std::chrono::milliseconds> timeout,
                                                    const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const auto& known = known_[name];
    const auto has_ended = [&] { return known && known->has_ended(); };
    return waiting_->wait(changed_, lock, stop, timeout, has_ended) ? known : std::nullopt;
}

}  // namespace longwire::worker
