#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "broker/core/task.h"
#include "protocol/tally.h"

namespace longwire::broker {

/// Counts the events that the attempts under way have got into the log, beside what their workers say at their ends.
/// Attempts that began before this broker did are not known here.
class AttemptLedger {
  public:
    void begin(const Task& task) { counts_[&task] = {task.attempt, 0}; }
    void count(const Task& task);
    void forget(const Task& task) { counts_.erase(&task); }

    /// The attempt ends with this payload: what was due, by the worker's own count, and what came. Nothing where one of
    /// the two is not known.
    std::optional<Tally> end(const Task& task, std::string_view payload);

  private:
    struct Count {
        std::uint32_t attempt = 0;
        std::uint64_t events = 0;
    };
    std::unordered_map<const Task*, Count> counts_;
};

}  // namespace longwire::broker
