#include "clients/cli/start_point.h"

#include <boost/json/object.hpp>
#include <limits>

#include "protocol/node/setting.h"

namespace longwire::cli {

Result<boost::json::value> parse_start_point(std::string_view text) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    if (text == "start" || text == "now") return boost::json::value(text);
    const std::size_t colon = text.rfind(':');
    const bool only_number = colon == std::string_view::npos;
    const auto number = read_number(only_number ? text : text.substr(colon + 1), 0, kMost);
    const std::string_view epoch = only_number ? "last" : text.substr(0, colon);
    if (!number || epoch.empty()) {
        return bad_request("", "'" + std::string(text) + "' is not start, now, N (the last N) or EPOCH:OFFSET");
    }
    if (epoch == "last") return boost::json::object{{"last", *number}};
    return boost::json::object{{"epoch", epoch}, {"offset", *number}};
}

bool is_topic_filter(std::string_view text) {
    return text.find_first_of("+#") != std::string_view::npos;
}

}  // namespace longwire::cli
