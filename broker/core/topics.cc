#include "broker/core/topics.h"

#include <algorithm>
#include <utility>

namespace longwire::broker {
namespace {

constexpr std::size_t kPublishKeysPerTopicMax = 10'000;

}  // namespace

Topic& Topics::find_or_create(std::string_view path) {
    if (auto* const known = topics_.find(path)) return *known;
    auto topic = std::make_unique<Topic>();
    topic->path = SharedText(path);
    topic->epoch = new_epoch_();
    return topics_.add(std::move(topic));
}

Topic* Topics::find(std::string_view path) {
    return topics_.find(path);
}

const Topic* Topics::find(std::string_view path) const {
    return topics_.find(path);
}

Record Topics::append(Topic& topic, SharedSlice envelope, std::int64_t time_us) {
    return {topic.path, topic.epoch, ++topic.head, std::move(envelope), time_us};
}

void Topics::restore(const KeptTopic& kept) {
    auto& topic = find_or_create(kept.path);
    topic.epoch = kept.epoch;
    topic.head = topic.committed = kept.head;
    topic.tail = kept.tail;
}

std::uint64_t Topics::find_publish_key(const Topic& topic, std::string_view key) {
    if (!topic.publish_keys) return 0;
    const auto& offsets = topic.publish_keys->offsets;
    const auto found = offsets.find(key);
    return found == offsets.end() ? 0 : found->second;
}

std::string Topics::remember_publish_key(Topic& topic, std::string_view key, std::uint64_t offset) {
    if (!topic.publish_keys) topic.publish_keys = std::make_unique<PublishKeys>();
    auto& [offsets, by_age] = *topic.publish_keys;
    if (!offsets.emplace(key, offset).second) return {};
    by_age.emplace_back(key);
    if (by_age.size() <= kPublishKeysPerTopicMax) return {};
    auto oldest = std::move(by_age.front());
    by_age.pop_front();
    offsets.erase(oldest);
    return oldest;
}

void Topics::release(Topic& topic) {
    if (topic.head == 0 && topic.subscribers == 0) topics_.erase(*topic.path);
}

}  // namespace longwire::broker
