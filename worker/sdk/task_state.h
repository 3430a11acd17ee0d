#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "worker/sdk/core/worker_session.h"
#include "worker/sdk/event_buffer.h"
#include "worker/sdk/task_children.h"
#include "worker/sdk/waiting_count.h"

namespace longwire::worker {

/// What the handler's thread and the worker's loop share of one attempt.
///
/// Bound:  inputs the handler has not asked for yet, kInputBytesMax; one that doesn't fit is dropped, with a `log` on
///         the task's topic that says so.
/// Thread: as the groups below say; `start` and `when_full` are never changed.
class TaskState {
  public:
    TaskState(StartAttempt assignment, std::size_t buffer_bytes_max, WhenFull when_full_by_default,
              std::shared_ptr<Doorbell> doorbell, std::shared_ptr<AttemptWaiting> waiting);

    const StartAttempt start;
    const WhenFull when_full;
    EventBuffer events;
    TaskChildren children;

    // The loop's.

    void give_input(std::uint64_t offset, std::string data);
    void ask_to_end(const std::string& reason);
    /// As above, and takes no more events.
    void revoke(const std::string& reason);

    // The handler's.

    std::stop_token stop_token() const { return stop_.get_token(); }
    std::string stop_reason() const;
    bool sleep_for(std::chrono::milliseconds time);
    bool has_input() const;
    /// Waits without limit if no timeout is given. MessagePack.
    std::optional<std::string> wait_input(std::optional<std::chrono::milliseconds> timeout);

    static constexpr std::size_t kInputBytesMax = 4 << 20;

  private:
    const std::shared_ptr<AttemptWaiting> waiting_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<std::string> inputs_;
    std::size_t input_bytes_ = 0;
    std::string stop_reason_;
    std::stop_source stop_;
};

}  // namespace longwire::worker
