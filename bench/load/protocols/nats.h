#pragma once

#include <string>

#include "bench/load/protocols/carry.h"
#include "bench/load/protocols/protocol.h"

namespace longwire::load {

/// NATS over WebSocket: its stream of lines, cut into messages anywhere.
class NatsProtocol final : public Protocol {
  public:
    using Protocol::Protocol;

    void on_open(Outgoing& /*out*/, Listener& /*listener*/) override {
        carry_.clear();
        is_greeted_ = false;
    }
    void on_message(std::string_view message, Outgoing& out, Listener& listener) override;
    void publish(std::string_view topic, std::string_view payload, Outgoing& out) override;

  private:
    /// Takes one whole piece from the front; false if it is not all there.
    bool take(std::string_view& bytes, Outgoing& out, Listener& listener);
    void on_line(std::string_view line, Outgoing& out, Listener& listener);

    Carry carry_;
    bool is_greeted_ = false;
    std::string command_;
};

}  // namespace longwire::load
