// What servers send to longwire-load: frames are cut into the same messages whatever the pieces they come in, and every
// protocol's reader takes any of them.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bench/load/event_mark.h"
#include "bench/load/protocols/protocol.h"
#include "bench/load/ws/frame_reader.h"
#include "bench/load/ws/inflater.h"
#include "bench/load/ws/upgrade.h"

namespace {

using longwire::load::FrameReader;

struct Nobody final : longwire::load::Outgoing, longwire::load::Listener {
    void send_text(std::string_view /*message*/) override {}
    void send_binary(std::string_view /*message*/) override {}
    void send_bytes(std::string_view /*bytes*/) override {}
    void on_ready() override {}
    void on_event(std::string_view text) override { static_cast<void>(longwire::load::find_mark(text)); }
    void on_refused(std::string_view /*why*/) override {}
    void on_closed(std::string_view /*why*/) override {}
};

/// All messages, one after the other; what follows nonsense is not looked at.
std::string messages_of(std::string_view bytes, std::size_t step) {
    FrameReader reader;
    std::string all;
    std::string unread;
    while (!bytes.empty()) {
        unread += bytes.substr(0, step);
        bytes.remove_prefix(std::min(step, bytes.size()));
        std::string_view rest = unread;
        longwire::load::Message message;
        auto found = reader.next(rest, message);
        for (; found == FrameReader::Found::message; found = reader.next(rest, message)) {
            all += static_cast<char>(message.opcode);
            all += message.payload;
        }
        if (found == FrameReader::Found::nonsense) return all + "nonsense";
        unread = std::string(rest);
    }
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (messages_of(input, 1) != messages_of(input, size)) std::abort();
    static_cast<void>(longwire::load::check_upgrade(input, {}));
    static_cast<void>(longwire::load::Inflater().inflate(input));
    for (const char* name : {"longwire", "plain", "nats", "socketio", "mqtt", "nchan", "http"}) {
        for (const char* topic : {"bench/0", ""}) {
            Nobody nobody;
            const auto protocol = longwire::load::protocol_of(name).value()->make({topic, false, "x", "/"});
            protocol->on_open(nobody, nobody);
            protocol->on_message(input.substr(0, size / 2), nobody, nobody);
            protocol->on_message(input.substr(size / 2), nobody, nobody);
        }
    }
    return 0;
}
