#pragma once

#include <atomic>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "edge/net/connection.h"
#include "edge/net/server.h"
#include "edge/net/socket_io.h"
#include "edge/net/warm_readers.h"
#include "protocol/turn_pacer.h"

namespace longwire::edge::net {

namespace asio = boost::asio;

/// Sockets bound to io_context's own executor: smaller and quicker than with the type-erased one.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

/// What the shards of one server count together, and how they tell that the last connection has gone.
struct ServerCounts {
    std::atomic<std::size_t> connections{0};
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> accept_errors{0};
    std::atomic<std::uint64_t> readers_made{0};

    std::mutex mutex;
    std::condition_variable connection_closed;  // notified for each one while a shard drains
};

/// One shard: its loop, its acceptors and its connections.
///
/// The loop runs in turns. A turn waits for one handler, runs what else is ready (bounded, so that sending is
/// never put off for long), lets the App finish, and then flushes every connection that has something to
/// send. So all that a turn sends to one connection leaves in one system call, however many handlers added to
/// it.
class ShardLoop final : public Shard {
  public:
    ShardLoop(std::size_t index, const ServerOptions& options, ServerCounts& counts);
    ~ShardLoop() override;

    // Shard. From any thread.
    void post(std::function<void()> work) override;
    void wake_in(std::int64_t delay_us) override;
    std::size_t connections() const override { return count_.load(std::memory_order_relaxed); }
    std::size_t index() const override { return index_; }

    // Before run(), by who starts the thread.
    void set_app(std::unique_ptr<App> app) { app_ = std::move(app); }
    void listen(std::vector<Descriptor> listeners, const std::vector<bool>& ipv6);

    /// The thread's body: returns after halt(), when all connections are gone and the App is destroyed.
    void run();

    // On the shard's thread (others post them).
    void stop_accepting();
    void drain(std::uint16_t code);
    void halt() { halting_ = true; }

    // For connections, on the shard's thread.
    void add(std::shared_ptr<Connection> connection);
    void remove(Connection& connection);
    void mark(Connection& connection);
    App& app() { return *app_; }
    asio::io_context& context() { return context_; }
    const ServerOptions& options() const { return options_; }
    std::int64_t now_ms() const { return now_ms_; }
    ServerCounts& counts() { return counts_; }
    DeadlineQueue& request_deadlines() { return request_deadlines_; }
    DeadlineQueue& close_deadlines() { return close_deadlines_; }
    WarmReaders& warm_readers() { return warm_readers_; }

    /// Memory to receive into, used up before the caller returns to the loop.
    std::string& scratch() { return scratch_; }

    /// A buffer of some size, with whatever is in it; give_back() keeps it for others when that is worth it.
    std::string borrow_buffer();
    void give_back(std::string buffer);

    /// "Date: ...\r\nServer: ...\r\n", made once a second.
    const std::string& common_headers();

  private:
    struct Acceptor;

    void run_turn();
    void run_posted();
    void flush_marked();
    void start_tick();
    void on_tick();
    void end();
    void await_connections(Acceptor& acceptor);
    void accept_ready(Acceptor& acceptor);
    void open_connection(Accepted accepted);

    const std::size_t index_;
    const ServerOptions& options_;
    ServerCounts& counts_;
    std::atomic<std::size_t> count_{0};

    std::mutex post_mutex_;
    std::vector<std::function<void()>> posted_;  // guarded by post_mutex_
    bool closed_to_posts_ = false;               // guarded by post_mutex_

    DeadlineQueue request_deadlines_;
    DeadlineQueue close_deadlines_;
    WarmReaders warm_readers_;
    TurnPacer pacer_;
    std::size_t handled_ = 0;  // handlers that the last turn ran
    std::int64_t now_ms_ = 0;
    std::int64_t headers_second_ = -1;
    std::string headers_;
    std::string scratch_;
    std::vector<std::string> spare_buffers_;

    std::vector<std::shared_ptr<Connection>> connections_;
    std::vector<std::shared_ptr<Connection>> marked_;
    std::vector<std::shared_ptr<Connection>> flushing_;
    std::unique_ptr<App> app_;
    bool accepting_ = true;
    bool draining_ = false;
    std::uint16_t drain_code_ = 0;
    bool halting_ = false;

    // Last: destroyed first, and with it the handlers that keep connections alive.
    asio::io_context context_{1};
    std::vector<std::unique_ptr<Acceptor>> acceptors_;
    std::optional<asio::steady_timer> tick_;
    asio::steady_timer wake_{context_};
    std::chrono::steady_clock::time_point wakes_at_ = std::chrono::steady_clock::time_point::max();
};

inline void Connection::need_flush() {
    loop_.mark(*this);
}

}  // namespace longwire::edge::net
