#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/limits.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"
#include "protocol/result.h"

/// How link messages become bytes. A message is a MessagePack array [kind, number, fields…]; a message type names its
/// kind and ties its fields in order, and nothing else needs to be written for it. Fields added at the end by a newer
/// peer are passed over; of a type with `kFieldsAdded` an older peer leaves out so many, which keep their defaults. The
/// formats are listed in protocol/spec/links.md.
namespace longwire::link {

/// The highest number that a kind of these messages has.
template <class... Messages>
constexpr std::uint32_t newest_kind(std::type_identity<std::variant<Messages...>> /*messages*/) {
    return std::max({Messages::kKind...});
}

/// Bytes that are one MessagePack value, carried as they are.
struct Raw {
    std::string_view bytes;
};

/// Bytes of any kind, carried as a bin.
struct Blob {
    std::string_view bytes;
};

/// What a decoded message holds views of lives in the bytes it was decoded from.
template <class Message>
struct Numbered {
    std::uint64_t number = 0;  // counts the messages of one direction of one link session, from 1
    std::size_t bytes = 0;     // that it took
    Message message;
};

namespace detail {

template <class T>
concept Tied = requires(T& value) {
    T::tie(value);
};

inline void write(MsgpackWriter& writer, std::string_view value) {
    writer.string(value);
}
inline void write(MsgpackWriter& writer, bool value) {
    writer.boolean(value);
}
inline void write(MsgpackWriter& writer, std::uint32_t value) {
    writer.unsigned_integer(value);
}
inline void write(MsgpackWriter& writer, std::uint64_t value) {
    writer.unsigned_integer(value);
}
inline void write(MsgpackWriter& writer, std::int64_t value) {
    writer.signed_integer(value);
}
inline void write(MsgpackWriter& writer, Raw value) {
    value.bytes.empty() ? writer.nil() : writer.raw(value.bytes);
}
inline void write(MsgpackWriter& writer, Blob value) {
    writer.binary(value.bytes);
}

inline void read(MsgpackReader& reader, std::string_view& value) {
    value = reader.string();
}
inline void read(MsgpackReader& reader, std::string& value) {
    value = reader.string();
}
inline void read(MsgpackReader& reader, bool& value) {
    value = reader.boolean();
}
inline void read(MsgpackReader& reader, std::uint64_t& value) {
    value = reader.unsigned_integer();
}
inline void read(MsgpackReader& reader, std::int64_t& value) {
    value = reader.signed_integer();
}
inline void read(MsgpackReader& reader, Raw& value) {
    value.bytes = reader.take_nil() ? std::string_view{} : reader.raw();
}
inline void read(MsgpackReader& reader, Blob& value) {
    value.bytes = reader.binary();
}
inline void read(MsgpackReader& reader, std::uint32_t& value) {
    const auto wide = reader.unsigned_integer();
    if (wide > UINT32_MAX) reader.fail();
    value = static_cast<std::uint32_t>(wide);
}

template <Tied T>
void write(MsgpackWriter& writer, const T& value);
template <Tied T>
void read(MsgpackReader& reader, T& value);

template <class T>
void write(MsgpackWriter& writer, const std::vector<T>& values) {
    writer.array(values.size());
    for (const auto& value : values) write(writer, value);
}

template <class T>
void read(MsgpackReader& reader, std::vector<T>& values) {
    const auto count = reader.array();
    values.clear();
    for (std::uint32_t i = 0; i < count && reader.ok(); ++i) read(reader, values.emplace_back());
}

template <class T>
constexpr std::size_t field_count() {
    return std::tuple_size_v<decltype(T::tie(std::declval<T&>()))>;
}

/// Those that every peer sends.
template <class T>
constexpr std::size_t required_field_count() {
    if constexpr (requires { T::kFieldsAdded; }) {
        return field_count<T>() - T::kFieldsAdded;
    } else {
        return field_count<T>();
    }
}

template <class T>
void write_fields(MsgpackWriter& writer, const T& value) {
    std::apply([&](const auto&... fields) { (write(writer, fields), ...); }, T::tie(value));
}

template <class T>
void read_fields(MsgpackReader& reader, T& value, std::uint32_t given) {
    constexpr auto kKnown = field_count<T>();
    if (given < required_field_count<T>()) return reader.fail();
    if (given >= kKnown) {
        std::apply([&](auto&... fields) { (read(reader, fields), ...); }, T::tie(value));
    } else {
        std::size_t left = given;
        std::apply([&](auto&... fields) { ((left > 0 ? (read(reader, fields), void(--left)) : void()), ...); },
                   T::tie(value));
    }
    for (std::size_t i = kKnown; i < given && reader.ok(); ++i) reader.raw();
}

template <Tied T>
void write(MsgpackWriter& writer, const T& value) {
    writer.array(field_count<T>());
    write_fields(writer, value);
}

template <Tied T>
void read(MsgpackReader& reader, T& value) {
    const auto given = reader.array();
    if (reader.ok()) read_fields(reader, value, given);
}

}  // namespace detail

/// A message that waits for its number: what must not leave before something else has happened.
struct Prepared {
    std::uint32_t kind = 0;
    std::size_t fields = 0;
    std::string body;
};

template <class Message>
Prepared prepare(const Message& message) {
    Prepared prepared{Message::kKind, detail::field_count<Message>(), {}};
    MsgpackWriter writer(prepared.body);
    detail::write_fields(writer, message);
    return prepared;
}

inline void write_message(std::uint64_t number, const Prepared& prepared, std::string& out) {
    MsgpackWriter writer(out);
    writer.array(2 + prepared.fields);
    writer.unsigned_integer(prepared.kind);
    writer.unsigned_integer(number);
    writer.raw(prepared.body);
}

template <class Message>
void write_message(std::uint64_t number, const Message& message, std::string& out) {
    MsgpackWriter writer(out);
    writer.array(2 + detail::field_count<Message>());
    writer.unsigned_integer(Message::kKind);
    writer.unsigned_integer(number);
    detail::write_fields(writer, message);
}

/// A message alone.
inline std::string seal(std::uint64_t number, const Prepared& prepared) {
    std::string out;
    out.reserve(prepared.body.size() + 16);
    write_message(number, prepared, out);
    return out;
}

template <class Message>
std::string encode(std::uint64_t number, const Message& message) {
    std::string out;
    write_message(number, message, out);
    return out;
}

/// Reads the next of several messages, each of one of the types of `Variant`. Errors: bad_request for what is malformed
/// or of unknown kind; nothing behind it can be read then.
template <class Variant>
Result<Numbered<Variant>> decode_next(MsgpackReader& reader) {
    const auto start = reader.offset();
    const auto elements = reader.array();
    const auto kind = reader.unsigned_integer();
    Numbered<Variant> numbered;
    numbered.number = reader.unsigned_integer();
    if (!reader.ok() || elements < 2) {
        reader.fail();
        return bad_request("link", "is not [kind, number, fields...]");
    }
    const auto read_as = [&]<class Message>(std::type_identity<Message>) {
        if (kind != Message::kKind) return false;
        Message message;
        detail::read_fields(reader, message, elements - 2);
        numbered.message = std::move(message);
        return true;
    };
    const auto known = [&]<class... Messages>(std::type_identity<std::variant<Messages...>>) {
        return (read_as(std::type_identity<Messages>{}) || ...);
    }(std::type_identity<Variant>{});
    if (!known) {
        reader.fail();
        return bad_request("link", "is of unknown kind " + std::to_string(kind));
    }
    if (!reader.ok()) return bad_request("link", "is malformed, of kind " + std::to_string(kind));
    numbered.bytes = reader.offset() - start;
    return numbered;
}

/// Reads the messages of a frame one by one, for as long as they can be read and `take` (of a Result of decode_next())
/// returns true.
template <class Variant, class Take>
void decode_each(std::string_view frame, Take take) {
    MsgpackReader reader(frame);
    while (take(decode_next<Variant>(reader)) && reader.ok() && !reader.at_end()) {
    }
}

/// Reads a message that is alone. Errors as for decode_next().
template <class Variant>
Result<Numbered<Variant>> decode(std::string_view bytes) {
    MsgpackReader reader(bytes);
    auto numbered = decode_next<Variant>(reader);
    if (numbered && !reader.at_end()) numbered = bad_request("link", "has something behind its end");
    return numbered;
}

}  // namespace longwire::link
