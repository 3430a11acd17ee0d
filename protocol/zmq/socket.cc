#include "protocol/zmq/socket.h"

#include <cerrno>
#include <chrono>
#include <utility>

#include "protocol/limits.h"
#include "protocol/topic.h"

namespace longwire::zmq_link {
namespace {

// Queues are bounded in bytes by the windows of the links; these marks, in messages, only have to lie above them.
constexpr int kQueueMessagesMax = 200'000;
constexpr int kTapMessagesMax = 10'000;  // the tap may drop

constexpr int kReconnectFirstMs = 50;
constexpr int kReconnectLastMs = 2'000;
constexpr int kZmtpHeartbeatMs = 2'000;
constexpr int kZmtpTimeoutMs = 6'000;
constexpr int kHandshakeMs = 5'000;

zmq::socket_t make(zmq::context_t& context, zmq::socket_type type, int queue_messages_max) {
    zmq::socket_t socket(context, type);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::sndhwm, queue_messages_max);
    socket.set(zmq::sockopt::rcvhwm, queue_messages_max);
    socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(kLinkMessageBytesMax));
    socket.set(zmq::sockopt::heartbeat_ivl, kZmtpHeartbeatMs);
    socket.set(zmq::sockopt::heartbeat_timeout, kZmtpTimeoutMs);
    socket.set(zmq::sockopt::heartbeat_ttl, kZmtpTimeoutMs);
    socket.set(zmq::sockopt::handshake_ivl, kHandshakeMs);
    socket.set(zmq::sockopt::reconnect_ivl, kReconnectFirstMs);
    socket.set(zmq::sockopt::reconnect_ivl_max, kReconnectLastMs);
    socket.set(zmq::sockopt::ipv6, true);
    return socket;
}

Error socket_error(const std::string& endpoint, const zmq::error_t& error) {
    return Error{Errc::unavailable, std::string(error.what()) + ": " + endpoint, "endpoint"};
}

Result<zmq::socket_t> bound(zmq::socket_t socket, const std::vector<std::string>& endpoints) {
    for (const auto& endpoint : endpoints) {
        try {
            socket.bind(endpoint);
        } catch (const zmq::error_t& error) {
            return socket_error(endpoint, error);
        }
    }
    return socket;
}

Result<zmq::socket_t> connected(zmq::socket_t socket, const std::string& endpoint) {
    try {
        socket.connect(endpoint);
    } catch (const zmq::error_t& error) {
        return socket_error(endpoint, error);
    }
    return socket;
}

}  // namespace

Result<zmq::socket_t> bind_events(zmq::context_t& context, const std::vector<std::string>& endpoints) {
    return bound(make(context, zmq::socket_type::sub, kQueueMessagesMax), endpoints);
}

Result<zmq::socket_t> bind_router(zmq::context_t& context, const std::vector<std::string>& endpoints) {
    auto socket = make(context, zmq::socket_type::router, kQueueMessagesMax);
    socket.set(zmq::sockopt::router_mandatory, true);
    // A peer that comes back before its old connection is known to be dead takes its name with it.
    socket.set(zmq::sockopt::router_handover, true);
    return bound(std::move(socket), endpoints);
}

Result<zmq::socket_t> bind_tap(zmq::context_t& context, const std::vector<std::string>& endpoints) {
    return bound(make(context, zmq::socket_type::xpub, kTapMessagesMax), endpoints);
}

Result<zmq::socket_t> connect_events(zmq::context_t& context, const std::string& endpoint) {
    auto socket = make(context, zmq::socket_type::xpub, kQueueMessagesMax);
    socket.set(zmq::sockopt::xpub_verbose, true);
    return connected(std::move(socket), endpoint);
}

Result<zmq::socket_t> connect_dealer(zmq::context_t& context, const std::string& endpoint,
                                     const std::string& identity) {
    auto socket = make(context, zmq::socket_type::dealer, kQueueMessagesMax);
    socket.set(zmq::sockopt::routing_id, identity);
    socket.set(zmq::sockopt::immediate, true);
    return connected(std::move(socket), endpoint);
}

void subscribe_partition(zmq::socket_t& sub, std::uint32_t partition) {
    sub.set(zmq::sockopt::subscribe, topic_key("", partition).substr(0, 3));
}

namespace {

/// Reads one frame if there is one; a signal that comes meanwhile changes nothing.
bool receive_frame(zmq::socket_t& socket, zmq::message_t& frame) {
    while (true) {
        try {
            return socket.recv(frame, zmq::recv_flags::dontwait).has_value();
        } catch (const zmq::error_t& error) {
            if (error.num() != EINTR) throw;
        }
    }
}

/// False if it would have to wait, or a ROUTER's peer is gone. A signal changes nothing: a message given up after its
/// first frame would become the beginning of the next one.
bool send_frame(zmq::socket_t& socket, std::string_view frame, zmq::send_flags flags) {
    while (true) {
        try {
            return socket.send(zmq::buffer(frame), flags).has_value();
        } catch (const zmq::error_t& error) {
            if (error.num() == EHOSTUNREACH) return false;
            if (error.num() != EINTR) throw;
        }
    }
}

}  // namespace

std::optional<Received> receive(zmq::socket_t& socket) {
    constexpr std::size_t kFramesUsual = 2;
    Received received;
    received.frames_.reserve(kFramesUsual);
    bool more = true;
    while (more) {
        zmq::message_t frame;
        if (!receive_frame(socket, frame)) return std::nullopt;
        more = frame.more();
        received.frames_.push_back(std::move(frame));
    }
    return received;
}

bool send(zmq::socket_t& socket, std::initializer_list<std::string_view> frames) {
    auto left = frames.size();
    for (const auto frame : frames) {
        const auto flags =
            --left > 0 ? zmq::send_flags::sndmore | zmq::send_flags::dontwait : zmq::send_flags::dontwait;
        if (!send_frame(socket, frame, flags)) return false;
    }
    return true;
}

void wait(std::span<zmq::pollitem_t> items, std::int64_t timeout_ms) {
    try {
        zmq::poll(items.data(), items.size(), std::chrono::milliseconds(timeout_ms));
    } catch (const zmq::error_t& error) {
        if (error.num() != EINTR) throw;
    }
}

std::optional<Subscription> read_subscription(std::string_view frame) {
    if (frame.empty() || (frame[0] != 0 && frame[0] != 1)) return std::nullopt;
    return Subscription{frame[0] == 1, std::string(frame.substr(1))};
}

std::string bound_endpoint(const zmq::socket_t& socket) {
    return socket.get(zmq::sockopt::last_endpoint);
}

}  // namespace longwire::zmq_link
