#include "edge/net/shard_loop.h"

#include <pthread.h>

#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <ctime>
#include <utility>

#include "edge/net/http_session.h"
#include "protocol/sleep.h"

namespace longwire::edge::net {
namespace {

/// Handlers per turn. More would put off sending what the first ones have queued.
constexpr std::size_t kHandlersPerTurn = 512;

/// Connections accepted per handler, so that a storm of them leaves room for those that are there.
constexpr int kAcceptsPerHandler = 64;

/// Connections beyond connections_max that are kept until they have read that they are refused; the rest is
/// cut.
constexpr std::size_t kRefusedConnectionsMax = 256;

constexpr auto kTick = std::chrono::milliseconds(50);

/// How long the peer may take to answer a close frame, or to close after we have.
constexpr std::int64_t kCloseTimeoutMs = 5'000;

/// One turn's receives share it.
constexpr std::size_t kScratchBytes = std::size_t{64} * 1024;

/// Buffers for messages in pieces that a shard keeps, and how large they may be.
constexpr std::size_t kSpareBuffersMax = 16;
constexpr std::size_t kSpareBufferBytesMax = std::size_t{64} * 1024;

std::int64_t steady_now_us() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

std::int64_t steady_now_ms() {
    return steady_now_us() / 1000;
}

}  // namespace

struct ShardLoop::Acceptor {
    Acceptor(asio::io_context& context, bool ipv6, int listener)
        : socket(context.get_executor(), ipv6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), listener) {}
    asio::basic_socket_acceptor<asio::ip::tcp, Executor> socket;
    bool waiting = false;
};

ShardLoop::ShardLoop(std::size_t index, const ServerOptions& options, ServerCounts& counts)
    : index_(index),
      options_(options),
      counts_(counts),
      request_deadlines_(options.handshake_timeout_ms),
      close_deadlines_(kCloseTimeoutMs),
      warm_readers_(options.warm_readers_max),
      now_ms_(steady_now_ms()),
      scratch_(kScratchBytes, '\0') {}

ShardLoop::~ShardLoop() = default;

void ShardLoop::post(std::function<void()> work) {
    bool wake = false;
    {
        const std::lock_guard lock(post_mutex_);
        if (closed_to_posts_) return;
        wake = posted_.empty();
        posted_.push_back(std::move(work));
    }
    // One wake-up for all that comes before the shard looks.
    if (wake) asio::post(context_, [this] { run_posted(); });
}

void ShardLoop::run_posted() {
    std::vector<std::function<void()>> work;
    {
        const std::lock_guard lock(post_mutex_);
        work.swap(posted_);
    }
    for (auto& item : work) item();
}

void ShardLoop::listen(std::vector<Descriptor> listeners, const std::vector<bool>& ipv6) {
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        acceptors_.push_back(std::make_unique<Acceptor>(context_, ipv6[i], listeners[i].get()));
        listeners[i].release();
    }
}

void ShardLoop::run() {
    const std::string name = "shard " + std::to_string(index_);
    ::pthread_setname_np(::pthread_self(), name.c_str());
    tick_.emplace(context_);
    start_tick();
    for (auto& acceptor : acceptors_) await_connections(*acceptor);
    while (!halting_) run_turn();
    end();
}

void ShardLoop::run_turn() {
    const auto delay_us = pacer_.begin_turn(steady_now_us(), handled_);
    // What was queued while the last turn was flushed must not wait.
    const bool may_wait = marked_.empty();
    if (may_wait) sleep_us(delay_us);
    handled_ = may_wait ? context_.run_one() : context_.poll_one();
    now_ms_ = steady_now_ms();
    while (handled_ < kHandlersPerTurn && context_.poll_one() > 0) ++handled_;
    app_->on_turn_end();
    flush_marked();
    app_->on_turn_sent();
}

void ShardLoop::flush_marked() {
    flushing_.swap(marked_);
    for (auto& connection : flushing_) {
        connection->marked_ = false;
        connection->flush();
    }
    flushing_.clear();
}

void ShardLoop::mark(Connection& connection) {
    if (connection.marked_) return;
    connection.marked_ = true;
    marked_.push_back(connection.shared_from_this());
}

void ShardLoop::start_tick() {
    tick_->expires_after(kTick);
    tick_->async_wait([this](boost::system::error_code error) {
        if (!error) on_tick();
    });
}

void ShardLoop::on_tick() {
    start_tick();
    now_ms_ = steady_now_ms();
    for (auto* deadlines : {&request_deadlines_, &close_deadlines_}) {
        while (auto* late = deadlines->pop_due(now_ms_)) {
            const auto connection = static_cast<Connection*>(late)->shared_from_this();
            connection->on_deadline();
        }
    }
    // An acceptor that ran out of file descriptors tries again.
    for (auto& acceptor : acceptors_) {
        if (!acceptor->waiting) await_connections(*acceptor);
    }
    app_->on_tick();
}

void ShardLoop::wake_in(std::int64_t delay_us) {
    const auto at = std::chrono::steady_clock::now() + std::chrono::microseconds(delay_us);
    if (at >= wakes_at_) return;
    wakes_at_ = at;
    wake_.expires_at(at);
    wake_.async_wait([this](boost::system::error_code error) {
        if (error) return;
        wakes_at_ = std::chrono::steady_clock::time_point::max();
        app_->on_wake();
    });
}

void ShardLoop::await_connections(Acceptor& acceptor) {
    if (!accepting_) return;
    acceptor.waiting = true;
    acceptor.socket.async_wait(asio::socket_base::wait_read, [this, &acceptor](boost::system::error_code error) {
        acceptor.waiting = false;
        if (!error) accept_ready(acceptor);
    });
}

void ShardLoop::accept_ready(Acceptor& acceptor) {
    for (int i = 0; i < kAcceptsPerHandler && accepting_; ++i) {
        auto accepted = accept_one(acceptor.socket.native_handle());
        if (accepted.socket < 0) {
            const int error = accepted.error;
            if (error == EAGAIN || error == EWOULDBLOCK) break;
            if (error == EINTR || error == ECONNABORTED) continue;
            // Out of descriptors or memory: the next tick tries again, or this would spin.
            counts_.accept_errors.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        open_connection(std::move(accepted));
    }
    await_connections(acceptor);
}

void ShardLoop::open_connection(Accepted accepted) {
    const std::size_t open = counts_.connections.load(std::memory_order_relaxed);
    const bool full = open >= options_.connections_max;
    Descriptor owner(accepted.socket);
    if (full) {
        counts_.refused.fetch_add(1, std::memory_order_relaxed);
        if (open >= options_.connections_max + kRefusedConnectionsMax) return;
    } else {
        counts_.accepted.fetch_add(1, std::memory_order_relaxed);
    }
    boost::system::error_code error;
    Socket socket(context_.get_executor());
    socket.assign(accepted.ipv6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), owner.get(), error);
    if (error) {
        counts_.accept_errors.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    owner.release();
    start_http_session(*this, std::move(socket), std::move(accepted.remote_address), full);
}

void ShardLoop::add(std::shared_ptr<Connection> connection) {
    connection->position_ = static_cast<std::uint32_t>(connections_.size());
    connections_.push_back(std::move(connection));
    count_.fetch_add(1, std::memory_order_relaxed);
    counts_.connections.fetch_add(1, std::memory_order_relaxed);
    if (draining_) connections_.back()->drain(drain_code_);
}

void ShardLoop::remove(Connection& connection) {
    const std::size_t position = connection.position_;
    if (position >= connections_.size() || connections_[position].get() != &connection) return;
    // Keeps it alive to the end of this function at least.
    const auto removed = std::move(connections_[position]);
    if (position + 1 < connections_.size()) {
        connections_[position] = std::move(connections_.back());
        connections_[position]->position_ = static_cast<std::uint32_t>(position);
    }
    connections_.pop_back();
    count_.fetch_sub(1, std::memory_order_relaxed);
    counts_.connections.fetch_sub(1, std::memory_order_relaxed);
    if (draining_) {
        const std::lock_guard lock(counts_.mutex);
        counts_.connection_closed.notify_all();
    }
}

std::string ShardLoop::borrow_buffer() {
    if (spare_buffers_.empty()) return {};
    std::string buffer = std::move(spare_buffers_.back());
    spare_buffers_.pop_back();
    return buffer;
}

void ShardLoop::give_back(std::string buffer) {
    if (buffer.capacity() > kSpareBufferBytesMax || spare_buffers_.size() >= kSpareBuffersMax) return;
    spare_buffers_.push_back(std::move(buffer));
}

const std::string& ShardLoop::common_headers() {
    const std::time_t now = std::time(nullptr);
    if (now != headers_second_) {
        headers_second_ = now;
        std::tm calendar{};
        ::gmtime_r(&now, &calendar);
        std::array<char, 64> date{};
        const auto size = std::strftime(date.data(), date.size(), "%a, %d %b %Y %H:%M:%S GMT", &calendar);
        headers_ = "Date: " + std::string(date.data(), size) + "\r\nServer: longwire\r\n";
    }
    return headers_;
}

void ShardLoop::stop_accepting() {
    accepting_ = false;
    // Closed, not only left alone: the kernel must not complete connections that nobody will take.
    for (auto& acceptor : acceptors_) {
        boost::system::error_code ignored;
        acceptor->socket.close(ignored);
    }
}

void ShardLoop::drain(std::uint16_t code) {
    draining_ = true;
    drain_code_ = code;
    const auto open = connections_;
    for (const auto& connection : open) connection->drain(code);
    const std::lock_guard lock(counts_.mutex);
    counts_.connection_closed.notify_all();
}

void ShardLoop::end() {
    {
        const std::lock_guard lock(post_mutex_);
        closed_to_posts_ = true;
        posted_.clear();
    }
    stop_accepting();
    tick_->cancel();
    wake_.cancel();
    while (!connections_.empty()) {
        const auto connection = connections_.back();
        connection->cut();
        remove(*connection);
    }
    marked_.clear();
    app_.reset();
    // Cancelled operations end here and let go of their connections.
    context_.poll();
}

}  // namespace longwire::edge::net
