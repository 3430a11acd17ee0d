#include "protocol/topic.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "protocol/limits.h"
#include "protocol/utf8.h"

namespace longwire {
namespace {

constexpr std::string_view kTaskPrefix = "task/";
constexpr std::string_view kHex = "0123456789abcdef";

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

/// Looked up, because each event has names.
constexpr auto kNameChars = [] {
    std::array<bool, 256> is_one{};
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")) {
        is_one[static_cast<unsigned char>(c)] = true;
    }
    return is_one;
}();

bool is_name_char(char c) {
    return kNameChars[static_cast<unsigned char>(c)];
}

}  // namespace

Status check_topic(std::string_view topic) {
    if (topic.empty()) return bad_request("topic", "must not be empty");
    if (topic.size() > kTopicBytesMax) {
        return bad_request("topic", "is longer than " + std::to_string(kTopicBytesMax) + " bytes");
    }
    if (topic.front() == '/' || topic.back() == '/' || topic.find("//") != std::string_view::npos) {
        return bad_request("topic", "has an empty level");
    }
    if (topic.find_first_of("+#") != std::string_view::npos) {
        return bad_request("topic", "must not hold '+' or '#', which are for filters");
    }
    if (std::any_of(topic.begin(), topic.end(), is_control)) {
        return bad_request("topic", "must not hold control characters");
    }
    if (static_cast<std::size_t>(std::count(topic.begin(), topic.end(), '/')) >= kTopicLevelsMax) {
        return bad_request("topic", "has more than " + std::to_string(kTopicLevelsMax) + " levels");
    }
    if (!is_valid_utf8(topic)) return bad_request("topic", "is not valid UTF-8");
    return {};
}

Status check_name(std::string_view field, std::string_view name, std::size_t bytes_max) {
    if (name.empty()) return bad_request(std::string(field), "must not be empty");
    if (name.size() > bytes_max) {
        return bad_request(std::string(field), "is longer than " + std::to_string(bytes_max) + " bytes");
    }
    if (!std::all_of(name.begin(), name.end(), is_name_char)) {
        return bad_request(std::string(field), "may hold only letters, digits, '.', '_' and '-'");
    }
    return {};
}

std::string topic_path(std::string_view realm, std::string_view topic) {
    std::string path;
    path.reserve(realm.size() + 1 + topic.size());
    path.append(realm).append(1, '/').append(topic);
    return path;
}

RealmAndTopic split_path(std::string_view path) {
    const auto slash = path.find('/');
    if (slash == std::string_view::npos) return {path, {}};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

std::string task_topic(std::string_view task) {
    return std::string(kTaskPrefix).append(task);
}

std::string_view task_of_topic(std::string_view topic) {
    if (!topic.starts_with(kTaskPrefix)) return {};
    topic.remove_prefix(kTaskPrefix.size());
    return topic.find('/') == std::string_view::npos ? topic : std::string_view{};
}

std::uint32_t partition_of(std::string_view path, std::uint32_t partitions) {
    const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(path.data()), static_cast<uInt>(path.size()));
    return static_cast<std::uint32_t>(crc) % partitions;
}

std::string topic_key(std::string_view path, std::uint32_t partition) {
    std::string key;
    key.reserve(path.size() + 4);
    key += kHex[(partition >> 4) & 0xF];
    key += kHex[partition & 0xF];
    key.append(1, '/').append(path).append(1, '\0');
    return key;
}

Result<ParsedKey> parse_topic_key(std::string_view key) {
    ParsedKey parsed;
    if (key.size() < 5 || key[2] != '/' || key.back() != '\0') {
        return bad_request("key", "is not of the form PP/realm/topic, ended by a 0 byte");
    }
    for (const char digit : key.substr(0, 2)) {
        const auto value = kHex.find(digit);
        if (value == std::string_view::npos) return bad_request("key", "has no partition in lower-case hex");
        parsed.partition = parsed.partition * 16 + static_cast<std::uint32_t>(value);
    }
    parsed.path = key.substr(3, key.size() - 4);
    const auto [realm, topic] = split_path(parsed.path);
    LW_TRY_STATUS(check_name("realm", realm, kRealmBytesMax));
    LW_TRY_STATUS(check_topic(topic));
    return parsed;
}

}  // namespace longwire
