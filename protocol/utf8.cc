#include "protocol/utf8.h"

#include <cstdint>

namespace longwire {
namespace {

bool in_range(char c, unsigned low, unsigned high) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= low && byte <= high;
}

bool is_continuation(char c) {
    return in_range(c, 0x80, 0xBF);
}

}  // namespace

std::size_t utf8_sequence_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return text.size() >= 2 && is_continuation(text[1]) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        if (text.size() < 3 || !is_continuation(text[2])) return 0;
        const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;   // no overlong form
        const unsigned high = lead == 0xED ? 0x9F : 0xBF;  // no surrogate
        return in_range(text[1], low, high) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        if (text.size() < 4 || !is_continuation(text[2]) || !is_continuation(text[3])) return 0;
        const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
        const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
        return in_range(text[1], low, high) ? 4 : 0;
    }
    return 0;
}

bool is_valid_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto length = utf8_sequence_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    auto end = bytes_max;
    while (end > 0 && is_continuation(text[end])) --end;
    return text.substr(0, end > 0 ? end : bytes_max);  // all continuation is no UTF-8: cut it anywhere
}

}  // namespace longwire
