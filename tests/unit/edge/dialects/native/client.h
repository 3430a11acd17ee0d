#pragma once

#include <memory>
#include <string>

#include "edge/dialects/native/native.h"
#include "tests/unit/edge/core/batches.h"
#include "tests/unit/edge/core/fake_shard.h"
#include "tests/unit/edge/dialects/fake_transport.h"

namespace longwire::edge {

/// One client of the native protocol on a shard of its own.
struct NativeClient : FakeShard {
    explicit NativeClient(ClientLimits limits = {}, const NativeEncoding& encoding = json_encoding())
        : FakeShard(limits),
          dialect(std::make_unique<NativeDialect>(services, transport, Identity{"dev", "anna"}, encoding)) {
        dialect->on_open();
    }

    /// Sends a text frame; returns what came back at once, each message on its own line.
    std::string say(std::string_view text) {
        dialect->on_message(text, false);
        return transport.take_lines();
    }
    std::string heard() { return transport.take_lines(); }

    void events(const std::string& topic, std::uint64_t first, std::size_t count, std::uint64_t epoch = 0xe) {
        hub.on_events(make_batch("dev/" + topic, epoch, first, count));
    }

    /// Hangs up.
    void leave() {
        dialect->on_closed(1006);
        dialect.reset();
    }

    FakeTransport transport;
    std::unique_ptr<NativeDialect> dialect;
};

/// The push of an event that make_batch made.
inline std::string event_push(std::string_view topic, std::uint64_t offset) {
    std::string push = "{\"topic\":\"" + std::string(topic) + "\",\"offset\":" + std::to_string(offset) +
                       ",\"type\":\"log\",\"time_us\":1700000000000000,\"data\":" + std::to_string(offset);
    if (topic.starts_with("task/")) push += ",\"task\":\"" + std::string(topic.substr(5)) + "\",\"attempt\":0";
    return push + ",\"source\":\"worker-1\"}";
}

}  // namespace longwire::edge
