#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/load/protocols/protocol.h"

namespace longwire::load {

/// What a protocol sends and tells.
struct Recorded final : Outgoing, Listener {
    std::vector<std::string> sent;
    std::vector<std::string> events;
    std::vector<std::string> refusals;
    int readies = 0;
    int accepted = 0;
    int gaps = 0;

    void send_text(std::string_view message) override { sent.emplace_back(message); }
    void send_binary(std::string_view message) override { sent.emplace_back(message); }
    void send_bytes(std::string_view bytes) override { sent.emplace_back(bytes); }
    void on_ready() override { ++readies; }
    void on_event(std::string_view text) override { events.emplace_back(text); }
    void on_gap() override { ++gaps; }
    void on_accepted() override { ++accepted; }
    void on_refused(std::string_view why) override { refusals.emplace_back(why); }
    void on_closed(std::string_view /*why*/) override {}

    /// Feeds `bytes` in pieces of `step`.
    void feed(Protocol& protocol, std::string_view bytes, std::size_t step) {
        for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
            protocol.on_message(bytes.substr(0, step), *this, *this);
        }
    }
};

}  // namespace longwire::load
