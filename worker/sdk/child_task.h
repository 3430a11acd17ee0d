#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "protocol/command.h"

namespace longwire {

namespace worker {
class TaskState;
}

/// How a child is started; as in the client protocol's `start`.
struct ChildOptions {
    /// What the parent calls it by, of 1 to 128 bytes: a run of the parent has one child of each name, so that an
    /// attempt that asks again is led to the one that is there. Empty: children are counted in the order they are asked
    /// for, which must then be the same in each attempt.
    std::string name = {};
    std::int64_t timeout_ms = 0;  // 0: none
    std::int64_t ttl_ms = 0;      // 0: none
    std::int64_t delay_ms = 0;
    std::int32_t max_attempts = 3;
    std::int32_t priority = 0;
    Concurrency concurrency = {};
};

/// How a child's run ended.
struct ChildEnd {
    std::string state;  // COMPLETED, FAILED, CANCELLED or EXPIRED
    boost::json::value result;
    boost::json::value error;  // {code, message, details}

    bool is_completed() const { return state == "COMPLETED"; }
};

/// A task that another has started. Valid as long as the parent's Task. Thread: any.
class ChildTask {
  public:
    ChildTask(worker::TaskState& state, std::string name, std::string id)
        : state_(&state), name_(std::move(name)), id_(std::move(id)) {}

    const std::string& id() const { return id_; }

    /// Waits for its end. Nothing when `timeout` has passed or the parent was asked to end.
    std::optional<ChildEnd> wait(std::chrono::milliseconds timeout) const;
    /// The same without a limit.
    std::optional<ChildEnd> wait() const;

  private:
    worker::TaskState* state_;
    std::string name_;
    std::string id_;
};

}  // namespace longwire
