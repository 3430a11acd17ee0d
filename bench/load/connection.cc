#include "bench/load/connection.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "bench/load/ws/frame_writer.h"

namespace longwire::load {
namespace {

constexpr std::size_t kReceiveBytes = 256 * 1024;
constexpr std::size_t kUpgradeBytesMax = 16 * 1024;

std::string error_text(std::string_view what, int error) {
    return std::string(what) + ": " + std::strerror(error);
}

}  // namespace

Connection::Connection(Loop& loop, const ServerAddress& server, bool offers_deflate, std::unique_ptr<Protocol> protocol,
                       Listener& listener)
    : loop_(loop),
      server_(server),
      protocol_(std::move(protocol)),
      listener_(listener),
      upgrade_{server.host, {}, protocol_->subprotocol(), offers_deflate} {}

void Connection::open() {
    socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_.is_open()) return fail(error_text("socket", errno));
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const linger reset_at_close{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &reset_at_close, sizeof reset_at_close);
    stage_ = Stage::connecting;
    const auto* address = reinterpret_cast<const sockaddr*>(&server_.address);
    if (::connect(socket_.get(), address, sizeof server_.address) != 0 && errno != EINPROGRESS) {
        return fail(error_text("connect", errno));
    }
    loop_.watch(socket_.get(), *this, EPOLLIN | EPOLLOUT);
}

void Connection::drop() {
    socket_.reset();
    stage_ = Stage::closed;
    waits_to_send_ = false;
    frames_ = {};
    inflater_.reset();
    unread_.clear();
    unsent_.clear();
}

void Connection::fail(std::string_view why) {
    drop();
    listener_.on_closed(why);
}

void Connection::send_text(std::string_view message) {
    append_frame(unsent_, Opcode::text, message, ++mask_);
}

void Connection::send_binary(std::string_view message) {
    append_frame(unsent_, Opcode::binary, message, ++mask_);
}

void Connection::publish(std::string_view topic, std::string_view payload) {
    protocol_->publish(topic, payload, *this);
}

void Connection::flush() {
    if (unsent_.empty() || !is_open()) return;
    const auto sent = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return fail(error_text("send", errno));
    if (sent > 0) unsent_.erase(0, static_cast<std::size_t>(sent));
    if (unsent_.empty() == waits_to_send_) {
        waits_to_send_ = !waits_to_send_;
        loop_.change(socket_.get(), *this, waits_to_send_ ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
}

void Connection::on_io(std::uint32_t events) {
    if (stage_ == Stage::connecting) {
        on_connected();
    } else if (is_open()) {
        if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) on_readable();
    }
    flush();
}

void Connection::on_connected() {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail(error_text("connect", error));
    loop_.change(socket_.get(), *this, EPOLLIN);
    if (!protocol_->is_framed()) {
        stage_ = Stage::open;
        return protocol_->on_open(*this, listener_);
    }
    stage_ = Stage::upgrading;
    upgrade_.path = protocol_->path();
    unsent_ += upgrade_request(upgrade_);
}

void Connection::on_readable() {
    auto& buffer = loop_.buffer();
    if (buffer.size() < unread_.size() + kReceiveBytes) buffer.resize(unread_.size() + kReceiveBytes);
    std::memcpy(buffer.data(), unread_.data(), unread_.size());
    const auto received = ::recv(socket_.get(), buffer.data() + unread_.size(), kReceiveBytes, 0);
    if (received == 0) return fail("closed by the server");
    if (received < 0) {
        if (errno == EAGAIN) return;
        return fail(error_text("recv", errno));
    }
    std::string_view bytes(buffer.data(), unread_.size() + static_cast<std::size_t>(received));
    take(bytes);
    if (is_open()) unread_.assign(bytes);
}

void Connection::take(std::string_view& bytes) {
    if (stage_ == Stage::upgrading && !take_upgrade(bytes)) return;
    if (!protocol_->is_framed()) {
        protocol_->on_message(bytes, *this, listener_);
        bytes = {};
        return;
    }
    Message message;
    while (is_open()) {
        switch (frames_.next(bytes, message)) {
            case FrameReader::Found::nothing:
                return;
            case FrameReader::Found::nonsense:
                return fail("the server breaks RFC 6455");
            case FrameReader::Found::message:
                on_message(message);
                break;
        }
    }
}

bool Connection::take_upgrade(std::string_view& bytes) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    const auto end = bytes.find(kEnd);
    if (end == std::string_view::npos) {
        if (bytes.size() > kUpgradeBytesMax) fail("the answer to the upgrade has no end");
        return false;
    }
    if (const Status upgraded = check_upgrade(bytes.substr(0, end), upgrade_); !upgraded) {
        fail(upgraded.error().message);
        return false;
    }
    bytes.remove_prefix(end + kEnd.size());
    stage_ = Stage::open;
    protocol_->on_open(*this, listener_);
    return true;
}

void Connection::on_message(const Message& message) {
    switch (message.opcode) {
        case Opcode::pong:
            return;
        case Opcode::ping:
            return append_frame(unsent_, Opcode::pong, message.payload, ++mask_);
        case Opcode::close: {
            // The first two bytes are the code.
            const auto reason = message.payload.substr(std::min<std::size_t>(message.payload.size(), 2));
            return fail("closed by the server: " + std::string(reason));
        }
        default:
            break;
    }
    if (!message.is_compressed) return protocol_->on_message(message.payload, *this, listener_);
    if (!inflater_) inflater_ = std::make_unique<Inflater>();
    const auto inflated = inflater_->inflate(message.payload);
    if (!inflated) return fail(inflated.error().message);
    protocol_->on_message(*inflated, *this, listener_);
}

}  // namespace longwire::load
