#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/node/signals.h"
#include "protocol/zmq/socket.h"
#include "worker/sdk/core/worker_session.h"
#include "worker/sdk/event_buffer.h"
#include "worker/sdk/kind_descriptions.h"
#include "worker/sdk/task_state.h"
#include "worker/sdk/task_threads.h"
#include "worker/sdk/worker.h"

namespace longwire::worker {

/// The shell around a WorkerSession: sockets, threads and the clock. It carries messages and obeys orders; what they
/// mean is the session's affair.
///
/// Thread: run() on one; request_drain() and durability() from any.
class WorkerLoop {
  public:
    explicit WorkerLoop(WorkerOptions options);

    const std::string& name() const { return options_.name; }
    void serve(const std::string& kind, Worker::Handler handler, const KindDescription& description);
    int run();
    void request_drain();
    std::optional<Durability> durability() const { return durability_; }

  private:
    struct Running {
        std::shared_ptr<TaskState> state;
        EventBatch batch;  // taken from the state, not all numbered yet
    };

    struct Sockets {
        zmq::socket_t events;
        zmq::socket_t link;
    };

    Result<Sockets> connect(zmq::context_t& context);
    int loop(Sockets& sockets);
    void wait(Sockets& sockets);
    void hear_subscriptions(Sockets& sockets);
    void receive(Sockets& sockets);
    bool take_signals();
    void gather_events();
    bool gather_from(AttemptId id);
    void take_from(AttemptId id, Running& running);
    void send(Sockets& sockets);
    bool is_busy() const;

    void obey(const Order& order);
    void obey(const StartAttempt& order);
    void obey(const CancelAttempt& order);
    void obey(const RevokedAttempt& order);
    void obey(const GiveInput& order);
    void obey(const ChildNews& order);
    void obey(const Notice& order);

    WorkerOptions options_;
    std::map<std::string, std::shared_ptr<const Worker::Handler>> handlers_;
    KindDescriptions descriptions_;
    std::shared_ptr<Doorbell> doorbell_ = std::make_shared<Doorbell>();
    std::shared_ptr<WaitingCount> waiting_ = std::make_shared<WaitingCount>(doorbell_);
    std::atomic<bool> drain_requested_{false};
    std::atomic<std::optional<Durability>> durability_{std::nullopt};

    std::optional<Signals> signals_;
    std::optional<WorkerSession> session_;
    std::optional<TaskThreads> threads_;
    std::map<AttemptId, Running> running_;
    std::vector<AttemptId> with_news_;              // attempts that may have events to be taken
    std::map<AttemptId, std::int64_t> texts_held_;  // when to look for pieces of texts that are held until then
    bool more_to_receive_ = false;
    bool signalled_ = false;
};

}  // namespace longwire::worker
