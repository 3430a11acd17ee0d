#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/result.h"

namespace longwire::edge::http {

/// Percent-decodes (RFC 3986, 2.1). Errors: a '%' that no two hex digits follow.
Result<std::string> percent_decode(std::string_view text);

/// A query's names and values, decoded, '+' standing for a space; in the order given.
Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

/// The segments of a path, each decoded by itself: "/v1/tasks/a%2Fb" has "v1", "tasks" and "a/b".
Result<std::vector<std::string>> split_segments(std::string_view path);

}  // namespace longwire::edge::http
