#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"
#include "protocol/shared_slice.h"

/// The edge's network side as the rest of the edge sees it: HTTP requests, WebSocket messages and turns of a
/// loop. Asio and Beast live behind this header and nowhere else.
///
/// A Server runs one Shard per thread. A shard has its own acceptor (SO_REUSEPORT) and its own connections,
/// which never move; everything below is called on, and only on, its shard's thread, except Shard::post and
/// what Server says.
namespace longwire::edge::net {

struct Header {
    std::string name;  // lower case
    std::string value;
};

struct HttpRequest {
    std::string method;
    std::string path;   // percent-encoded, as sent, without the query
    std::string query;  // as sent, without '?'
    std::vector<Header> headers;
    std::string body;
    std::string remote_address;  // of the peer, "127.0.0.1"

    /// The value of a header by its lower-case name; empty if absent.
    std::string_view header(std::string_view name) const;
};

struct HttpResponse {
    unsigned status = 200;
    std::vector<Header> headers;  // Content-Length, Date, Connection and Server are added by the server
    std::string content_type = "application/json";
    SharedBytes body;  // may be null
};

/// Answers one HTTP request, now or in a later turn of the same shard. Dropping it unanswered answers 500;
/// dropping it before end_stream() cuts the connection, so that the client does not take what it has for the
/// whole (and so that a stream that is read too slowly can be ended). After the answer is complete or the
/// client has gone, calls do nothing. Callbacks go with the exchange: who alone keeps it may capture itself in them.
class HttpExchange {
  public:
    virtual ~HttpExchange() = default;

    /// Sends the whole answer. At most once.
    virtual void respond(HttpResponse response) = 0;

    /// Begins an answer whose body is written piece by piece (Server-Sent Events), in chunks where the client knows
    /// them, so that it can tell a whole body from one that was cut. Then write() as often as wanted; what one turn
    /// writes leaves in one system call. `head.body` is not sent. A server that stops cuts open streams as if the
    /// client had gone.
    virtual void begin_stream(HttpResponse head) = 0;
    virtual void write(SharedSlice piece) = 0;
    virtual void end_stream() = 0;

    virtual const std::string& remote_address() const = 0;

    /// Bytes of the stream that the kernel has not taken yet.
    virtual std::size_t unsent_bytes() const = 0;

    /// Bytes that the kernel has taken since the connection began.
    virtual std::uint64_t sent_bytes() const = 0;

    /// Called once, in a turn after the kernel has taken all of the stream. Replaces what was asked for before.
    virtual void when_drained(std::function<void()> callback) = 0;

    /// Called once if the client goes away before the answer is complete; at once if it has gone already. A
    /// client that has only ended its own side counts as gone, but is sent the answer if one comes.
    virtual void on_abandoned(std::function<void()> callback) = 0;
};

/// One WebSocket connection, as whoever serves it sees it. Valid until WsHandler::on_closed has returned.
class WsConnection {
  public:
    virtual ~WsConnection() = default;

    /// Queues a copy of one whole message. All that a turn queues leaves in one system call at the end of the turn.
    /// `binary` decides the opcode; text must be valid UTF-8. A no-op once the connection is closing. Not
    /// bounded: watch unsent_bytes().
    virtual void send(std::string_view message, bool binary) = 0;

    /// Queues bytes that are already complete WebSocket frames, headers included (see ws_frame.h). The
    /// cheapest way to send the same message to many.
    virtual void send_frames(SharedSlice frames) = 0;

    /// Whether the peer takes frames that are compressed (permessage-deflate, with edge::Deflater's window). What
    /// send() is given is compressed where that is worth it.
    virtual bool takes_deflated() const = 0;

    /// Bytes queued that the kernel has not taken yet, frame headers and Beast's own control frames included.
    virtual std::size_t unsent_bytes() const = 0;

    /// Bytes that the kernel has taken since the connection began.
    virtual std::uint64_t sent_bytes() const = 0;

    /// Asks for one on_drained, when all that is queued now has been sent, even if that is at once.
    virtual void tell_when_drained() = 0;

    /// Sends a ping that carries up to 125 bytes; WsHandler::on_pong tells of the answer.
    virtual void ping(std::string_view payload) = 0;

    /// Sends what is queued and then a close frame; the connection ends when the peer has answered it or
    /// after 5 s. Nothing is sent and no message is handed on after it. on_closed follows exactly once, never
    /// from within this call. A reason of more than 123 bytes is cut.
    virtual void close(std::uint16_t code, std::string_view reason) = 0;

    /// Ends the connection at once, without sending what is queued. on_closed follows as for close().
    virtual void abort() = 0;

    virtual const std::string& remote_address() const = 0;
};

/// Whoever serves a WebSocket connection. Its connection outlives it; it is destroyed after on_closed has
/// returned.
class WsHandler {
  public:
    virtual ~WsHandler() = default;

    /// The handshake has been answered: messages may be sent from here on.
    virtual void on_open() = 0;

    /// A whole message (fragments are joined, text is valid UTF-8). The view lives during the call.
    virtual void on_message(std::string_view message, bool binary) = 0;

    /// A pong, with what it carries: that of the ping it answers. None comes before a first ping(), but a peer may
    /// leave pings unanswered but for the newest, and answer one that there was not.
    virtual void on_pong(std::string_view payload) = 0;

    /// All is sent, after the kernel could not take all that a turn had queued, or after tell_when_drained(). (Other
    /// turns whose bytes leave at once are not told of: that is every turn of a healthy connection.)
    virtual void on_drained() = 0;

    /// The connection is gone. `code` is the close code the peer sent (1005 if its close frame had none);
    /// ours if we began, be it by close() or because the peer broke the protocol (1002, 1007, 1009); 1006
    /// where there was none.
    virtual void on_closed(std::uint16_t code) = 0;
};

/// The answer to a request to upgrade: refused with an HTTP response, or accepted.
struct UpgradeRefused {
    HttpResponse response;
};
struct UpgradeAccepted {
    std::string subprotocol;                  // empty: none is answered
    std::size_t max_message_bytes = 1 << 20;  // a larger message closes 1009
    std::function<std::unique_ptr<WsHandler>(WsConnection&)> make_handler;
};

/// What a shard's owner does. One App per shard; all calls come on the shard's thread.
class App {
  public:
    virtual ~App() = default;

    virtual void on_http(HttpRequest request, std::shared_ptr<HttpExchange> exchange) = 0;

    /// Exactly one of the two is filled: refused when `accepted.make_handler` is empty.
    struct Upgrade {
        UpgradeRefused refused;
        UpgradeAccepted accepted;
    };
    virtual Upgrade on_upgrade(const HttpRequest& request) = 0;

    /// Called once after every turn of the loop (all handlers that were ready have run), before what the turn
    /// queued is written.
    virtual void on_turn_end() = 0;

    /// And once after that.
    virtual void on_turn_sent() {}

    /// Called about every 50 ms.
    virtual void on_tick() = 0;

    /// The time of Shard::wake_in has come. Other turns may have been between.
    virtual void on_wake() = 0;
};

class Shard {
  public:
    virtual ~Shard() = default;

    /// Runs `work` on the shard's thread, in the order of the calls. From any thread. Once the server has
    /// stopped, work is dropped without being run.
    virtual void post(std::function<void()> work) = 0;

    /// Has App::on_wake called in so many microseconds, or sooner if that was asked for before. On the shard's thread.
    virtual void wake_in(std::int64_t delay_us) = 0;

    /// Connections open now, WebSocket and HTTP. From any thread.
    virtual std::size_t connections() const = 0;

    virtual std::size_t index() const = 0;
};

struct ServerOptions {
    std::string host = "127.0.0.1";  // an address, or a name: then all its addresses ("::" is everyone, IPv4 too)
    std::uint16_t port = 0;          // 0: any free one
    std::size_t shards = 1;
    // From accept to a whole request header, from there to its whole body (again for each 16 KiB that come),
    // between requests, and for the client to take an answer. Watched every 50 ms.
    std::int64_t handshake_timeout_ms = 10'000;
    std::size_t http_header_bytes_max = std::size_t{16} * 1024;
    std::size_t http_body_bytes_max = 1 << 20;
    std::size_t connections_max = 100'000;  // beyond it a connection is accepted and closed with 503
    bool deflate = true;                    // compression is agreed on with clients that offer it
    // WebSocket connections per shard that keep a reader (some 2.5 KB) after they have been read from. The
    // others get one when they send something, which costs a few microseconds.
    std::size_t warm_readers_max = 512;
};

/// Since the start, of all shards.
struct ServerCounters {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;        // with 503, because of connections_max
    std::uint64_t accept_errors = 0;  // out of descriptors or memory; the shard tries again at the next tick
    std::uint64_t readers_made = 0;   // for WebSocket connections that had none (see warm_readers_max)
};

/// Listens and runs the shards' threads.
class Server {
  public:
    virtual ~Server() = default;  // stops and joins

    /// The port that is listened on. From any thread.
    virtual std::uint16_t port() const = 0;

    virtual std::size_t shards() const = 0;
    virtual Shard& shard(std::size_t index) = 0;
    virtual const Shard& shard(std::size_t index) const = 0;

    /// From any thread.
    virtual ServerCounters counters() const = 0;

    /// Stops to accept; connections live on. From any thread.
    virtual void stop_accepting() = 0;

    /// Stops to accept, closes every WebSocket connection with `code`, ends HTTP connections after the answer
    /// they wait for, waits for all that at most `grace_ms`, cuts the rest and ends all threads. Every
    /// handler has been told on_closed and every App is destroyed, on its own thread, when this returns. From
    /// any thread but a shard's.
    virtual void stop(std::uint16_t code, std::int64_t grace_ms) = 0;
};

/// Binds, makes one App per shard with `make_app` (called here, before any thread runs) and starts the
/// threads. Fails with the system's words when the address cannot be bound.
Result<std::unique_ptr<Server>> start_server(const ServerOptions& options,
                                             const std::function<std::unique_ptr<App>(Shard&)>& make_app);

}  // namespace longwire::edge::net
