#include "protocol/json_value.h"

#include <boost/json.hpp>

#include "protocol/json.h"
#include "protocol/limits.h"
#include "protocol/msgpack_writer.h"

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
    std::string text;
    LW_TRY_STATUS(append_json(msgpack, text, depth_max));
    boost::json::parse_options options;
    options.max_depth = depth_max;
    boost::json::error_code error;
    auto value = boost::json::parse(text, error, {}, options);
    if (error) return bad_request("payload", error.message());
    return value;
}

}  // namespace longwire
