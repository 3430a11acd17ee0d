#include "worker/sdk/task_state.h"

#include "protocol/event_types.h"
#include "protocol/msgpack_writer.h"
#include "protocol/node/clock.h"

namespace longwire::worker {

TaskState::TaskState(StartAttempt assignment, std::size_t buffer_bytes_max, WhenFull when_full_by_default,
                     std::shared_ptr<Doorbell> doorbell, std::shared_ptr<AttemptWaiting> waiting)
    : start(std::move(assignment)),
      when_full(when_full_by_default),
      events(start.id, buffer_bytes_max, doorbell),
      children(start.id, std::move(doorbell), waiting),
      waiting_(std::move(waiting)) {}

void TaskState::give_input(std::uint64_t offset, std::string data) {
    {
        const std::lock_guard lock(mutex_);
        if (input_bytes_ + data.size() <= kInputBytesMax) {
            input_bytes_ += data.size();
            inputs_.push_back(std::move(data));
            changed_.notify_all();
            return;
        }
    }
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(2);
    writer.field("level", "warn");
    writer.field("message", "input at offset " + std::to_string(offset) +
                                " was dropped: the handler doesn't take its inputs as fast as they come");
    // The loop must not wait for itself: when the event buffer is full as well, the log line is what gives way.
    events.push({event_type::kLog, payload, now_us(), false}, WhenFull::would_block);
}

void TaskState::ask_to_end(const std::string& reason) {
    {
        const std::lock_guard lock(mutex_);
        if (stop_reason_.empty()) stop_reason_ = reason;
    }
    stop_.request_stop();
}

void TaskState::revoke(const std::string& reason) {
    events.close();
    ask_to_end(reason);
}

std::string TaskState::stop_reason() const {
    const std::lock_guard lock(mutex_);
    return stop_reason_;
}

bool TaskState::sleep_for(std::chrono::milliseconds time) {
    const auto stop = stop_token();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

bool TaskState::has_input() const {
    const std::lock_guard lock(mutex_);
    return !inputs_.empty();
}

std::optional<std::string> TaskState::wait_input(std::optional<std::chrono::milliseconds> timeout) {
    const auto ready = [this] { return !inputs_.empty(); };
    const auto stop = stop_token();
    std::unique_lock lock(mutex_);
    if (!waiting_->wait(changed_, lock, stop, timeout, ready) || stop.stop_requested()) return std::nullopt;
    auto input = std::move(inputs_.front());
    inputs_.pop_front();
    input_bytes_ -= input.size();
    return input;
}

}  // namespace longwire::worker
