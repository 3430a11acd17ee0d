#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace longwire {

/// Reads MessagePack (github.com/msgpack/msgpack, spec.md) front to back without allocating.
///
/// A reader that meets what it was not asked for fails and stays failed: reads then return empty values, so that a
/// caller reads a whole structure and looks at ok() once. All views are into the bytes given.
class MsgpackReader {
  public:
    enum class Type { nil, boolean, integer, floating, string, binary, array, map, extension, invalid };

    explicit MsgpackReader(std::string_view bytes)
        : start_(bytes.data()), at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    bool ok() const { return ok_; }
    bool at_end() const { return at_ == end_; }

    /// How many bytes have been read. Not after a failure.
    std::size_t offset() const { return static_cast<std::size_t>(at_ - start_); }

    /// The type of the next value; `invalid` at the end or after a failure. Reads nothing.
    Type peek() const;

    void nil();
    bool boolean();
    std::uint64_t unsigned_integer();
    std::int64_t signed_integer();

    /// Any number as a double.
    double number();

    /// A str; a bin is refused.
    std::string_view string();
    std::string_view binary();

    struct Extension {
        std::int8_t type = 0;
        std::string_view data;
    };
    Extension extension();

    /// The number of elements that follow. Never more than there are bytes left, so it is safe to reserve for.
    std::uint32_t array();

    /// The number of key and value pairs that follow; as for array().
    std::uint32_t map();

    /// Skips one value with all it holds and returns its bytes. Fails beyond kPayloadDepthMax levels.
    std::string_view raw();

    /// Reads nil and returns true if the next value is nil.
    bool take_nil();

    void fail() {
        ok_ = false;
        at_ = end_;
    }

  private:
    std::uint8_t lead();
    std::uint64_t big_endian(std::size_t width);
    std::string_view take(std::uint64_t size);
    std::uint64_t left() const { return static_cast<std::uint64_t>(end_ - at_); }
    std::uint32_t count(std::uint64_t elements, std::size_t bytes_each);
    std::uint64_t length_of(Type type);

    const char* start_;
    const char* at_;  // the end after a failure, so that all reads fail there
    const char* end_;
    bool ok_ = true;
};

/// Whether `bytes` hold exactly one well-formed value of at most kPayloadDepthMax levels.
bool is_one_msgpack_value(std::string_view bytes);

}  // namespace longwire
