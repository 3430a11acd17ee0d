#include "protocol/base64.h"

#include <array>
#include <cstdint>

namespace longwire {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

void append_base64(std::string_view bytes, std::string& out) {
    const auto digits = [&](std::uint32_t bits, std::size_t count) {
        std::array<char, 4> group{'=', '=', '=', '='};
        for (std::size_t i = 0; i < count; ++i) group[i] = kAlphabet[(bits >> (18 - 6 * i)) & 0x3F];
        out.append(group.data(), group.size());
    };
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[i])); };
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) digits(byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2), 4);
    if (i + 2 == bytes.size()) digits(byte(i) << 16 | byte(i + 1) << 8, 3);
    if (i + 1 == bytes.size()) digits(byte(i) << 16, 2);
}

std::optional<std::string> decode_base64(std::string_view text) {
    const auto end = text.find('=');
    if (end != std::string_view::npos) {
        if (text.size() % 4 != 0 || text.size() - end > 2 || text.back() != '=') return std::nullopt;
        text = text.substr(0, end);
    }
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const auto value = kAlphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes += static_cast<char>((bits >> held) & 0xFF);
    }
    // Bits that no encoder sets would make two texts of the same bytes.
    if ((bits & ((1U << held) - 1)) != 0) return std::nullopt;
    return bytes;
}

}  // namespace longwire
