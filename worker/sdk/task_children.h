#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "worker/sdk/core/worker_session.h"
#include "worker/sdk/doorbell.h"
#include "worker/sdk/waiting_count.h"

namespace longwire::worker {

/// The children of one attempt, between its handler's threads and the worker's loop.
///
/// Bound:  kChildrenMax of them.
/// Thread: as the groups below say.
class TaskChildren {
  public:
    static constexpr std::size_t kChildrenMax = 10'000;

    TaskChildren(AttemptId id, std::shared_ptr<Doorbell> doorbell, std::shared_ptr<AttemptWaiting> waiting)
        : id_(id), doorbell_(std::move(doorbell)), waiting_(std::move(waiting)) {}

    struct Request {
        std::string name;
        std::string fields;  // MessagePack
    };

    // The loop's.

    std::vector<Request> take_requests();
    void tell(const ChildNews& news);

    // The handler's.

    /// Waits until the broker has answered. Without a name the child is counted.
    Result<ChildNews> start(std::string name, std::string fields, const std::stop_token& stop);
    /// Nothing when the time has passed or the task was asked to end. Waits without limit if no timeout is given.
    std::optional<ChildNews> wait_for_end(const std::string& name, std::optional<std::chrono::milliseconds> timeout,
                                          const std::stop_token& stop);

  private:
    const AttemptId id_;
    const std::shared_ptr<Doorbell> doorbell_;
    const std::shared_ptr<AttemptWaiting> waiting_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<Request> requests_;
    std::map<std::string, std::optional<ChildNews>> known_;  // by name; nothing until the first answer
    std::uint64_t counted_ = 0;
};

}  // namespace longwire::worker
