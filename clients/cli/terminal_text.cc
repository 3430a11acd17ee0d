#include "clients/cli/terminal_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <iterator>

#include "protocol/utf8.h"

namespace longwire::cli {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// East Asian wide and fullwidth characters and emoji, in the ranges that terminals agree on.
constexpr std::array kWide{
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},
    Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},   Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},
    Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F},
    Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1FAFF}, Range{0x20000, 0x3FFFD},
};
constexpr std::array kWidthless{
    Range{0x0300, 0x036F}, Range{0x200B, 0x200F}, Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F},
};

template <class Ranges>
bool is_in(const Ranges& ranges, char32_t code) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const Range& range) { return code >= range.first && code <= range.last; });
}

char32_t code_point(std::string_view sequence) {
    const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(sequence[i])); };
    if (sequence.size() == 1) return byte(0);
    char32_t code = byte(0) & (0x7Fu >> sequence.size());
    for (std::size_t i = 1; i < sequence.size(); ++i) code = (code << 6) | (byte(i) & 0x3F);
    return code;
}

struct Character {
    std::size_t bytes;
    std::size_t cells;
};

Character first_character(std::string_view text) {
    const std::size_t bytes = utf8_sequence_length(text);
    if (bytes == 0) return {1, 1};
    const char32_t code = code_point(text.substr(0, bytes));
    if (is_in(kWidthless, code)) return {bytes, 0};
    return {bytes, is_in(kWide, code) ? std::size_t{2} : std::size_t{1}};
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// C1 controls (U+0080 to U+009F) steer terminals too; invalid bytes are shown as such.
std::string without_controls(std::string_view text, bool keep_newlines) {
    std::string out;
    while (!text.empty()) {
        const std::size_t bytes = utf8_sequence_length(text);
        if (bytes == 0) {
            out += "\xEF\xBF\xBD";
            text.remove_prefix(1);
            continue;
        }
        const std::string_view sequence = text.substr(0, bytes);
        const bool is_c1 = bytes == 2 && code_point(sequence) < 0xA0;
        if (keep_newlines && sequence == "\n") {
            out += '\n';
        } else if (is_control(sequence[0]) || is_c1) {
            out += ' ';
        } else {
            out += sequence;
        }
        text.remove_prefix(bytes);
    }
    return out;
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t cells = 0;
    while (!text.empty()) {
        const Character character = first_character(text);
        cells += character.cells;
        text.remove_prefix(character.bytes);
    }
    return cells;
}

std::string_view fitting_part(std::string_view text, std::size_t width) {
    std::size_t cells = 0;
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const Character character = first_character(text.substr(bytes));
        if (cells + character.cells > width) break;
        cells += character.cells;
        bytes += character.bytes;
    }
    return text.substr(0, bytes);
}

std::string cut_to_width(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    if (width == 0) return {};
    return std::string(fitting_part(text, width - 1)) + "…";
}

std::string one_line(std::string_view text) {
    return without_controls(text, false);
}
std::string plain_lines(std::string_view text) {
    return without_controls(text, true);
}

std::string duration_text(std::int64_t duration_us) {
    const std::int64_t seconds = std::max<std::int64_t>(duration_us, 0) / 1'000'000;
    std::array<char, 48> text;
    if (seconds >= 3600) {
        std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", static_cast<long long>(seconds / 3600),
                      static_cast<long long>(seconds / 60 % 60), static_cast<long long>(seconds % 60));
    } else {
        std::snprintf(text.data(), text.size(), "%lld:%02lld", static_cast<long long>(seconds / 60),
                      static_cast<long long>(seconds % 60));
    }
    return text.data();
}

std::string exact_duration_text(std::int64_t duration_us) {
    const std::int64_t tenths = std::max<std::int64_t>(duration_us, 0) / 100'000;
    if (tenths >= 600) return duration_text(duration_us);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string age_text(std::int64_t duration_us) {
    const std::int64_t seconds = std::max<std::int64_t>(duration_us, 0) / 1'000'000;
    if (seconds < 120) return std::to_string(seconds) + " s";
    if (seconds < 7'200) return std::to_string(seconds / 60) + " min";
    if (seconds < 172'800) return std::to_string(seconds / 3600) + " h";
    return std::to_string(seconds / 86400) + " d";
}

std::string ago_text(const std::optional<std::int64_t>& time_us, std::int64_t now_us) {
    return time_us ? age_text(now_us - *time_us) + " ago" : "-";
}

std::string clock_text(std::int64_t time_us) {
    const std::time_t seconds = static_cast<std::time_t>(time_us / 1'000'000);
    std::tm parts{};
    localtime_r(&seconds, &parts);
    std::array<char, 48> text;
    const std::size_t size = std::strftime(text.data(), text.size(), "%H:%M:%S", &parts);
    std::snprintf(text.data() + size, text.size() - size, ".%03d", static_cast<int>(time_us / 1000 % 1000));
    return text.data();
}

std::string Paint::with(std::string_view code, std::string_view text) const {
    if (!on_ || text.empty()) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace longwire::cli
