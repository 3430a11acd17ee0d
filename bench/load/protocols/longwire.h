#pragma once

#include <cstdint>
#include <string>

#include "bench/load/protocols/protocol.h"

namespace longwire::load {

/// The native client protocol in JSON (protocol/spec/client.md). Who comes back goes on after the last offset.
class LongwireProtocol final : public Protocol {
  public:
    explicit LongwireProtocol(Role role);

    std::string subprotocol() const override { return "longwire.v1.json"; }
    void on_open(Outgoing& out, Listener& listener) override;
    void on_message(std::string_view message, Outgoing& out, Listener& listener) override;
    void publish(std::string_view topic, std::string_view payload, Outgoing& out) override;

  private:
    void on_line(std::string_view line, Listener& listener);
    void on_reply(std::string_view line, Listener& listener);
    std::string from() const;

    std::string event_begin_;  // up to the offset
    std::string epoch_;
    std::uint64_t offset_ = 0;
    std::uint64_t last_id_ = 0;
    std::string command_;
};

}  // namespace longwire::load
