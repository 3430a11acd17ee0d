#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

namespace longwire::edge {

/// Fields of what the bus says, which anybody may have published: what is absent or of another kind is empty. For what
/// a client says, and is told about, there is Fields.
inline std::string_view text_in(const boost::json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

inline std::uint64_t count_in(const boost::json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    boost::system::error_code error;
    const auto number = value != nullptr && value->is_number() ? value->to_number<std::uint64_t>(error) : 0;
    return error ? 0 : number;
}

inline std::int64_t integer_in(const boost::json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    boost::system::error_code error;
    const auto number = value != nullptr && value->is_number() ? value->to_number<std::int64_t>(error) : 0;
    return error ? 0 : number;
}

inline std::optional<double> number_in(const boost::json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return value->to_number<double>();
}

inline bool is_true_in(const boost::json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

inline const boost::json::object& object_in(const boost::json::object& object, std::string_view name) {
    static const boost::json::object none;
    const auto* const value = object.if_contains(name);
    return value != nullptr && value->is_object() ? value->get_object() : none;
}

inline const boost::json::array& array_in(const boost::json::object& object, std::string_view name) {
    static const boost::json::array none;
    const auto* const value = object.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : none;
}

}  // namespace longwire::edge
