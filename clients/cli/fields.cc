#include "clients/cli/fields.h"

#include <array>
#include <boost/json/parse.hpp>
#include <charconv>
#include <cmath>

#include "protocol/json.h"
#include "protocol/limits.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

void append_number(double number, std::string& out) {
    if (!std::isfinite(number)) {
        out += "null";
        return;
    }
    std::array<char, 32> digits;
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void append_compact(const json::value& value, std::string& out) {
    switch (value.kind()) {
        case json::kind::null:
            out += "null";
            break;
        case json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            break;
        case json::kind::int64:
            out += std::to_string(value.get_int64());
            break;
        case json::kind::uint64:
            out += std::to_string(value.get_uint64());
            break;
        case json::kind::double_:
            append_number(value.get_double(), out);
            break;
        case json::kind::string:
            append_json_string(value.get_string(), out);
            break;
        case json::kind::array: {
            char before = '[';
            for (const json::value& item : value.get_array()) {
                out += before;
                append_compact(item, out);
                before = ',';
            }
            out += before == '[' ? "[]" : "]";
            break;
        }
        case json::kind::object: {
            char before = '{';
            for (const auto& [key, item] : value.get_object()) {
                out += before;
                append_json_string(key, out);
                out += ':';
                append_compact(item, out);
                before = ',';
            }
            out += before == '{' ? "{}" : "}";
            break;
        }
    }
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = kPayloadDepthMax + 8;  // an event's payload is some levels down in its push
    boost::system::error_code error;
    json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error) return bad_request("", "is not JSON: " + error.message());
    return value;
}

std::string text_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_string()) return {};
    return std::string(std::string_view(value->get_string()));
}

std::optional<double> real_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    if (value->is_double()) return value->get_double();
    return value->is_int64() ? static_cast<double>(value->get_int64()) : static_cast<double>(value->get_uint64());
}

std::optional<std::int64_t> number_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_int64()) return value->get_int64();
    const auto real = real_at(object, key);
    if (!real || !(std::abs(*real) < 9e18)) return std::nullopt;
    return static_cast<std::int64_t>(*real);
}

bool truth_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

const json::object* object_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr ? value->if_object() : nullptr;
}

const json::array* array_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr ? value->if_array() : nullptr;
}

std::string compact_json(const json::value& value) {
    std::string out;
    append_compact(value, out);
    return out;
}

Error error_from(const json::object& object) {
    Error error;
    error.code = errc_from_string(text_at(object, "code"));
    error.message = text_at(object, "message");
    if (error.message.empty()) error.message = text_at(object, "detail");
    error.field = text_at(object, "field");
    error.retry_after_ms = number_at(object, "retry_after_ms").value_or(0);
    return error;
}

}  // namespace longwire::cli
