#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <msgpack.hpp>
#include <string>
#include <string_view>

namespace longwire {

/// Appends MessagePack to a string. The caller keeps count: array(n) must be followed by n values, map(n) by n pairs.
class MsgpackWriter {
  public:
    explicit MsgpackWriter(std::string& out) : sink_{out}, packer_(sink_) {}

    void nil() { packer_.pack_nil(); }
    void boolean(bool value) { value ? packer_.pack_true() : packer_.pack_false(); }
    void unsigned_integer(std::uint64_t value) { packer_.pack_uint64(value); }
    void signed_integer(std::int64_t value) { packer_.pack_int64(value); }

    /// A whole number as an integer, any other as a float of 64 bits.
    void number(double value) {
        constexpr double kTwoTo63 = 9223372036854775808.0;
        const bool is_whole = value == std::floor(value);
        if (is_whole && value >= 0 && value < 2 * kTwoTo63) return unsigned_integer(static_cast<std::uint64_t>(value));
        if (is_whole && value < 0 && value >= -kTwoTo63) return signed_integer(static_cast<std::int64_t>(value));
        const auto bits = std::bit_cast<std::uint64_t>(value);
        sink_.out += '\xCB';
        for (int shift = 56; shift >= 0; shift -= 8) sink_.out += static_cast<char>(bits >> shift);
    }

    void string(std::string_view value) {
        packer_.pack_str(static_cast<std::uint32_t>(value.size()));
        packer_.pack_str_body(value.data(), static_cast<std::uint32_t>(value.size()));
    }
    void binary(std::string_view value) {
        packer_.pack_bin(static_cast<std::uint32_t>(value.size()));
        packer_.pack_bin_body(value.data(), static_cast<std::uint32_t>(value.size()));
    }
    void array(std::size_t elements) { packer_.pack_array(static_cast<std::uint32_t>(elements)); }
    void map(std::size_t pairs) { packer_.pack_map(static_cast<std::uint32_t>(pairs)); }

    /// Bytes that are whole MessagePack values already.
    void raw(std::string_view value) { sink_.out.append(value); }

    /// A string, or nil where it is empty.
    void string_or_nil(std::string_view value) { value.empty() ? nil() : string(value); }

    void field(std::string_view key, std::string_view value) { string(key), string(value); }
    void field(std::string_view key, const char* value) { string(key), string(value); }
    void field(std::string_view key, bool value) { string(key), boolean(value); }
    void field(std::string_view key, double value) { string(key), number(value); }
    void field(std::string_view key, std::uint64_t value) { string(key), unsigned_integer(value); }
    void field(std::string_view key, std::uint32_t value) { string(key), unsigned_integer(value); }
    void field(std::string_view key, std::int64_t value) { string(key), signed_integer(value); }
    void field(std::string_view key, std::int32_t value) { string(key), signed_integer(value); }
    void field_raw(std::string_view key, std::string_view value) { string(key), raw(value); }

    /// nil where `value` is empty.
    void field_raw_or_nil(std::string_view key, std::string_view value) {
        string(key);
        value.empty() ? nil() : raw(value);
    }
    void field_or_nil(std::string_view key, std::string_view value) { string(key), string_or_nil(value); }

  private:
    struct Sink {
        std::string& out;
        void write(const char* data, std::size_t size) { out.append(data, size); }
    };

    Sink sink_;
    msgpack::packer<Sink> packer_;
};

}  // namespace longwire
