#include "broker/core/topics.h"

#include <algorithm>
#include <utility>

namespace longwire::broker {
namespace {

constexpr std::size_t kPublishKeysPerTopicMax = 10'000;

}  // namespace

Topic& Topics::find_or_create(std::string_view path) {
    const auto found = topics_.find(path);
    if (found != topics_.end()) return found->second;
    Topic topic;
    topic.path = std::make_shared<const std::string>(path);
    topic.epoch = new_epoch_();
    return topics_.emplace(std::string(path), std::move(topic)).first->second;
}

Topic* Topics::find(std::string_view path) {
    const auto found = topics_.find(path);
    return found == topics_.end() ? nullptr : &found->second;
}

const Topic* Topics::find(std::string_view path) const {
    const auto found = topics_.find(path);
    return found == topics_.end() ? nullptr : &found->second;
}

Record Topics::append(Topic& topic, SharedSlice envelope) {
    return {topic.path, topic.epoch, ++topic.head, std::move(envelope)};
}

void Topics::restore(const KeptTopic& kept) {
    auto& topic = find_or_create(kept.path);
    topic.epoch = kept.epoch;
    topic.head = topic.committed = kept.head;
    topic.tail = kept.tail;
}

std::uint64_t Topics::find_publish_key(const Topic& topic, std::string_view key) {
    const auto found = topic.publish_keys.find(key);
    return found == topic.publish_keys.end() ? 0 : found->second;
}

std::string Topics::remember_publish_key(Topic& topic, std::string_view key, std::uint64_t offset) {
    if (!topic.publish_keys.emplace(key, offset).second) return {};
    topic.publish_keys_by_age.emplace_back(key);
    if (topic.publish_keys_by_age.size() <= kPublishKeysPerTopicMax) return {};
    auto oldest = std::move(topic.publish_keys_by_age.front());
    topic.publish_keys_by_age.pop_front();
    topic.publish_keys.erase(oldest);
    return oldest;
}

void Topics::release(Topic& topic) {
    if (topic.head == 0 && topic.subscribers == 0) topics_.erase(topics_.find(std::string_view(*topic.path)));
}

}  // namespace longwire::broker
