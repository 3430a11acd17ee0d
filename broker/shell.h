#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "broker/broker_metrics.h"
#include "broker/core/broker.h"
#include "broker/log/commit_log.h"
#include "protocol/node/log_setup.h"
#include "protocol/result.h"
#include "protocol/zmq/socket.h"

namespace longwire::broker {

/// The broker's sockets around its core: reads what has come, steps the core, sends what it says. Decides nothing.
///
/// Thread: one, the one that calls run(). The log may have others behind it.
class Shell {
  public:
    struct Endpoints {
        std::vector<std::string> events;
        std::vector<std::string> workers;
        std::vector<std::string> edges;
        std::vector<std::string> tap;
        std::string metrics;  // HOST:PORT; empty: none
    };

    /// Takes up what the log has and binds all sockets.
    static Result<std::unique_ptr<Shell>> open(const Endpoints& endpoints, Broker::Options options,
                                               std::unique_ptr<CommitLog> log);

    /// Serves until `stop_fd` becomes readable. Errors: a commit that failed; the process must then end.
    Status run(int stop_fd);

    /// Whether the log can be closed now, which this object's end would wait for.
    bool can_close() const { return log_->can_close(); }

  private:
    static constexpr std::size_t kNoticesPerSecond = 20;

    Shell(Broker::Options options, std::unique_ptr<CommitLog> log);

    Status restore();
    Status bind(const Endpoints& endpoints, std::uint32_t partitions);
    void wait(int stop_fd, std::int64_t timeout_ms);
    void notice_stall(std::int64_t now_us);
    void read_sockets();
    void read_published();
    void read_frames(zmq::socket_t& socket, std::vector<LinkFrame>& frames);
    void read_tap_subscriptions();
    Status step();
    void send_frames(PeerKind kind, zmq::socket_t& socket, const std::vector<LinkFrame>& frames);
    void send_tap();
    static void note_room(const Status& room);
    void update_metrics();
    void write_notices();

    zmq::context_t context_;
    zmq::socket_t events_;
    zmq::socket_t workers_;
    zmq::socket_t edges_;
    zmq::socket_t tap_;
    std::unique_ptr<CommitLog> log_;
    Broker broker_;
    BrokerMetrics metrics_;
    std::int64_t metrics_updated_us_ = 0;
    BrokerInbox inbox_;
    BrokerOutbox outbox_;
    std::size_t tap_subscriptions_ = 0;
    bool has_more_ = false;     // a socket had more than one turn may take
    std::size_t messages_ = 0;  // taken in this turn
    bool stopped_ = false;
    std::int64_t turned_us_ = 0;
    LogLimiter notice_limiter_{kNoticesPerSecond};
    LogLimiter warning_limiter_{kNoticesPerSecond};
};

}  // namespace longwire::broker
