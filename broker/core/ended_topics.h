#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "broker/core/record.h"
#include "broker/core/task.h"

namespace longwire::broker {

/// The topics of ended tasks, whose events go some time after the end.
class EndedTopics {
  public:
    /// `retain_ms` 0: they stay as long as others do.
    explicit EndedTopics(std::int64_t retain_ms) : retain_ms_(retain_ms) {}

    struct Ended {
        std::int64_t ended_us = 0;
        std::string realm;
        std::string task;
        bool operator<(const Ended& other) const {
            return std::tie(ended_us, realm, task) < std::tie(other.ended_us, other.realm, other.task);
        }
    };

    /// Remembers the task if it has ended.
    void note(const Task& task);

    /// Where a topic's log is to begin: 0 where it is to be left alone, nothing where that can't be said yet.
    using TailOf = std::function<std::optional<std::uint64_t>(const Ended&)>;

    /// The topics whose time has come, at most as many as one batch should drop. None is given twice.
    std::vector<Trimmed> take_due(std::int64_t now_us, const TailOf& tail_of);

  private:
    std::int64_t retain_ms_;
    std::set<Ended> ended_;
};

}  // namespace longwire::broker
