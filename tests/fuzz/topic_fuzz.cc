// Topic keys, topics and filters: what is accepted has one form, and matching ends for all that is valid.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/limits.h"
#include "protocol/topic.h"
#include "protocol/topic_filter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace longwire;  // tidy: allow(using-namespace) a program of one function
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (const auto parsed = parse_topic_key(input)) {
        if (topic_key(parsed->path, parsed->partition) != input) std::abort();
        if (!check_topic(split_path(parsed->path).topic)) std::abort();
    }
    const auto middle = input.find('\n');
    const auto filter = input.substr(0, middle);
    const auto topic = middle == std::string_view::npos ? filter : input.substr(middle + 1);
    const bool is_topic = check_topic(topic).has_value();
    if (is_topic && topic.size() > kTopicBytesMax) std::abort();
    const bool matches = filter_matches(filter, topic);
    // A topic is the filter that matches only itself.
    if (is_topic && filter == topic && !matches) std::abort();
    if (is_topic && check_topic(filter) && filter != topic && matches) std::abort();
    if (is_topic && !filter_matches("#", topic)) std::abort();
    static_cast<void>(check_topic_filter(filter));
    static_cast<void>(partition_of(input, kPartitionsMax));
    return 0;
}
