#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "edge/core/watcher.h"
#include "protocol/result.h"

/// What an edge says to a client, as the client reads it (protocol/spec/client.md). Views are into the object read.
namespace longwire::simulation {

struct Answer {
    std::uint64_t id = 0;
    Result<std::string_view> ok;  // a MessagePack map
};

struct EventPush {
    std::string_view topic;
    std::uint64_t offset = 0;
    std::uint32_t attempt = 0;
    std::string_view type;
    std::string_view data;
    std::uint64_t shown = 0;
};

struct GapPush {
    std::string_view topic;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    edge::GapReason reason = edge::GapReason::trimmed;
    std::uint64_t epoch = 0;  // the new one, where that is the reason
};

struct FilterGapPush {
    std::string_view filter;
    edge::GapReason reason = edge::GapReason::link_lost;
};

struct MergedPush {
    std::string_view topic;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::uint64_t events = 0;
    std::uint64_t left = 0;
};

struct SnapshotPush {
    std::string_view topic;
    std::uint64_t epoch = 0;
    std::uint64_t offset = 0;
    std::string_view snapshot;  // a MessagePack map
};

using Push = std::variant<Answer, EventPush, GapPush, FilterGapPush, MergedPush, SnapshotPush>;

/// Violated by an object that is none of these.
Push read_push(std::string_view object);

}  // namespace longwire::simulation
