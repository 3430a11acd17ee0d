#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <zmq.hpp>

#include "protocol/result.h"

/// Every kind of socket the system has, each option set on purpose: libzmq's defaults lose messages in silence, never
/// notice a dead peer and accept messages of any size. Sockets belong to the thread that made them.
namespace longwire::zmq_link {

/// Broker: events in, at each of the endpoints. Receives what workers publish, after subscribe_partition().
Result<zmq::socket_t> bind_events(zmq::context_t& context, const std::vector<std::string>& endpoints);

/// Broker: one end of many links. A send to a peer that is gone or full says so (ROUTER_MANDATORY).
Result<zmq::socket_t> bind_router(zmq::context_t& context, const std::vector<std::string>& endpoints);

/// Broker: committed events out to whoever listens, best effort.
Result<zmq::socket_t> bind_tap(zmq::context_t& context, const std::vector<std::string>& endpoints);

/// Worker: events out. An XPUB, so that subscriptions are heard (see read_subscription).
Result<zmq::socket_t> connect_events(zmq::context_t& context, const std::string& endpoint);

/// Worker or edge: its end of a link, under a name that the broker answers to. Nothing is queued for a peer that isn't
/// connected.
Result<zmq::socket_t> connect_dealer(zmq::context_t& context, const std::string& endpoint, const std::string& identity);

/// Subscribes a SUB socket to the topics of one partition.
void subscribe_partition(zmq::socket_t& sub, std::uint32_t partition);

/// One message: its frames in order. Views into the received messages.
class Received {
  public:
    std::size_t size() const { return frames_.size(); }
    std::string_view operator[](std::size_t i) const { return frames_[i].to_string_view(); }

  private:
    friend std::optional<Received> receive(zmq::socket_t& socket);
    std::vector<zmq::message_t> frames_;
};

/// The next message, or nothing if there is none now. Never blocks.
std::optional<Received> receive(zmq::socket_t& socket);

/// Sends one message of these frames. False if it cannot be queued now (no peer, or the peer's queue is full); then
/// nothing of it is sent. Never blocks.
bool send(zmq::socket_t& socket, std::initializer_list<std::string_view> frames);

/// Waits until one of the items is ready or `timeout_ms` have passed; a signal ends the wait early.
void wait(std::span<zmq::pollitem_t> items, std::int64_t timeout_ms);

/// A subscription heard by an XPUB.
struct Subscription {
    bool added = false;
    std::string prefix;
};
std::optional<Subscription> read_subscription(std::string_view frame);

/// The endpoint that a socket is bound to, with the port that the system chose in place of 0 or '*'.
std::string bound_endpoint(const zmq::socket_t& socket);

}  // namespace longwire::zmq_link
