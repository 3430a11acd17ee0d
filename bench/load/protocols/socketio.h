#pragma once

#include <string>

#include "bench/load/protocols/protocol.h"

namespace longwire::load {

/// Socket.IO 4 over a WebSocket from the start: a server where one emits "watch" and "publish", and gets "event".
class SocketIoProtocol final : public Protocol {
  public:
    using Protocol::Protocol;

    void on_open(Outgoing& /*out*/, Listener& /*listener*/) override {}
    void on_message(std::string_view message, Outgoing& out, Listener& listener) override {
        if (message.starts_with("42")) return listener.on_event(message);
        if (message.starts_with("2")) return out.send_text("3");
        if (message.starts_with("0")) return out.send_text("40");
        if (message.starts_with("43")) return listener.on_ready();
        if (message.starts_with("44")) return listener.on_refused(message);
        if (!message.starts_with("40")) return;
        if (role_.publishes()) return listener.on_ready();
        out.send_text("420[\"watch\",\"" + role_.topic + "\"]");
    }
    void publish(std::string_view topic, std::string_view payload, Outgoing& out) override {
        command_.assign("42[\"publish\",\"").append(topic).append("\",").append(payload).append("]");
        out.send_text(command_);
    }

  private:
    std::string command_;
};

}  // namespace longwire::load
