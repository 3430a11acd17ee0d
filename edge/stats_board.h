#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "edge/core/hub.h"
#include "edge/core/slow_clients.h"
#include "protocol/event_ages.h"
#include "protocol/tally.h"

namespace longwire::edge {

/// How one shard is doing, or several.
struct ShardStats {
    std::size_t topics = 0;  // held
    std::size_t ring_bytes = 0;
    std::size_t members = 0;     // places that its clients hold
    std::uint64_t too_slow = 0;  // WebSocket clients closed because they were
    Tally received;
    Tally given;
    std::uint64_t filtered = 0;  // events that filters have brought
    Hub::Differences differences;
    EventAges ages;  // of events when they had been given to the sockets of those who keep up
    std::vector<SlowClient> slow;

    ShardStats& operator+=(const ShardStats& other);
};

/// Where the shards of an edge show how they are doing. It outlives them: who asks while they end is told the last.
///
/// Thread: any.
class StatsBoard {
  public:
    explicit StatsBoard(std::size_t shards) : shown_(shards) {}

    void show(std::size_t shard, ShardStats stats) {
        const std::lock_guard lock(mutex_);
        shown_[shard] = std::move(stats);
    }

    /// Of all together.
    ShardStats sum() const {
        const std::lock_guard lock(mutex_);
        ShardStats sum;
        for (const auto& stats : shown_) sum += stats;
        return sum;
    }

  private:
    mutable std::mutex mutex_;
    std::vector<ShardStats> shown_;  // guarded by mutex_
};

}  // namespace longwire::edge
