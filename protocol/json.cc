#include "protocol/json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <ctime>

#include "protocol/base64.h"
#include "protocol/limits.h"
#include "protocol/msgpack_reader.h"
#include "protocol/utf8.h"

namespace longwire {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::int8_t kTimestampExtension = -1;

template <class Number>
void append_number(Number value, std::string& out) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(std::string_view(digits.data(), end));
}

void append_double(double value, std::string& out) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    append_number(value, out);
}

void append_escaped(char c, std::string& out) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += kHex[byte >> 4];
    out += kHex[byte & 0xF];
}

bool is_plain(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// Whether eight bytes are plain. Each test sets the highest bit of the lowest byte that fails it, and perhaps of bytes
/// above, but of none where all are plain.
bool are_plain(const char* bytes) {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHighs = kOnes * 0x80;
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof(word));
    const auto below_space = word - kOnes * ' ';
    const auto quotes = (word ^ kOnes * '"') - kOnes;
    const auto backslashes = (word ^ kOnes * '\\') - kOnes;
    return ((word | below_space | quotes | backslashes) & kHighs) == 0;
}

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

/// How many bytes of the text's beginning go into a JSON string as they are.
std::size_t unchanged_prefix(std::string_view text) {
    std::size_t end = 0;
    while (true) {
        while (end + sizeof(std::uint64_t) <= text.size() && are_plain(text.data() + end)) end += sizeof(std::uint64_t);
        while (end < text.size() && is_plain(text[end])) ++end;
        if (end == text.size() || is_ascii(text[end])) return end;
        while (end < text.size() && !is_ascii(text[end])) {
            const auto length = utf8_sequence_length(text.substr(end));
            if (length == 0) return end;
            end += length;
        }
    }
}

/// MessagePack's timestamp extension: 4, 8 or 12 bytes.
bool append_timestamp(std::string_view data, std::string& out) {
    const auto number = [&](std::size_t from, std::size_t size) {
        std::uint64_t value = 0;
        for (const char c : data.substr(from, size)) value = (value << 8) | static_cast<std::uint8_t>(c);
        return value;
    };
    std::uint64_t nanoseconds = 0;
    std::int64_t seconds = 0;
    if (data.size() == 4) {
        seconds = static_cast<std::int64_t>(number(0, 4));
    } else if (data.size() == 8) {
        nanoseconds = number(0, 8) >> 34;
        seconds = static_cast<std::int64_t>(number(0, 8) & 0x3FFFFFFFF);
    } else if (data.size() == 12) {
        nanoseconds = number(0, 4);
        seconds = static_cast<std::int64_t>(number(4, 8));
    } else {
        return false;
    }
    std::tm parts{};
    const std::time_t time = seconds;
    if (nanoseconds > 999'999'999 || gmtime_r(&time, &parts) == nullptr) return false;
    const auto year = parts.tm_year + 1900;
    if (year < 0 || year > 9999) return false;
    // strftime doesn't pad the year; ten thousand more and its last four digits do.
    std::array<char, 64> text;
    parts.tm_year += 10'000;
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    out.append(1, '"').append(text.data() + 1, size - 1);
    if (nanoseconds != 0) {
        auto fraction = std::to_string(1'000'000'000 + nanoseconds);
        out.append(1, '.').append(fraction, 1);
    }
    out += "Z\"";
    return true;
}

void append_extension(const MsgpackReader::Extension& extension, std::string& out) {
    const auto start = out.size();
    if (extension.type == kTimestampExtension && append_timestamp(extension.data, out)) return;
    out.resize(start);
    out += "{\"ext\":";
    append_number(static_cast<int>(extension.type), out);
    out += ",\"base64\":\"";
    append_base64(extension.data, out);
    out += "\"}";
}

/// Where in a payload a value stands.
struct Place {
    std::size_t levels_left = 0;  // arrays and maps that may still begin
    bool is_in_key = false;

    Place inside() const { return {levels_left - 1, is_in_key}; }
};

void append_value(MsgpackReader& reader, std::string& out, Place place);

void append_key(MsgpackReader& reader, std::string& out, Place place) {
    if (reader.peek() == MsgpackReader::Type::string) {
        append_json_string(reader.string(), out);
        return;
    }
    // Quoting the quoted doubles its size with every level, so a key within a key must be text.
    if (place.is_in_key) return reader.fail();
    std::string key;
    append_value(reader, key, {place.levels_left, true});
    append_json_string(key, out);
}

void append_value(MsgpackReader& reader, std::string& out, Place place) {
    using Type = MsgpackReader::Type;
    const auto type = reader.peek();
    if (place.levels_left == 0 && (type == Type::array || type == Type::map)) return reader.fail();
    switch (type) {
        case Type::nil:
            reader.nil();
            out += "null";
            return;
        case Type::boolean:
            out += reader.boolean() ? "true" : "false";
            return;
        case Type::integer: {
            auto as_unsigned = reader;
            const auto value = as_unsigned.unsigned_integer();
            if (as_unsigned.ok()) {
                reader = as_unsigned;
                append_number(value, out);
            } else {
                append_number(reader.signed_integer(), out);
            }
            return;
        }
        case Type::floating:
            append_double(reader.number(), out);
            return;
        case Type::string:
            append_json_string(reader.string(), out);
            return;
        case Type::binary:
            out += '"';
            append_base64(reader.binary(), out);
            out += '"';
            return;
        case Type::extension:
            append_extension(reader.extension(), out);
            return;
        case Type::array: {
            out += '[';
            const auto elements = reader.array();
            for (std::uint32_t i = 0; i < elements && reader.ok(); ++i) {
                if (i > 0) out += ',';
                append_value(reader, out, place.inside());
            }
            out += ']';
            return;
        }
        case Type::map: {
            out += '{';
            const auto pairs = reader.map();
            for (std::uint32_t i = 0; i < pairs && reader.ok(); ++i) {
                if (i > 0) out += ',';
                append_key(reader, out, place.inside());
                out += ':';
                append_value(reader, out, place.inside());
            }
            out += '}';
            return;
        }
        case Type::invalid:
            reader.fail();
            return;
    }
}

}  // namespace

Status append_json(std::string_view msgpack, std::string& out, std::size_t depth_max) {
    MsgpackReader reader(msgpack);
    append_value(reader, out, {depth_max, false});
    if (!reader.ok() || !reader.at_end()) return bad_request("payload", "is not one well-formed MessagePack value");
    return {};
}

void append_json_string(std::string_view text, std::string& out) {
    out += '"';
    while (!text.empty()) {
        const auto unchanged = unchanged_prefix(text);
        out.append(text.substr(0, unchanged));
        text.remove_prefix(unchanged);
        if (text.empty()) break;
        if (is_ascii(text[0])) {
            append_escaped(text[0], out);
        } else {
            out.append(kReplacement);
        }
        text.remove_prefix(1);
    }
    out += '"';
}

}  // namespace longwire
