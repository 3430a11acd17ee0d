#pragma once

#include "bench/load/protocols/protocol.h"

namespace longwire::load {

/// Servers that push the events of the topic in the connection's path, one payload a message, and take `TOPIC PAYLOAD`.
class PlainProtocol : public Protocol {
  public:
    using Protocol::Protocol;

    void on_open(Outgoing& /*out*/, Listener& listener) override { listener.on_ready(); }
    void on_message(std::string_view message, Outgoing& /*out*/, Listener& listener) override {
        listener.on_event(message);
    }
    void publish(std::string_view topic, std::string_view payload, Outgoing& out) override {
        command_.assign(topic).append(" ").append(payload);
        out.send_text(command_);
    }

  private:
    std::string command_;
};

}  // namespace longwire::load
