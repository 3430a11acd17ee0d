#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/msgpack_writer.h"

/// Bytes as tests like to write and to see them.
namespace longwire::testing {

inline int hex_digit(char c) {
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

/// "c2 ff" -> the two bytes. Blanks are passed over; digits are lower case.
inline std::string from_hex(std::string_view hex) {
    std::string bytes;
    int high = -1;
    for (const char c : hex) {
        if (c == ' ') continue;
        if (high < 0) {
            high = hex_digit(c);
        } else {
            bytes += static_cast<char>(high * 16 + hex_digit(c));
            high = -1;
        }
    }
    return bytes;
}

inline std::string to_hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        hex += kDigits[byte >> 4];
        hex += kDigits[byte & 0xF];
    }
    return hex;
}

/// The bytes that `write` gives to a MsgpackWriter.
template <class Write>
std::string packed(const Write& write) {
    std::string bytes;
    MsgpackWriter writer(bytes);
    write(writer);
    return bytes;
}

/// `levels` arrays, each the only element of the one around it, with `inner` in the innermost.
inline std::string nested_arrays(std::size_t levels, std::string_view inner) {
    return std::string(levels, '\x91').append(inner);
}

}  // namespace longwire::testing
