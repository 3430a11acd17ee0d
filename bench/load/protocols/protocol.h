#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/result.h"

/// What servers are spoken to in: how one watches a topic, and how one publishes. Pure: bytes in, bytes out.
namespace longwire::load {

/// Where a protocol's bytes go.
class Outgoing {
  public:
    virtual ~Outgoing() = default;
    virtual void send_text(std::string_view message) = 0;
    virtual void send_binary(std::string_view message) = 0;
    /// Without a frame around them.
    virtual void send_bytes(std::string_view bytes) = 0;
};

/// Whom a protocol tells what its server says.
class Listener {
  public:
    virtual ~Listener() = default;
    /// The server has confirmed the subscription, or takes events.
    virtual void on_ready() = 0;
    /// A text that holds the payload of one event.
    virtual void on_event(std::string_view text) = 0;
    /// The server says that it leaves out events.
    virtual void on_gap() {}
    /// One event has been taken, of those that were published.
    virtual void on_accepted() {}
    virtual void on_refused(std::string_view why) = 0;
    /// The connection is gone, not by our doing.
    virtual void on_closed(std::string_view why) = 0;
};

/// What one connection is for.
struct Role {
    std::string topic;            // the one to watch; none: it publishes
    bool from_beginning = false;  // the first time it begins with the topic's first event, and not with what comes next
    std::string name;             // among the connections to a server
    std::string path = "/";       // where the server serves it
    bool publishes() const { return topic.empty(); }
};

/// One connection's side of a protocol. It outlives the connection: of those that can, it knows where to go on.
class Protocol {
  public:
    explicit Protocol(Role role) : role_(std::move(role)) {}
    virtual ~Protocol() = default;
    Protocol(const Protocol&) = delete;
    Protocol& operator=(const Protocol&) = delete;

    /// Whether bytes travel in WebSocket frames.
    virtual bool is_framed() const { return true; }
    virtual std::string subprotocol() const { return {}; }
    /// What the next connection asks for.
    virtual std::string path() const { return role_.path; }

    /// The connection can be used from now on.
    virtual void on_open(Outgoing& out, Listener& listener) = 0;
    /// A whole message, or what bytes there are where there are no frames.
    virtual void on_message(std::string_view message, Outgoing& out, Listener& listener) = 0;
    virtual void publish(std::string_view topic, std::string_view payload, Outgoing& out) = 0;

    const Role& role() const { return role_; }

  protected:
    Role role_;
};

/// What a protocol promises, whatever the connection is for.
struct ProtocolTraits {
    std::string_view name;
    bool resumes = false;  // who comes back gets what has come meanwhile
    bool accepts = false;  // each publish is answered
    std::unique_ptr<Protocol> (*make)(Role role) = nullptr;
};

/// Errors: bad_request that lists those there are.
Result<const ProtocolTraits*> protocol_of(std::string_view name);

}  // namespace longwire::load
