#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/result.h"

/// Names of topics and realms, and their form on the wire. The grammar is in protocol/spec/topics.md.
namespace longwire {

/// A topic: 1 to 255 bytes of UTF-8 in levels separated by '/', none of them empty, without '+', '#' and
/// control characters. Errors name the field "topic".
Status check_topic(std::string_view topic);

/// A realm, or any other name of one level: 1 to `bytes_max` of letters, digits, '.', '_' and '-'.
/// Errors name `field`.
Status check_name(std::string_view field, std::string_view name, std::size_t bytes_max);

/// A realm and a topic in it, joined by '/': what every table of topics is keyed by. Neither is checked here.
std::string topic_path(std::string_view realm, std::string_view topic);

struct RealmAndTopic {
    std::string_view realm;
    std::string_view topic;
};

/// The two parts of a path; an empty topic if there is no '/'. The views are into `path`.
RealmAndTopic split_path(std::string_view path);

/// The topic of a task's events.
std::string task_topic(std::string_view task);

/// The id of the task whose topic this is; empty for any other topic.
std::string_view task_of_topic(std::string_view topic);

/// The partition of a path: CRC-32 (zlib's) modulo the number of partitions, which a cluster never changes.
std::uint32_t partition_of(std::string_view path, std::uint32_t partitions);

/// A path as the first frame of a published message: two hex digits of its partition, '/', the path, a 0 byte.
/// The last byte lets a prefix subscription mean exactly one topic; the first two, one partition.
std::string topic_key(std::string_view path, std::uint32_t partition);

struct ParsedKey {
    std::uint32_t partition = 0;
    std::string_view path;
};

/// Takes a key apart and checks realm and topic. The view is into `key`.
Result<ParsedKey> parse_topic_key(std::string_view key);

}  // namespace longwire
