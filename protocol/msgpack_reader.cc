#include "protocol/msgpack_reader.h"

#include <array>
#include <bit>
#include <limits>

#include "protocol/limits.h"

namespace longwire {
namespace {

// Lead bytes, by the names of the specification.
constexpr std::uint8_t kNil = 0xC0, kNever = 0xC1, kFalse = 0xC2, kTrue = 0xC3;
constexpr std::uint8_t kBin8 = 0xC4, kBin32 = 0xC6;
constexpr std::uint8_t kExt8 = 0xC7, kExt32 = 0xC9;
constexpr std::uint8_t kFloat32 = 0xCA, kFloat64 = 0xCB;
constexpr std::uint8_t kUint8 = 0xCC, kUint64 = 0xCF;
constexpr std::uint8_t kInt8 = 0xD0, kInt64 = 0xD3;
constexpr std::uint8_t kFixext1 = 0xD4, kFixext16 = 0xD8;
constexpr std::uint8_t kStr8 = 0xD9, kStr32 = 0xDB;
constexpr std::uint8_t kArray16 = 0xDC, kArray32 = 0xDD;
constexpr std::uint8_t kMap16 = 0xDE, kMap32 = 0xDF;

constexpr bool is_fixint(std::uint8_t b) {
    return b < 0x80 || b >= 0xE0;
}
constexpr bool is_fixmap(std::uint8_t b) {
    return (b & 0xF0) == 0x80;
}
constexpr bool is_fixarray(std::uint8_t b) {
    return (b & 0xF0) == 0x90;
}
constexpr bool is_fixstr(std::uint8_t b) {
    return (b & 0xE0) == 0xA0;
}
constexpr bool between(std::uint8_t b, std::uint8_t low, std::uint8_t high) {
    return b >= low && b <= high;
}

constexpr MsgpackReader::Type type_of(std::uint8_t b) {
    using Type = MsgpackReader::Type;
    if (is_fixint(b) || between(b, kUint8, kInt64)) return Type::integer;
    if (is_fixstr(b) || between(b, kStr8, kStr32)) return Type::string;
    if (is_fixmap(b) || between(b, kMap16, kMap32)) return Type::map;
    if (is_fixarray(b) || between(b, kArray16, kArray32)) return Type::array;
    if (b == kNil) return Type::nil;
    if (between(b, kFalse, kTrue)) return Type::boolean;
    if (between(b, kBin8, kBin32)) return Type::binary;
    if (between(b, kFloat32, kFloat64)) return Type::floating;
    if (between(b, kExt8, kExt32) || between(b, kFixext1, kFixext16)) return Type::extension;
    return Type::invalid;
}

/// Each event is read more than once on its way, so types are looked up rather than found out.
constexpr auto kTypes = [] {
    std::array<MsgpackReader::Type, 256> types{};
    for (std::size_t b = 0; b < types.size(); ++b) types[b] = type_of(static_cast<std::uint8_t>(b));
    return types;
}();

}  // namespace

inline std::uint8_t MsgpackReader::lead() {
    if (!ok_ || at_end()) {
        ok_ = false;
        return kNever;
    }
    return static_cast<std::uint8_t>(bytes_[offset_++]);
}

inline std::string_view MsgpackReader::take(std::size_t size) {
    if (!ok_ || size > bytes_.size() - offset_) {
        ok_ = false;
        return {};
    }
    const auto taken = bytes_.substr(offset_, size);
    offset_ += size;
    return taken;
}

std::uint64_t MsgpackReader::big_endian(std::size_t width) {
    if (width == 1) {
        const auto byte = lead();
        return ok_ ? byte : 0;
    }
    std::uint64_t value = 0;
    for (const char c : take(width)) value = (value << 8) | static_cast<std::uint8_t>(c);
    return value;
}

std::uint32_t MsgpackReader::count(std::uint64_t elements, std::size_t bytes_each) {
    if (!ok_ || elements * bytes_each > bytes_.size() - offset_) {
        ok_ = false;
        return 0;
    }
    return static_cast<std::uint32_t>(elements);
}

MsgpackReader::Type MsgpackReader::peek() const {
    if (!ok_ || at_end()) return Type::invalid;
    return kTypes[static_cast<std::uint8_t>(bytes_[offset_])];
}

void MsgpackReader::nil() {
    if (lead() != kNil) ok_ = false;
}

bool MsgpackReader::take_nil() {
    if (peek() != Type::nil) return false;
    nil();
    return true;
}

bool MsgpackReader::boolean() {
    const auto b = lead();
    if (b != kTrue && b != kFalse) ok_ = false;
    return ok_ && b == kTrue;
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
    ok_ = false;
    return 0;
}

std::int64_t MsgpackReader::signed_integer() {
    const auto at = offset_;
    const auto b = lead();
    if (b >= 0xE0) return static_cast<std::int8_t>(b);
    if (between(b, kInt8, kInt64)) {
        const auto width = std::size_t{1} << (b - kInt8);
        const auto shift = 64 - 8 * width;
        return static_cast<std::int64_t>(big_endian(width) << shift) >> shift;
    }
    if (!ok_) return 0;
    offset_ = at;
    const auto value = unsigned_integer();
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        ok_ = false;
        return 0;
    }
    return static_cast<std::int64_t>(value);
}

double MsgpackReader::number() {
    if (peek() == Type::floating) {
        if (lead() == kFloat32) return std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(4)));
        return std::bit_cast<double>(big_endian(8));
    }
    const auto at = offset_;
    const auto b = lead();
    offset_ = at;
    if (b == kUint64) return static_cast<double>(unsigned_integer());
    return static_cast<double>(signed_integer());
}

std::string_view MsgpackReader::string() {
    const auto b = lead();
    if (is_fixstr(b)) return take(b & 0x1F);
    if (between(b, kStr8, kStr32)) return take(big_endian(std::size_t{1} << (b - kStr8)));
    ok_ = false;
    return {};
}

std::string_view MsgpackReader::binary() {
    const auto b = lead();
    if (between(b, kBin8, kBin32)) return take(big_endian(std::size_t{1} << (b - kBin8)));
    ok_ = false;
    return {};
}

MsgpackReader::Extension MsgpackReader::extension() {
    const auto b = lead();
    std::size_t size = 0;
    if (between(b, kFixext1, kFixext16)) {
        size = std::size_t{1} << (b - kFixext1);
    } else if (between(b, kExt8, kExt32)) {
        size = big_endian(std::size_t{1} << (b - kExt8));
    } else {
        ok_ = false;
        return {};
    }
    const auto type = static_cast<std::int8_t>(big_endian(1));
    return {type, take(size)};
}

std::uint32_t MsgpackReader::array() {
    const auto b = lead();
    if (is_fixarray(b)) return count(b & 0x0F, 1);
    if (between(b, kArray16, kArray32)) return count(big_endian(b == kArray16 ? 2 : 4), 1);
    ok_ = false;
    return 0;
}

std::uint32_t MsgpackReader::map() {
    const auto b = lead();
    if (is_fixmap(b)) return count(b & 0x0F, 2);
    if (between(b, kMap16, kMap32)) return count(big_endian(b == kMap16 ? 2 : 4), 2);
    ok_ = false;
    return 0;
}

/// Skips one scalar, or the header of an array or map; returns how many values the header announces.
std::uint32_t MsgpackReader::skip_one() {
    switch (peek()) {
        case Type::array:
            return array();
        case Type::map: {
            const auto pairs = map();
            if (pairs > std::numeric_limits<std::uint32_t>::max() / 2) fail();
            return pairs * 2;
        }
        case Type::string:
            string();
            return 0;
        case Type::binary:
            binary();
            return 0;
        case Type::extension:
            extension();
            return 0;
        case Type::floating:
            number();
            return 0;
        case Type::boolean:
            boolean();
            return 0;
        case Type::nil:
            nil();
            return 0;
        case Type::integer: {
            const auto b = lead();
            if (between(b, kUint8, kUint64)) take(std::size_t{1} << (b - kUint8));
            if (between(b, kInt8, kInt64)) take(std::size_t{1} << (b - kInt8));
            return 0;
        }
        case Type::invalid:
            break;
    }
    fail();
    return 0;
}

std::string_view MsgpackReader::raw() {
    const auto start = offset_;
    std::array<std::uint32_t, kPayloadDepthMax> left{};
    std::size_t depth = 0;
    do {
        if (depth == left.size() && (peek() == Type::array || peek() == Type::map)) fail();
        const auto inner = skip_one();
        if (inner > 0) {
            if (!ok_) return {};
            left[depth++] = inner;
        } else {
            while (depth > 0 && --left[depth - 1] == 0) --depth;
        }
    } while (ok_ && depth > 0);
    return ok_ ? bytes_.substr(start, offset_ - start) : std::string_view{};
}

bool is_one_msgpack_value(std::string_view bytes) {
    MsgpackReader reader(bytes);
    reader.raw();
    return reader.ok() && reader.at_end();
}

}  // namespace longwire
