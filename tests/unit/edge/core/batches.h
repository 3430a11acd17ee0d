#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "edge/core/event_batch.h"
#include "protocol/json.h"

namespace longwire::edge {

/// A client's event as the broker keeps it; `data` is JSON.
inline std::string envelope_bytes(std::string_view type, std::string_view data) {
    const auto payload = json_to_msgpack(data);
    Envelope envelope;
    envelope.producer = "worker-1";
    envelope.incarnation = 1;
    envelope.time_us = 1'700'000'000'000'000;
    envelope.type = type;
    envelope.payload = *payload;
    std::string bytes;
    write_envelope(envelope, bytes);
    return bytes;
}

/// An event of a type, with data in JSON.
struct Said {
    std::string type;
    std::string data;
};

/// These events from offset `first` on.
inline EventBatchPtr make_batch_of(const std::string& path, std::uint64_t first, const std::vector<Said>& said) {
    std::vector<std::string> bytes;
    bytes.reserve(said.size());
    for (const auto& [type, data] : said) bytes.push_back(envelope_bytes(type, data));
    return EventBatch::make(SharedText(path), 1, first, {bytes.begin(), bytes.end()});
}

/// `count` events from offset `first` on, whose data is their offset.
inline EventBatchPtr make_batch(const std::string& path, std::uint64_t epoch, std::uint64_t first, std::size_t count,
                                std::size_t padding = 0) {
    std::vector<std::string> bytes;
    for (std::size_t i = 0; i < count; ++i) {
        const auto data = padding == 0 ? std::to_string(first + i) : "\"" + std::string(padding, 'x') + "\"";
        bytes.push_back(envelope_bytes("log", data));
    }
    return EventBatch::make(SharedText(path), epoch, first, {bytes.begin(), bytes.end()});
}

}  // namespace longwire::edge
