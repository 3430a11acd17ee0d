#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

#include "broker/log/commit_log.h"

namespace longwire::broker {

/// Keeps events in memory: durable as long as the process. For tests and throw-away clusters.
///
/// Bound: `bytes_max` of events in all; beyond it the oldest are dropped, whichever topic they are of, and the broker
/// is told.
class MemoryLog final : public CommitLog {
  public:
    explicit MemoryLog(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    Status visit_topics(const VisitTopic&) override { return {}; }
    Status visit_state(const VisitState&) override { return {}; }
    Status visit_events(const std::string&, std::uint64_t, const VisitEvent&) override { return {}; }
    void append(CommitBatch batch) override;
    void read(ReadRequest request) override;
    LogOutcome poll() override { return std::exchange(outcome_, {}); }
    int fd() const override { return -1; }

  private:
    struct Topic {
        std::uint64_t first = 1;
        std::deque<SharedSlice> envelopes;
        std::size_t gone_by_age = 0;  // entries of by_age_ whose events have been trimmed
    };
    using Topics = std::unordered_map<std::string, Topic>;

    void drop_oldest();
    void drop_first(const std::string& path, Topic& topic);
    void trim(const Trimmed& trim);
    bool forget_gone(Topic& topic);

    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    Topics topics_;
    std::deque<Topics::value_type*> by_age_;  // one entry for each event kept or trimmed, oldest first
    std::size_t gone_ = 0;                    // of these entries
    LogOutcome outcome_;
};

}  // namespace longwire::broker
