#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/core/record.h"
#include "protocol/envelope.h"

namespace longwire::simulation {

/// One number for an event as anybody sees it, wherever it is met.
std::uint64_t digest(const Envelope& envelope);

/// One log of one topic, as it can never change any more: what is durable.
struct TopicTruth {
    std::uint64_t epoch = 0;
    std::uint64_t tail = 1;              // the oldest that is kept
    std::vector<std::uint64_t> digests;  // of offset 1, 2, 3, …

    std::uint64_t head() const { return digests.size(); }
};

/// Rule 1: a topic's offsets are 1, 2, 3, … under one epoch, and (topic, epoch, offset) names one event for ever.
class Truth {
  public:
    void append(const broker::Record& record, const Envelope& envelope);
    void trim(const std::string& path, std::uint64_t tail) { current_.at(path)->tail = tail; }

    /// The log is gone, as one in memory goes with its process: the next epochs must be others.
    void wipe() { current_.clear(); }

    /// The topic's log as it is, null where there is none.
    const TopicTruth* find(std::string_view path) const;
    const TopicTruth* find(std::string_view path, std::uint64_t epoch) const;

    std::uint64_t head(std::string_view path) const;

    /// Somebody has been given this event.
    void check(std::string_view who, std::string_view path, std::uint64_t epoch, std::uint64_t offset,
               const Envelope& envelope) const;

  private:
    std::map<std::pair<std::string, std::uint64_t>, TopicTruth, std::less<>> all_;  // by path and epoch
    std::map<std::string, TopicTruth*, std::less<>> current_;
};

}  // namespace longwire::simulation
