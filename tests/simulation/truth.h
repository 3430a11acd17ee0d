#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/core/record.h"
#include "protocol/envelope.h"
#include "tests/simulation/known_event.h"

namespace longwire::simulation {

/// One log of one topic, as it can never change any more: what is durable.
struct TopicTruth {
    std::uint64_t epoch = 0;
    std::uint64_t tail = 1;                   // the oldest that is kept
    std::vector<KnownEvent> events;           // of offset 1, 2, 3, …
    std::set<std::uint64_t> unreadable = {};  // offsets that the disk has failed to read

    std::uint64_t head() const { return events.size(); }
    const KnownEvent& at(std::uint64_t offset) const { return events.at(offset - 1); }
};

/// Rule 1: a topic's offsets are 1, 2, 3, … under one epoch, and (topic, epoch, offset) names one event for ever.
class Truth {
  public:
    void append(const broker::Record& record, const Envelope& envelope);
    void trim(const std::string& path, std::uint64_t tail) { current_.at(path)->tail = tail; }
    void failed_to_read(const std::string& path, std::uint64_t offset) { current_.at(path)->unreadable.insert(offset); }

    /// The log is gone, as one in memory goes with its process: the next epochs must be others.
    void wipe() { current_.clear(); }

    /// The topic's log as it is, null where there is none.
    const TopicTruth* find(std::string_view path) const;
    const TopicTruth* find(std::string_view path, std::uint64_t epoch) const;

    std::uint64_t head(std::string_view path) const;

    /// Every topic's log as it is.
    const std::map<std::string, TopicTruth*, std::less<>>& topics() const { return current_; }

    /// How many events have become durable, all in all.
    std::uint64_t events() const { return events_; }

    /// Under which epoch the topic has had an event that looks so to clients at this offset.
    std::optional<std::uint64_t> epoch_of(std::string_view path, std::uint64_t offset, std::uint64_t shown) const;

    /// Somebody has been given this event.
    void check(std::string_view who, std::string_view path, std::uint64_t epoch, std::uint64_t offset,
               const Envelope& envelope) const;

  private:
    std::map<std::pair<std::string, std::uint64_t>, TopicTruth, std::less<>> all_;  // by path and epoch
    std::map<std::string, TopicTruth*, std::less<>> current_;
    std::uint64_t events_ = 0;
};

}  // namespace longwire::simulation
