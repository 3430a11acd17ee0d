#include "edge/dialects/tracking/values.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <cmath>

#include "protocol/utf8.h"

namespace longwire::edge::tracking {
namespace {

constexpr std::size_t kTextBytesMax = 4 << 10;
constexpr double kRounding = 1e-6;  // 0.29 * 100 is less than 29

}  // namespace

std::string_view text_in(const json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::optional<double> number_in(const json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return value->to_number<double>();
}

std::int64_t integer_in(const json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    if (value == nullptr || !value->is_number()) return 0;
    boost::system::error_code error;
    const auto number = value->to_number<std::int64_t>(error);
    return error ? 0 : number;
}

const json::object& object_in(const json::object& object, std::string_view name) {
    static const json::object none;
    const auto* const value = object.if_contains(name);
    return value != nullptr && value->is_object() ? value->get_object() : none;
}

const json::array& array_in(const json::object& object, std::string_view name) {
    static const json::array none;
    const auto* const value = object.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : none;
}

int percents(double share) {
    return static_cast<int>(std::floor(std::clamp(share, 0.0, 1.0) * 100 + kRounding));
}

std::int64_t whole_seconds(double seconds) {
    return static_cast<std::int64_t>(std::ceil(seconds));
}

double seconds(std::int64_t time_us) {
    return static_cast<double>(time_us) / 1e6;
}

std::string_view shortened(std::string_view text) {
    return utf8_prefix(text, kTextBytesMax);
}

}  // namespace longwire::edge::tracking
