#include "protocol/topic_filter.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "protocol/topic.h"

namespace longwire {
namespace {

/// Cuts the first level off `rest`; `last` tells that there are no more.
std::string_view take_level(std::string_view& rest, bool& last) {
    const auto slash = rest.find('/');
    last = slash == std::string_view::npos;
    const auto level = rest.substr(0, slash);
    rest = last ? std::string_view{} : rest.substr(slash + 1);
    return level;
}

bool levels_match(std::string_view filter, std::string_view topic) {
    bool filter_ended = false;
    bool topic_ended = false;
    while (!filter_ended) {
        const auto wanted = take_level(filter, filter_ended);
        if (wanted == "#") return true;
        if (topic_ended) return false;
        const auto level = take_level(topic, topic_ended);
        if (wanted != "+" && wanted != level) return false;
        if (filter_ended) return topic_ended;
        // "a/#" matches "a" too.
        if (topic_ended) return filter == "#";
    }
    return topic_ended;
}

}  // namespace

Status check_topic_filter(std::string_view filter) {
    // With its wildcards replaced by a letter, a filter obeys the grammar of topics.
    std::string as_topic;
    bool last = filter.empty();
    for (auto rest = filter; !last;) {
        const auto level = take_level(rest, last);
        if (level == "#" && !last) return bad_request("filter", "may hold '#' only as its last level");
        as_topic.append(level == "+" || level == "#" ? "x" : level).append(last ? "" : "/");
    }
    if (as_topic.find_first_of("+#") != std::string::npos) {
        return bad_request("filter", "may hold '+' and '#' only as whole levels");
    }
    if (auto checked = check_topic(as_topic); !checked) return bad_request("filter", checked.error().message);
    return {};
}

bool filter_matches(std::string_view filter, std::string_view topic) {
    // Up to its first wildcard a filter is the same as what it matches; most that don't match differ before.
    const auto differ = std::mismatch(filter.begin(), filter.end(), topic.begin(), topic.end());
    const auto same = static_cast<std::size_t>(differ.first - filter.begin());
    filter.remove_prefix(same);
    topic.remove_prefix(same);
    if (filter.empty()) return topic.empty();
    const bool is_wildcard = filter.front() == '+' || filter.front() == '#';
    return is_wildcard ? levels_match(filter, topic) : topic.empty() && filter == "/#";
}

}  // namespace longwire
