#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "edge/dialects/loose_fields.h"

/// How a dashboard shows what workers and the broker say.
namespace longwire::edge::tracking {

namespace json = boost::json;

/// A share from 0 to 1 as whole percents: 100 is only said of what is complete.
int percents(double share);

/// A time to come in whole seconds: 0 is only said of what is there.
std::int64_t whole_seconds(double seconds);

/// Seconds since the epoch with fractions.
double seconds(std::int64_t time_us);

/// The beginning of a text where it is too long to be passed on.
std::string_view shortened(std::string_view text);

}  // namespace longwire::edge::tracking
