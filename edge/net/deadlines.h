#pragma once

#include <cstdint>

#include "edge/net/ring.h"

namespace longwire::edge::net {

/// Something that can be late. In at most one DeadlineQueue at a time; leaves it when destroyed.
class DeadlineEntry : private RingNode {
  public:
    void disarm() { unlink(); }
    bool armed() const { return linked(); }

  private:
    friend class DeadlineQueue;
    std::int64_t due_ms_ = 0;
};

/// Deadlines that all lie the same time ahead, and so stay sorted by themselves: arming, disarming and
/// looking for the first late one take constant time, and nobody needs a timer of its own. One thread.
class DeadlineQueue {
  public:
    explicit DeadlineQueue(std::int64_t duration_ms) : duration_ms_(duration_ms) {}

    /// Arms `entry` for the duration from `now_ms` on, whatever it was armed for before.
    void arm(DeadlineEntry& entry, std::int64_t now_ms) {
        entry.due_ms_ = now_ms + duration_ms_;
        ring_.push_back(entry);
    }

    /// Takes out the first entry that is due at `now_ms`, or returns null.
    DeadlineEntry* pop_due(std::int64_t now_ms) {
        auto* first = static_cast<DeadlineEntry*>(ring_.front());
        if (first == nullptr || first->due_ms_ > now_ms) return nullptr;
        first->disarm();
        return first;
    }

  private:
    Ring ring_;
    std::int64_t duration_ms_;
};

}  // namespace longwire::edge::net
