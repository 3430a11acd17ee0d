#include "broker/log/rocks_keys.h"

namespace longwire::broker::rocks_keys {

void append_u64(std::uint64_t number, std::string& out) {
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 0xFF);
}

std::uint64_t read_u64(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char c : bytes.substr(0, 8)) number = (number << 8) | static_cast<std::uint8_t>(c);
    return number;
}

void append_event_key(std::string_view path, std::uint64_t offset, std::string& out) {
    out.append(path).append(1, '\0');
    append_u64(offset, out);
}

std::string event_key(std::string_view path, std::uint64_t offset) {
    std::string key;
    append_event_key(path, offset, key);
    return key;
}

std::optional<EventKey> parse_event_key(std::string_view key) {
    const auto end = key.find('\0');
    if (end == std::string_view::npos || key.size() != end + 9) return std::nullopt;
    return EventKey{key.substr(0, end), read_u64(key.substr(end + 1))};
}

std::string after_events(std::string_view path) {
    return std::string(path).append(1, '\1');
}

}  // namespace longwire::broker::rocks_keys
