#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "protocol/result.h"

namespace longwire::cli {

/// What `--from` says, as the `from` of a subscribe: start · now · N or last:N (the last N events) ·
/// EPOCH:OFFSET (what follows it). Errors say what is accepted.
Result<boost::json::value> parse_start_point(std::string_view text);

/// A filter, rather than one topic.
bool is_topic_filter(std::string_view text);

}  // namespace longwire::cli
