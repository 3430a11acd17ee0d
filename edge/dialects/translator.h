#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "edge/core/authenticator.h"
#include "edge/dialects/event_reader.h"
#include "edge/dialects/native_event.h"
#include "protocol/result.h"

/// What a product's own protocol is made of. A translator turns its client's messages into native commands, and native
/// events into its client's messages. It knows no socket, no text and no clock: all of that is its host's.
namespace longwire::edge {

namespace json = boost::json;

/// The world as one translator sees it: its client, the native protocol, and the time. Outlives it.
///
/// Nothing here calls back before the translator's present call has returned.
class Host {
  public:
    virtual ~Host() = default;

    // The client.

    /// Sends a message. `id` is for channels that can tell a client where to resume (Server-Sent Events); a message
    /// without an id leaves the place as it was.
    virtual void send(const json::object& message, std::string_view id = {}) = 0;

    /// Sends what `render` makes of an event, which is made once for all clients of the shard that get it.
    virtual void send_event(const NativeEvent& event, RenderEvent render) = 0;

    /// Answers an HTTP request as a whole. An error becomes a problem document (RFC 9457).
    virtual void answer(unsigned status, const json::value& body) = 0;
    virtual void refuse(const Error& error) = 0;

    /// Ends the connection when all is sent. on_closed follows, later. A stream of Server-Sent Events ends well with
    /// 1000; with any other code it is cut, and a client that can resumes.
    virtual void close(std::uint16_t code, std::string_view reason) = 0;

    /// Asks the client's WebSocket to prove that all that was sent so far has arrived: on_proven(the number returned)
    /// follows if it does. A later proof may stand for an earlier one.
    virtual std::uint64_t prove() = 0;

    // The native protocol (protocol/spec/client.md), as this client.

    using OnReply = std::function<void(const Result<json::object>& ok)>;

    /// A command with its fields. Its reply comes later, or never if the client goes before. Commands are obeyed in
    /// their order. After a `subscribe` events come by on_event, other pushes by on_push.
    virtual void command(std::string_view name, json::object fields, OnReply on_reply) = 0;

    /// The same where nobody cares for the reply.
    void command(std::string_view name, json::object fields) { command(name, std::move(fields), {}); }

    virtual const Identity& who() const = 0;

    /// Whom a token names. Errors: unauthorized, expired.
    virtual Result<Identity> identify(std::string_view token) const = 0;

    /// From now on the client is somebody else, whose token came later than its connection. Before the first command.
    virtual void become(Identity who) = 0;

    // Time and names.

    virtual std::int64_t now_us() const = 0;

    /// Has on_time called at that time, instead of at the one set before. It is set once.
    virtual void wake_at(std::int64_t time_us) = 0;

    /// A name that nobody has had: PREFIX and 16 letters and digits.
    virtual std::string new_id(std::string_view prefix) = 0;

    /// A name that is always the same for a text, and from which nobody can tell the text: 32 hex digits.
    virtual std::string fingerprint(std::string_view text) const = 0;
};

/// One client's conversation in a product's protocol. Every call comes from its host, none from within a call to it.
class Translator {
  public:
    virtual ~Translator() = default;

    virtual void on_open() = 0;

    /// A message, or the body of an HTTP request that can have one ({} if it has none).
    virtual void on_message(const json::value& message) = 0;

    /// A message that is no JSON; the error says where it goes wrong.
    virtual void on_garbage(const Error& error) = 0;

    virtual void on_event(const NativeEvent& /*event*/) {}

    /// A native push that is no event: `snapshot`, `gap`, `merged` or `notice`.
    virtual void on_push(const json::object& /*push*/) {}

    virtual void on_proven(std::uint64_t /*proof*/) {}
    virtual void on_time() {}

    /// The client is gone: what is sent goes nowhere, commands are obeyed. `code` is 1000 where it said so itself.
    virtual void on_closed(std::uint16_t /*code*/) {}
};

}  // namespace longwire::edge
