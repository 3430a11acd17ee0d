#pragma once

#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "unit/worker/fake_broker.h"
#include "worker/sdk/worker.h"

namespace longwire::testing {

/// A worker on a thread of its own beside a FakeBroker; drained and joined at the end.
class RunningWorker {
  public:
    RunningWorker(const FakeBroker& broker, const std::function<void(Worker&)>& serve, WorkerOptions options = {})
        : worker_(complete(std::move(options), broker)) {
        serve(worker_);
        thread_ = std::thread([this] { status_ = worker_.run(); });
    }
    ~RunningWorker() { end(); }

    /// Drains and waits for the exit status.
    int end() {
        worker_.drain();
        return join();
    }
    int join() {
        if (thread_.joinable()) thread_.join();
        return status_;
    }
    Worker& operator*() { return worker_; }

  private:
    static WorkerOptions complete(WorkerOptions options, const FakeBroker& broker) {
        options.broker_events = broker.events_endpoint();
        options.broker_link = broker.link_endpoint();
        options.drain_on_signals = false;
        return options;
    }

    Worker worker_;
    std::thread thread_;
    int status_ = -1;
};

inline bool welcomed(FakeBroker& broker) {
    return broker.wait_until([](const auto& seen) { return seen.hellos > 0; });
}

/// Conditions for FakeBroker::wait_until().
inline auto ended(const std::string& task) {
    return [task](const FakeBroker::Seen& seen) {
        const auto types = FakeBroker::types_of(seen, task);
        return !types.empty() &&
               (types.back() == "task.completed" || types.back() == "task.failed" || types.back() == "task.cancelled");
    };
}

inline auto has_types(const std::string& task, std::size_t count) {
    return [=](const FakeBroker::Seen& seen) { return FakeBroker::types_of(seen, task).size() >= count; };
}

}  // namespace longwire::testing
