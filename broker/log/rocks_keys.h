#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The keys of a RocksLog's tables; docs/operations/data-directory.md describes the format.
namespace longwire::broker::rocks_keys {

/// Numbers are stored big-endian, so that keys sort by them.
void append_u64(std::uint64_t number, std::string& out);
std::uint64_t read_u64(std::string_view bytes);

/// An event: path, a 0 byte (which no path holds), offset.
void append_event_key(std::string_view path, std::uint64_t offset, std::string& out);
std::string event_key(std::string_view path, std::uint64_t offset);

struct EventKey {
    std::string_view path;
    std::uint64_t offset = 0;
};
std::optional<EventKey> parse_event_key(std::string_view key);

/// Behind every event of a path and before those of any other.
std::string after_events(std::string_view path);

}  // namespace longwire::broker::rocks_keys
