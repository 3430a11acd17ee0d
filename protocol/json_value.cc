#include "protocol/json_value.h"

#include <boost/json.hpp>
#include <cmath>

#include "protocol/json.h"
#include "protocol/limits.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"
#include "protocol/utf8.h"

namespace longwire {
namespace {

void write_value(const boost::json::value& value, MsgpackWriter& writer) {
    using boost::json::kind;
    switch (value.kind()) {
        case kind::null:
            writer.nil();
            return;
        case kind::bool_:
            writer.boolean(value.get_bool());
            return;
        case kind::int64:
            writer.signed_integer(value.get_int64());
            return;
        case kind::uint64:
            writer.unsigned_integer(value.get_uint64());
            return;
        case kind::double_:
            writer.number(value.get_double());
            return;
        case kind::string: {
            const auto& text = value.get_string();
            writer.string({text.data(), text.size()});
            return;
        }
        case kind::array:
            writer.array(value.get_array().size());
            for (const auto& element : value.get_array()) write_value(element, writer);
            return;
        case kind::object:
            writer.map(value.get_object().size());
            for (const auto& member : value.get_object()) {
                writer.string({member.key().data(), member.key().size()});
                write_value(member.value(), writer);
            }
            return;
    }
}

/// What is rare in a payload takes the way through the text that append_json() makes of it.
boost::json::value read_by_text(MsgpackReader& reader, std::size_t depth_max) {
    std::string text;
    boost::json::parse_options options;
    options.max_depth = depth_max;
    boost::json::error_code error;
    boost::json::value value;
    if (append_json(reader.raw(), text, depth_max)) value = boost::json::parse(text, error, {}, options);
    if (value.is_null()) reader.fail();
    return value;
}

boost::json::value read_integer(MsgpackReader& reader) {
    auto as_signed = reader;
    const auto value = as_signed.signed_integer();
    if (!as_signed.ok()) return reader.unsigned_integer();
    reader = as_signed;
    return value;
}

boost::json::value read_number(MsgpackReader& reader) {
    constexpr double kWholeMax = 9'007'199'254'740'992;  // 2^53: up to there a double has every whole number
    const auto number = reader.number();
    if (!std::isfinite(number)) return nullptr;
    const bool is_whole = std::abs(number) <= kWholeMax && std::trunc(number) == number;
    if (is_whole) return static_cast<std::int64_t>(number);
    return number;
}

boost::json::value read_value(MsgpackReader& reader, std::size_t levels_left);

boost::json::value read_map(MsgpackReader& reader, std::size_t levels_left) {
    const auto start = reader;
    boost::json::object object;
    const auto pairs = reader.map();
    object.reserve(pairs);
    for (std::uint32_t i = 0; i < pairs && reader.ok(); ++i) {
        const bool is_text = reader.peek() == MsgpackReader::Type::string;
        const auto key = is_text ? reader.string() : std::string_view();
        if (!is_text || !is_valid_utf8(key)) {
            reader = start;
            return read_by_text(reader, levels_left);
        }
        object[key] = read_value(reader, levels_left - 1);
    }
    return object;
}

boost::json::value read_array(MsgpackReader& reader, std::size_t levels_left) {
    boost::json::array array;
    const auto elements = reader.array();
    array.reserve(elements);
    for (std::uint32_t i = 0; i < elements && reader.ok(); ++i) array.push_back(read_value(reader, levels_left - 1));
    return array;
}

boost::json::value read_value(MsgpackReader& reader, std::size_t levels_left) {
    using Type = MsgpackReader::Type;
    const auto type = reader.peek();
    if (levels_left == 0 && (type == Type::array || type == Type::map)) reader.fail();
    if (!reader.ok()) return nullptr;
    switch (type) {
        case Type::nil:
            reader.nil();
            return nullptr;
        case Type::boolean:
            return reader.boolean();
        case Type::integer:
            return read_integer(reader);
        case Type::floating:
            return read_number(reader);
        case Type::array:
            return read_array(reader, levels_left);
        case Type::map:
            return read_map(reader, levels_left);
        case Type::string: {
            auto after = reader;
            const auto text = after.string();
            if (!is_valid_utf8(text)) break;
            reader = after;
            return boost::json::string(text);
        }
        default:
            break;
    }
    return read_by_text(reader, levels_left + 1);
}

}  // namespace

void append_msgpack(const boost::json::value& value, std::string& out) {
    MsgpackWriter writer(out);
    write_value(value, writer);
}

std::string json_text(const boost::json::value& value) {
    std::string msgpack;
    append_msgpack(value, msgpack);
    std::string text;
    if (!append_json(msgpack, text, 2 * kPayloadDepthMax)) text = "null";
    return text;
}

Result<boost::json::value> msgpack_to_json_value(std::string_view msgpack, std::size_t depth_max) {
    if (msgpack.empty()) return boost::json::value{};
    MsgpackReader reader(msgpack);
    auto value = read_value(reader, depth_max);
    if (reader.ok() && reader.at_end()) return value;
    return bad_request("payload",
                       "must be one well-formed MessagePack value of at most " + std::to_string(depth_max) + " levels");
}

}  // namespace longwire
