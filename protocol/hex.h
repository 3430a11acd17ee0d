#pragma once

#include <cstdint>
#include <string>

namespace longwire {

/// A number as 16 hex digits, in lower case.
inline std::string hex_digits(std::uint64_t number) {
    std::string digits(16, '0');
    for (auto digit = digits.rbegin(); number != 0; ++digit, number >>= 4) *digit = "0123456789abcdef"[number & 0xF];
    return digits;
}

}  // namespace longwire
