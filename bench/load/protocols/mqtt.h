#pragma once

#include <string>

#include "bench/load/protocols/carry.h"
#include "bench/load/protocols/protocol.h"

namespace longwire::load {

/// MQTT 3.1.1 over WebSocket, with QoS 0: its stream of packets, cut into messages anywhere.
class MqttProtocol final : public Protocol {
  public:
    using Protocol::Protocol;

    std::string subprotocol() const override { return "mqtt"; }
    void on_open(Outgoing& out, Listener& listener) override;
    void on_message(std::string_view message, Outgoing& out, Listener& listener) override;
    void publish(std::string_view topic, std::string_view payload, Outgoing& out) override;

  private:
    void on_packet(unsigned type, std::string_view body, Outgoing& out, Listener& listener);

    Carry carry_;
    std::string body_;
    std::string packet_;
};

}  // namespace longwire::load
