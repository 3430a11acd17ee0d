#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "edge/core/hub.h"
#include "edge/core/members.h"
#include "edge/core/requests.h"
#include "protocol/shared_slice.h"

/// What a dialect may use, and how it is driven. Nothing here knows of sockets.
namespace longwire::edge {

/// The way to one client. Everything queued within a turn leaves together at its end.
class Transport {
  public:
    virtual ~Transport() = default;

    /// One whole message, of which it queues a copy.
    virtual void send_text(std::string_view message) = 0;
    virtual void send_binary(std::string_view message) = 0;

    /// Whole WebSocket frames, ready made.
    virtual void send_frames(SharedSlice frames) = 0;

    /// Whether the client takes compressed frames.
    virtual bool takes_deflated() const { return false; }

    virtual std::size_t unsent_bytes() const = 0;

    /// Asks for one Dialect::on_drained, when all that is queued has left.
    virtual void tell_when_drained() = 0;
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

/// The way to one client of a product's protocol, be it a WebSocket or an HTTP request.
class Channel {
  public:
    virtual ~Channel() = default;

    /// One message; `id` says where to resume, for channels that can carry that.
    virtual void send(SharedBytes text, std::string_view id) = 0;

    /// The whole answer to a request. A WebSocket has none.
    virtual void answer(unsigned status, std::string json) = 0;
    virtual void refuse(const Error& error) = 0;

    /// Dialect::on_proven follows with the number returned, or a later one, once all that was sent so far has arrived.
    /// Only a WebSocket can tell.
    virtual std::uint64_t prove() = 0;

    virtual std::size_t unsent_bytes() const = 0;
    virtual void tell_when_drained() = 0;
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

/// Close codes of the client protocol that an edge uses on purpose.
namespace close_code {
inline constexpr std::uint16_t kDone = 1000;  // the client's own: it wants no more
inline constexpr std::uint16_t kPolicy = 1008;
inline constexpr std::uint16_t kInternal = 1011;
inline constexpr std::uint16_t kDraining = 1012;
inline constexpr std::uint16_t kTryLater = 1013;
inline constexpr std::uint16_t kUnauthorized = 4401;
inline constexpr std::uint16_t kForbidden = 4403;
inline constexpr std::uint16_t kHeartbeatMissed = 4408;
inline constexpr std::uint16_t kReplaced = 4409;  // by a newer connection of the same name
inline constexpr std::uint16_t kTooSlow = 4410;
inline constexpr std::uint16_t kTooManyMessages = 4429;

/// Whether a client that has gone with this code wanted to: with a close frame that says so, or that says nothing.
inline bool is_clean(std::uint16_t code) {
    return code == kDone || code == 1005;
}
}  // namespace close_code

/// What all connections of an edge have in common.
struct ClientLimits {
    double messages_per_second = 5'000;
    double messages_burst = 20'000;
    std::size_t subscriptions_max = 10'000;
    std::size_t joins_max = 100;  // topics that a connection may be a member of
    std::size_t message_bytes_max = 1 << 20;
    std::size_t outbox_full_bytes = 256 << 10;  // above it a client's topics fall behind instead of queueing
    std::size_t outbox_bytes_max = 4 << 20;     // above it the client is closed as too slow
    std::int64_t stalled_ms = 20'000;           // taking nothing for so long, a client is closed as too slow
    std::int64_t heartbeat_ms = 25'000;
    bool is_unlimited = false;  // loopback without authentication: no limits of rate
};

/// One shard's services to its clients, and the time of the present turn.
struct ShardServices {
    std::string edge;
    Hub& hub;
    Requests& requests;
    Members& members;
    ClientLimits limits;
    std::int64_t now_us = 0;

    /// Gives a name that nobody has had: "conn-…", "task-…".
    std::function<std::string(std::string_view prefix)> new_id;

    /// A hash of a text in hex, from which nobody can tell the text.
    std::function<std::string(std::string_view text)> fingerprint = {};
};

/// One client's conversation in one dialect: its messages become commands and watches, events become its messages.
class Dialect {
  public:
    virtual ~Dialect() = default;

    virtual void on_open() = 0;
    virtual void on_message(std::string_view message, bool is_binary) = 0;

    /// What was queued has left: follows tell_when_drained(), and whenever the client was slower than what was sent.
    virtual void on_drained() = 0;

    /// About every 50 ms.
    virtual void on_tick() = 0;

    /// See Channel::prove.
    virtual void on_proven(std::uint64_t /*proof*/) {}

    /// There is a session with the broker again, which knows nothing of this client.
    virtual void on_link_up() {}

    /// The edge is about to close the connection: the client is to come back, elsewhere, after this time.
    virtual void on_draining(std::int64_t reconnect_ms) = 0;

    /// The client is gone; nothing can be sent any more.
    virtual void on_closed(std::uint16_t code) = 0;

    /// Adds the client if it is behind, and further than others. What its transport knows of it is for others to say.
    virtual void add_if_slow(SlowClients& slow, const std::string& address, std::size_t unsent_bytes) const = 0;
};

}  // namespace longwire::edge
