#pragma once

#include <string>

#include "bench/load/protocols/carry.h"
#include "bench/load/protocols/protocol.h"

namespace longwire::load {

/// Publishes by HTTP: a POST of the payload for each event, one behind the other on one connection, to the path with
/// the topic's name behind it.
class HttpPostProtocol final : public Protocol {
  public:
    using Protocol::Protocol;

    bool is_framed() const override { return false; }
    void on_open(Outgoing& out, Listener& listener) override;
    void on_message(std::string_view message, Outgoing& out, Listener& listener) override;
    void publish(std::string_view topic, std::string_view payload, Outgoing& out) override;

  private:
    /// Takes one whole answer from the front; false if it is not all there.
    static bool take(std::string_view& bytes, Listener& listener);

    Carry carry_;
    std::string request_;
};

}  // namespace longwire::load
