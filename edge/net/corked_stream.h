#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/buffer_traits.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/role.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "edge/net/connection.h"
#include "edge/net/send_queue.h"
#include "edge/net/socket_io.h"

namespace longwire::edge::net {

/// The layer between a session (and Beast's websocket::stream) and the socket. What is written gathers in
/// order, be it our own prepared bytes or Beast's control frames, and leaves in one system call when the turn
/// is flushed. So frames never interleave, whoever wrote them, and there is never more than one write under
/// way.
///
/// Reads go to the socket, after what unread() has put back. A write by Beast completes when the kernel has
/// taken its bytes, so that a peer that sends pings and does not read stops being read itself.
///
/// `Lowest` is the socket. What is peculiar to a plain one is in flush(), receive() and end_sending(); a TLS
/// stream brings its own.
template <class Lowest>
class CorkedStream {
  public:
    using next_layer_type = Lowest;
    using executor_type = typename Lowest::executor_type;
    using error_code = boost::beast::error_code;

    CorkedStream(Lowest socket, Connection& owner) : socket_(std::move(socket)), owner_(&owner) {}

    executor_type get_executor() noexcept { return socket_.get_executor(); }
    Lowest& next_layer() noexcept { return socket_; }
    const Lowest& next_layer() const noexcept { return socket_; }

    /// The connection that is to be flushed when something was written.
    void set_owner(Connection& owner) {
        owner_ = &owner;
        if (!queue_.empty()) owner_->need_flush();
    }

    // What sessions write.

    void push(SharedSlice piece) {
        if (sealed_) return;
        queue_.push(std::move(piece));
        owner_->need_flush();
    }

    void append(std::string_view bytes) {
        if (sealed_) return;
        queue_.append(bytes);
        owner_->need_flush();
    }

    /// Nothing is queued any more after what is queued now; later writes succeed and vanish.
    void seal() { sealed_ = true; }
    bool sealed() const { return sealed_; }

    std::size_t unsent_bytes() const { return queue_.bytes(); }

    /// Bytes that the kernel has taken so far.
    std::uint64_t sent_bytes() const { return sent_bytes_; }

    /// Hands the queue to the kernel as far as it takes it. On `blocked` the caller waits until the socket is
    /// writable.
    IoState flush() {
        const std::size_t before = queue_.bytes();
        const IoState state = send_queued(socket_.native_handle(), queue_);
        const std::size_t sent = before - queue_.bytes();
        sent_bytes_ += sent;
        write_left_ -= sent < write_left_ ? sent : write_left_;
        if (write_ && write_left_ == 0) complete_write();
        return state;
    }

    template <class Handler>
    void wait_writable(Handler handler) {
        socket_.async_wait(boost::asio::socket_base::wait_write, std::move(handler));
    }
    template <class Handler>
    void wait_readable(Handler handler) {
        socket_.async_wait(boost::asio::socket_base::wait_read, std::move(handler));
    }
    Received receive(std::string& into) { return receive_some(socket_.native_handle(), into.data(), into.size()); }

    /// Bytes that the next reads return before they ask the socket.
    void unread(std::string bytes) {
        if (!bytes.empty()) unread_ = std::make_unique<std::string>(std::move(bytes));
    }

    /// What Beast has read, and what it waits for: how a session knows that Beast holds nothing of a message.
    bool reading() const { return reading_; }
    std::size_t asked_bytes() const { return asked_bytes_; }
    std::uint32_t reads() const { return reads_; }
    std::uint64_t received_bytes() const { return received_bytes_; }

    /// Ends the pending operations on the socket with operation_aborted.
    void cancel() {
        error_code ignored;
        socket_.cancel(ignored);
    }

    /// While muted, writes succeed and vanish.
    void mute(bool muted) { muted_ = muted; }

    /// Tells the peer that nothing follows. Receiving goes on.
    void end_sending() {
        error_code ignored;
        socket_.shutdown(boost::asio::socket_base::shutdown_send, ignored);
    }

    /// Closes the socket; pending operations are cancelled and what is queued is dropped.
    void close() {
        sealed_ = true;
        queue_.clear();
        write_.reset();
        error_code ignored;
        socket_.close(ignored);
    }

    // What Beast calls.

    template <class Buffers, class Handler>
    auto async_read_some(const Buffers& buffers, Handler&& handler) {
        return boost::asio::async_initiate<Handler, void(error_code, std::size_t)>(
            [this](auto&& completion, const Buffers& into) {
                if (unread_) {
                    post(std::forward<decltype(completion)>(completion), take_unread(into));
                } else {
                    ++reads_;
                    asked_bytes_ = boost::beast::buffer_bytes(into);
                    reading_ = true;
                    socket_.async_read_some(into, [this, handler_ = std::forward<decltype(completion)>(completion)](
                                                      error_code error, std::size_t bytes) mutable {
                        reading_ = false;
                        received_bytes_ += bytes;
                        handler_(error, bytes);
                    });
                }
            },
            handler, buffers);
    }

    /// One at a time, as Beast does it.
    template <class Buffers, class Handler>
    auto async_write_some(const Buffers& buffers, Handler&& handler) {
        return boost::asio::async_initiate<Handler, void(error_code, std::size_t)>(
            [this](auto&& completion, const Buffers& from) {
                const bool dropped = sealed_;
                const std::size_t size = enqueue(from);
                if (dropped) {
                    post(std::forward<decltype(completion)>(completion), size);
                    return;
                }
                write_left_ = queue_.bytes();
                using Completion = std::decay_t<decltype(completion)>;
                write_ =
                    std::make_unique<CompletedWrite<Completion>>(std::forward<decltype(completion)>(completion), size);
            },
            handler, buffers);
    }

    // Beast's accept answers a handshake synchronously: that only queues, and cannot fail.
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers) {
        return enqueue(buffers);
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, error_code& error) {
        error = {};
        return enqueue(buffers);
    }

    // Beast wants them declared; nothing here reads synchronously.
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers) {
        return socket_.read_some(buffers);
    }
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, error_code& error) {
        return socket_.read_some(buffers, error);
    }

    /// Found by Beast at the end of a closing handshake. The session ends the connection itself, when all is
    /// sent.
    template <class Handler>
    friend void async_teardown(boost::beast::role_type, CorkedStream& stream, Handler&& handler) {
        boost::asio::post(stream.get_executor(),
                          boost::beast::bind_front_handler(std::forward<Handler>(handler), error_code()));
    }
    friend void teardown(boost::beast::role_type, CorkedStream&, error_code& error) { error = {}; }

  private:
    /// The first byte of a close frame: final, opcode 8.
    static constexpr char kCloseFrameByte = static_cast<char>(0x88);

    /// A write of Beast's that waits for its completion, whatever its handler's type.
    struct Write {
        virtual ~Write() = default;
        virtual void complete() = 0;
    };
    template <class Handler>
    struct CompletedWrite final : Write {
        CompletedWrite(Handler handler_in, std::size_t size_in) : handler(std::move(handler_in)), size(size_in) {}
        void complete() override { handler(error_code(), size); }
        Handler handler;
        std::size_t size;
    };

    template <class Handler>
    void post(Handler&& handler, std::size_t size) {
        boost::asio::post(socket_.get_executor(),
                          boost::beast::bind_front_handler(std::forward<Handler>(handler), error_code(), size));
    }

    template <class Buffers>
    std::size_t take_unread(const Buffers& into) {
        const std::size_t size = boost::asio::buffer_copy(into, boost::asio::buffer(*unread_));
        unread_->erase(0, size);
        if (unread_->empty()) unread_.reset();
        return size;
    }

    template <class Buffers>
    std::size_t enqueue(const Buffers& buffers) {
        if (muted_) return boost::beast::buffer_bytes(buffers);
        std::size_t size = 0;
        bool close_frame = false;
        for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers);
             ++it) {
            const boost::asio::const_buffer piece(*it);
            const std::string_view bytes(static_cast<const char*>(piece.data()), piece.size());
            // Beast writes a control frame as one buffer; the HTTP answer to a handshake begins otherwise.
            if (size == 0 && !bytes.empty()) close_frame = bytes.front() == kCloseFrameByte;
            append(bytes);
            size += bytes.size();
        }
        if (close_frame) seal();
        return size;
    }

    void complete_write() {
        // Posted: the session is in the middle of flush().
        boost::asio::post(socket_.get_executor(), [write = std::move(write_)] { write->complete(); });
    }

    Lowest socket_;
    Connection* owner_;
    SendQueue queue_;
    std::unique_ptr<std::string> unread_;
    std::unique_ptr<Write> write_;  // Beast's, until the kernel has taken its bytes
    std::size_t write_left_ = 0;    // of the queue, up to the end of Beast's write
    std::size_t asked_bytes_ = 0;
    std::uint64_t received_bytes_ = 0;
    std::uint64_t sent_bytes_ = 0;
    std::uint32_t reads_ = 0;
    bool reading_ = false;
    bool sealed_ = false;
    bool muted_ = false;
};

}  // namespace longwire::edge::net
