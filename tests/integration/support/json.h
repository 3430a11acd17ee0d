#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Short words for looking into JSON: a wrong place is a null or an empty value, and so a failed expectation.
namespace longwire::integration {

namespace json = boost::json;

/// The value at a path such as "error.code"; null where there is none.
inline json::value at(const json::value& value, std::string_view path) {
    const auto dot = path.find('.');
    const auto* object = value.if_object();
    const auto* found = object == nullptr ? nullptr : object->if_contains(path.substr(0, dot));
    if (found == nullptr) return nullptr;
    return dot == std::string_view::npos ? *found : at(*found, path.substr(dot + 1));
}

inline bool has(const json::value& value, std::string_view name) {
    return value.is_object() && value.get_object().contains(name);
}

inline std::string text(const json::value& value, std::string_view path) {
    const auto found = at(value, path);
    return found.is_string() ? std::string(found.get_string()) : std::string();
}

/// -1 where there is no number.
inline std::int64_t number(const json::value& value, std::string_view path) {
    const auto found = at(value, path);
    if (found.is_int64()) return found.get_int64();
    return found.is_uint64() ? static_cast<std::int64_t>(found.get_uint64()) : -1;
}

/// Empty where there is no array.
inline std::vector<json::value> items(const json::value& value, std::string_view path) {
    const auto found = at(value, path);
    if (!found.is_array()) return {};
    return {found.get_array().begin(), found.get_array().end()};
}

inline json::value parse_json(std::string_view text) {
    boost::json::error_code error;
    auto value = json::parse(text, error);
    return error ? json::value(nullptr) : value;
}

}  // namespace longwire::integration
