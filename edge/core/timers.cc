#include "edge/core/timers.h"

namespace longwire::edge {

TimerClient::~TimerClient() {
    if (timers_ != nullptr) timers_->cancel(*this);
}

void Timers::set(TimerClient& client, std::int64_t due_us) {
    cancel(client);
    client.timers_ = this;
    client.due_us_ = due_us;
    due_.emplace(due_us, &client);
}

void Timers::cancel(TimerClient& client) {
    if (client.timers_ == nullptr) return;
    due_.erase({client.due_us_, &client});
    running_.erase({client.due_us_, &client});
    client.timers_ = nullptr;
}

void Timers::run(std::int64_t now_us) {
    // Those due now and no more: one whose time is always now would keep the others from theirs.
    while (!due_.empty() && due_.begin()->first <= now_us) running_.insert(due_.extract(due_.begin()));
    while (!running_.empty()) {
        auto* const client = running_.begin()->second;
        cancel(*client);
        client->on_time();
    }
}

std::optional<std::int64_t> Timers::next_us() const {
    if (due_.empty()) return std::nullopt;
    return due_.begin()->first;
}

}  // namespace longwire::edge
