#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

/// Reads what workers and the broker say: what is absent, or of another kind than expected, is empty.
namespace longwire::edge::tracking {

namespace json = boost::json;

std::string_view text_in(const json::object& object, std::string_view name);
std::optional<double> number_in(const json::object& object, std::string_view name);
std::int64_t integer_in(const json::object& object, std::string_view name);
const json::object& object_in(const json::object& object, std::string_view name);
const json::array& array_in(const json::object& object, std::string_view name);

/// A share from 0 to 1 as whole percents: 100 is only said of what is complete.
int percents(double share);

/// A time to come in whole seconds: 0 is only said of what is there.
std::int64_t whole_seconds(double seconds);

/// Seconds since the epoch with fractions.
double seconds(std::int64_t time_us);

/// The beginning of a text where it is too long to be passed on.
std::string_view shortened(std::string_view text);

}  // namespace longwire::edge::tracking
