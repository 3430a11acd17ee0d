#pragma once

#include <string>

#include "bench/load/protocols/plain.h"

namespace longwire::load {

/// Nchan's subprotocol ws+meta.nchan, of which each message begins with its id: who comes back names the last one in
/// the path.
class NchanProtocol final : public PlainProtocol {
  public:
    using PlainProtocol::PlainProtocol;

    std::string subprotocol() const override { return "ws+meta.nchan"; }
    std::string path() const override {
        const std::string first = role_.from_beginning ? "&last_event_id=0:0" : "";
        return role_.path + (last_id_.empty() ? first : "&last_event_id=" + last_id_);
    }
    void on_message(std::string_view message, Outgoing& /*out*/, Listener& listener) override {
        constexpr std::string_view kId = "id: ";
        if (message.starts_with(kId)) {
            last_id_.assign(message.substr(kId.size(), message.find('\n') - kId.size()));
        }
        listener.on_event(message);
    }

  private:
    std::string last_id_;
};

}  // namespace longwire::load
