#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/handler.h"
#include "tests/simulation/link.h"
#include "tests/simulation/node.h"
#include "worker/sdk/core/worker_session.h"

namespace longwire::simulation {

/// A worker's session in a loop like that of the SDK, with handlers that chance writes.
class WorkerNode final : public Node {
  public:
    WorkerNode(Environment& environment, std::string name) : Node(environment, std::move(name)) {}

    void start() override;
    void crash() override;

    /// Ends in good order: takes no more tasks, and is done when those it has are.
    void drain();

    // Sockets.

    void connect(Link& link, Link& events) { link_ = &link, events_ = &events; }
    void hear(std::string bytes);
    void hear_subscription(bool added, std::string prefix);

    /// What keeps it from being at rest; empty if all that it has to say has been said and is acknowledged.
    std::string waits_for() const;

    /// What arrives at the broker.
    std::function<void(std::string bytes)> at_broker;
    std::function<void(std::string key, std::string envelopes)> at_events;

  private:
    void turn() override;
    void gather();
    void take_output();
    void work_on(worker::AttemptId id);
    bool emit_from(worker::AttemptId id, Handler& handler);
    void end_of_session();

    void obey(worker::StartAttempt& order);
    void obey(const worker::CancelAttempt& order);
    void obey(const worker::RevokedAttempt& order);
    void obey(const worker::GiveInput& order);
    void obey(const worker::ChildNews& order);
    void obey(const worker::Notice& order);

    Link* link_ = nullptr;
    Link* events_ = nullptr;
    std::optional<worker::WorkerSession> session_;
    std::uint64_t incarnation_ = 0;  // as it last said hello
    std::map<worker::AttemptId, Handler> handlers_;
    std::deque<std::string> heard_;
    std::deque<std::pair<bool, std::string>> subscriptions_;
};

}  // namespace longwire::simulation
