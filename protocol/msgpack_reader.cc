#include "protocol/msgpack_reader.h"

#include <array>
#include <bit>
#include <limits>

#include "protocol/limits.h"

namespace longwire {
namespace {

using Type = MsgpackReader::Type;

// Lead bytes, by the names of the specification.
constexpr std::uint8_t kNil = 0xC0, kFalse = 0xC2, kTrue = 0xC3;
constexpr std::uint8_t kBin8 = 0xC4;
constexpr std::uint8_t kExt8 = 0xC7;
constexpr std::uint8_t kFloat32 = 0xCA, kFloat64 = 0xCB;
constexpr std::uint8_t kUint8 = 0xCC, kUint64 = 0xCF;
constexpr std::uint8_t kInt8 = 0xD0, kInt64 = 0xD3;
constexpr std::uint8_t kFixext1 = 0xD4;
constexpr std::uint8_t kStr8 = 0xD9;
constexpr std::uint8_t kArray16 = 0xDC, kMap16 = 0xDE;

/// What a lead byte says of its value.
struct Lead {
    Type type = Type::invalid;
    std::uint8_t length_bytes = 0;  // of the length or count that follows; 0: it is `fixed`
    std::uint8_t fixed = 0;         // bytes behind the lead (and behind the length), or elements, or pairs
};

constexpr std::array<Lead, 256> kLeads = [] {
    std::array<Lead, 256> leads{};
    const auto set = [&](unsigned first, unsigned last, Type type) {
        for (auto b = first; b <= last; ++b) leads[b].type = type;
    };
    const auto set_widths = [&](unsigned first, Type type, unsigned count, unsigned width) {
        for (unsigned i = 0; i < count; ++i) leads[first + i] = {type, 0, static_cast<std::uint8_t>(width << i)};
    };
    const auto set_lengths = [&](unsigned first, Type type, unsigned count, unsigned width, std::uint8_t more) {
        for (unsigned i = 0; i < count; ++i) leads[first + i] = {type, static_cast<std::uint8_t>(width << i), more};
    };
    set(0x00, 0x7F, Type::integer);
    set(0xE0, 0xFF, Type::integer);
    set(kFalse, kTrue, Type::boolean);
    leads[kNil].type = Type::nil;
    for (unsigned n = 0; n < 16; ++n) {
        leads[0x80 + n] = {Type::map, 0, static_cast<std::uint8_t>(n)};
        leads[0x90 + n] = {Type::array, 0, static_cast<std::uint8_t>(n)};
    }
    for (unsigned n = 0; n < 32; ++n) leads[0xA0 + n] = {Type::string, 0, static_cast<std::uint8_t>(n)};
    set_widths(kUint8, Type::integer, 4, 1);
    set_widths(kInt8, Type::integer, 4, 1);
    set_widths(kFloat32, Type::floating, 2, 4);
    for (unsigned i = 0; i < 5; ++i)
        leads[kFixext1 + i] = {Type::extension, 0, static_cast<std::uint8_t>((1 << i) + 1)};
    set_lengths(kStr8, Type::string, 3, 1, 0);
    set_lengths(kBin8, Type::binary, 3, 1, 0);
    set_lengths(kExt8, Type::extension, 3, 1, 1);
    set_lengths(kArray16, Type::array, 2, 2, 0);
    set_lengths(kMap16, Type::map, 2, 2, 0);
    return leads;
}();

const Lead& lead_of(char byte) {
    return kLeads[static_cast<std::uint8_t>(byte)];
}

bool between(std::uint8_t b, std::uint8_t low, std::uint8_t high) {
    return b >= low && b <= high;
}

}  // namespace

std::uint8_t MsgpackReader::lead() {
    constexpr std::uint8_t kNeverUsed = 0xC1;
    if (at_ == end_) {
        fail();
        return kNeverUsed;
    }
    return static_cast<std::uint8_t>(*at_++);
}

std::string_view MsgpackReader::take(std::uint64_t size) {
    if (size > left()) {
        fail();
        return {};
    }
    const auto* const taken = at_;
    at_ += size;
    return {taken, size};
}

std::uint64_t MsgpackReader::big_endian(std::size_t width) {
    std::uint64_t value = 0;
    for (const char c : take(width)) value = (value << 8) | static_cast<std::uint8_t>(c);
    return value;
}

std::uint32_t MsgpackReader::count(std::uint64_t elements, std::size_t bytes_each) {
    if (ok_ && elements * bytes_each <= left()) return static_cast<std::uint32_t>(elements);
    fail();
    return 0;
}

MsgpackReader::Type MsgpackReader::peek() const {
    return at_ == end_ ? Type::invalid : lead_of(*at_).type;
}

void MsgpackReader::nil() {
    if (lead() != kNil) fail();
}

bool MsgpackReader::take_nil() {
    if (peek() != Type::nil) return false;
    nil();
    return true;
}

bool MsgpackReader::boolean() {
    const auto b = lead();
    if (b != kTrue && b != kFalse) fail();
    return b == kTrue;
}

std::uint64_t MsgpackReader::unsigned_integer() {
    const auto b = lead();
    if (b < 0x80) return b;
    if (between(b, kUint8, kUint64)) return big_endian(std::size_t{1} << (b - kUint8));
    if (between(b, kInt8, kInt64)) {  // some encoders write every integer as a signed one
        const auto width = std::size_t{1} << (b - kInt8);
        const auto value = big_endian(width);
        if ((value >> (8 * width - 1)) == 0) return value;
    }
    fail();
    return 0;
}

std::int64_t MsgpackReader::signed_integer() {
    const auto* const at = at_;
    const auto b = lead();
    if (b >= 0xE0) return static_cast<std::int8_t>(b);
    if (between(b, kInt8, kInt64)) {
        const auto width = std::size_t{1} << (b - kInt8);
        const auto shift = 64 - 8 * width;
        return static_cast<std::int64_t>(big_endian(width) << shift) >> shift;
    }
    if (!ok_) return 0;
    at_ = at;
    const auto value = unsigned_integer();
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        fail();
        return 0;
    }
    return static_cast<std::int64_t>(value);
}

double MsgpackReader::number() {
    if (peek() == Type::floating) {
        if (lead() == kFloat32) return std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(4)));
        return std::bit_cast<double>(big_endian(8));
    }
    const bool is_large = !at_end() && static_cast<std::uint8_t>(*at_) == kUint64;
    if (is_large) return static_cast<double>(unsigned_integer());
    return static_cast<double>(signed_integer());
}

/// The length that the lead tells or that follows it. Fails where the value is of another type.
std::uint64_t MsgpackReader::length_of(Type type) {
    const auto& lead = kLeads[this->lead()];
    if (lead.type != type) fail();
    return lead.length_bytes == 0 ? lead.fixed : big_endian(lead.length_bytes);
}

std::string_view MsgpackReader::string() {
    return take(length_of(Type::string));
}

std::string_view MsgpackReader::binary() {
    return take(length_of(Type::binary));
}

MsgpackReader::Extension MsgpackReader::extension() {
    const bool is_fixed = !at_end() && lead_of(*at_).length_bytes == 0;
    const auto size = length_of(Type::extension) - (is_fixed ? 1 : 0);
    const auto type = static_cast<std::int8_t>(big_endian(1));
    return {type, take(size)};
}

std::uint32_t MsgpackReader::array() {
    return count(length_of(Type::array), 1);
}

std::uint32_t MsgpackReader::map() {
    return count(length_of(Type::map), 2);
}

std::string_view MsgpackReader::raw() {
    const auto* const start = at_;
    std::array<std::uint64_t, kPayloadDepthMax> left;  // values that are to come, by level; not cleared: this is hot
    std::size_t depth = 0;
    do {
        const auto& lead = kLeads[this->lead()];
        const auto length = lead.length_bytes == 0 ? 0 : big_endian(lead.length_bytes);
        if (lead.type == Type::invalid) fail();
        if (lead.type == Type::array || lead.type == Type::map) {
            const unsigned each = lead.type == Type::map ? 2 : 1;
            const std::uint64_t inner = each * std::uint64_t{count(lead.fixed + length, each)};
            if (depth == left.size()) fail();
            if (inner > 0 && ok_) {
                left[depth++] = inner;
                continue;
            }
        } else {
            take(lead.fixed + length);
        }
        while (depth > 0 && --left[depth - 1] == 0) --depth;
    } while (ok_ && depth > 0);
    return ok_ ? std::string_view(start, static_cast<std::size_t>(at_ - start)) : std::string_view{};
}

bool is_one_msgpack_value(std::string_view bytes) {
    MsgpackReader reader(bytes);
    reader.raw();
    return reader.ok() && reader.at_end();
}

}  // namespace longwire
