#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "protocol/durability.h"
#include "protocol/endpoints.h"
#include "worker/sdk/kind_description.h"
#include "worker/sdk/task.h"

namespace longwire {

struct WorkerOptions {
    /// The broker's two endpoints for workers.
    std::string broker_events = kEventsEndpoint;
    std::string broker_link = kWorkersEndpoint;

    /// This worker's name, unique in the cluster. Empty: "worker-" and random letters.
    std::string name;
    /// Name and version, for people.
    std::string program;

    /// How many tasks run at once, each on a thread of its own.
    std::uint32_t capacity = 4;
    /// How many more may wait for an input or for children, on a thread of their own likewise: those take no capacity.
    std::uint32_t waiting_max = 1'000;

    /// What emit() does when it can't take an event now; a call of emit() can say otherwise.
    WhenFull when_full = WhenFull::wait;
    /// Bounds of the events not yet acknowledged by the broker: those of the whole worker that were numbered, and those
    /// of each task before that. Beyond the second emit() waits or returns would_block.
    std::size_t window_bytes = 8 << 20;
    std::size_t task_buffer_bytes = 1 << 20;

    /// When draining: how long running tasks have to end before they are handed back to the broker, how long then the
    /// broker has to acknowledge the last events, and how long handlers have to return.
    std::int64_t drain_grace_ms = 30'000;
    std::int64_t drain_commit_ms = 30'000;
    std::int64_t stop_patience_ms = 5'000;

    /// SIGTERM and SIGINT drain; the second one ends run() at once.
    bool drain_on_signals = true;

    /// Called once, by run()'s thread, when the broker has first welcomed this worker.
    std::function<void()> on_ready = {};
};

namespace worker {
class WorkerLoop;
}

/// A process's membership of a Longwire cluster: takes tasks of the kinds it serves and publishes their events, exactly
/// once and in order, through lost connections and restarts of the broker.
///
///     #include "worker/sdk/worker.h"
///
///     int main() {
///         longwire::WorkerOptions options;
///         options.name = "greeter-1";
///         longwire::Worker worker(options);
///         worker.serve("greet", [](longwire::Task& task) -> longwire::TaskResult {
///             const auto* name = task.input().is_object() ? task.input().as_object().if_contains("name") : nullptr;
///             if (name == nullptr) return longwire::TaskResult::failed("bad_input", "whom to greet?");
///             for (int step = 1; step <= 3; ++step) {
///                 if (!task.sleep_for(std::chrono::seconds(1))) return longwire::TaskResult::cancelled();
///                 task.progress(step / 3.0, "thinking");
///             }
///             auto text = task.text("greeting");
///             text.write("Hello, ");
///             text.write(name->as_string());
///             text.done();
///             return longwire::TaskResult::completed({{"greeted", *name}});
///         });
///         return worker.run();
///     }
///
/// A handler that throws fails its task with code "exception", to be tried again; if the task has been asked to end, it
/// counts as cancelled.
class Worker {
  public:
    using Handler = std::function<TaskResult(Task& task)>;

    explicit Worker(WorkerOptions options);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Before run(). Handlers of several tasks run at once. A kind that is no name, or is served already, throws
    /// std::invalid_argument, and so does a description that is too large or no JSON.
    Worker& serve(std::string kind, Handler handler, const KindDescription& description = {});

    /// Works until drained. Returns the program's exit status: 0 when drained and everything is acknowledged; 1 when
    /// the endpoints can't be used, the broker refuses this worker, the drain ran out of time, or a second signal came.
    ///
    /// A handler that does not return when asked to end is abandoned: the process should then end.
    int run();

    /// Begins to drain, as SIGTERM does. Any thread, before or during run().
    void drain();

    const std::string& name() const;

    /// What the events survive that the broker has acknowledged last; nothing before the first. Any thread.
    std::optional<Durability> durability() const;

  private:
    std::unique_ptr<worker::WorkerLoop> loop_;
};

}  // namespace longwire
