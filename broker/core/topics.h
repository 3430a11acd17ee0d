#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "broker/core/record.h"
#include "broker/core/string_map.h"
#include "protocol/path_table.h"
#include "protocol/shared_text.h"

namespace longwire::broker {

/// The keys that a topic's events were published with.
struct PublishKeys {
    StringMap<std::uint64_t> offsets;
    std::deque<std::string> by_age;
};

/// Where a topic stands. `head` is the offset given last, `committed` the last one that is durable, `tail` the oldest
/// one kept (committed + 1 where none is).
struct Topic {
    SharedText path;
    std::uint64_t epoch = 0;
    std::uint64_t head = 0;
    std::uint64_t committed = 0;
    std::uint64_t tail = 1;
    std::uint32_t subscribers = 0;
    std::unique_ptr<PublishKeys> publish_keys;  // null while there are none
};

/// All topics with events or subscribers, and the sequence of each. There may be millions, and most are quiet.
class Topics {
  public:
    /// `new_epoch` gives a random number other than 0.
    explicit Topics(std::function<std::uint64_t()> new_epoch) : new_epoch_(std::move(new_epoch)) {}

    Topic& find_or_create(std::string_view path);
    Topic* find(std::string_view path);
    const Topic* find(std::string_view path) const;

    /// Gives the next offset of the topic to these bytes.
    Record append(Topic& topic, SharedSlice envelope, std::int64_t time_us);

    /// Takes up a topic found in the log.
    void restore(const KeptTopic& kept);

    /// The offset at which this key was published before, or 0.
    static std::uint64_t find_publish_key(const Topic& topic, std::string_view key);

    /// Returns the key that is forgotten for it, if there are too many.
    static std::string remember_publish_key(Topic& topic, std::string_view key, std::uint64_t offset);

    /// Forgets a topic that nobody watches and that has never had an event.
    void release(Topic& topic);

    std::size_t size() const { return topics_.size(); }

  private:
    std::function<std::uint64_t()> new_epoch_;
    PathTable<Topic> topics_;
};

}  // namespace longwire::broker
