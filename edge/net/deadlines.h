#pragma once

#include <cstdint>

namespace longwire::edge::net {

/// Something that can be late. In at most one DeadlineQueue at a time; leaves it when destroyed.
class DeadlineEntry {
  public:
    DeadlineEntry() = default;
    DeadlineEntry(const DeadlineEntry&) = delete;
    DeadlineEntry& operator=(const DeadlineEntry&) = delete;
    ~DeadlineEntry() { disarm(); }

    void disarm() {
        if (next_ == nullptr) return;
        previous_->next_ = next_;
        next_->previous_ = previous_;
        next_ = previous_ = nullptr;
    }

    bool armed() const { return next_ != nullptr; }

  private:
    friend class DeadlineQueue;
    DeadlineEntry* previous_ = nullptr;
    DeadlineEntry* next_ = nullptr;
    std::int64_t due_ms_ = 0;
};

/// Deadlines that all lie the same time ahead, and so stay sorted by themselves: arming, disarming and looking for
/// the first late one take constant time, and nobody needs a timer of its own. One thread.
class DeadlineQueue {
  public:
    explicit DeadlineQueue(std::int64_t duration_ms) : duration_ms_(duration_ms) {
        head_.next_ = head_.previous_ = &head_;
    }
    ~DeadlineQueue() {
        while (head_.next_ != &head_) head_.next_->disarm();
        head_.next_ = head_.previous_ = nullptr;
    }
    DeadlineQueue(const DeadlineQueue&) = delete;
    DeadlineQueue& operator=(const DeadlineQueue&) = delete;

    /// Arms `entry` for the duration from `now_ms` on, whatever it was armed for before.
    void arm(DeadlineEntry& entry, std::int64_t now_ms) {
        entry.disarm();
        entry.due_ms_ = now_ms + duration_ms_;
        entry.previous_ = head_.previous_;
        entry.next_ = &head_;
        head_.previous_->next_ = &entry;
        head_.previous_ = &entry;
    }

    /// Takes out the first entry that is due at `now_ms`, or returns null.
    DeadlineEntry* pop_due(std::int64_t now_ms) {
        DeadlineEntry* first = head_.next_;
        if (first == &head_ || first->due_ms_ > now_ms) return nullptr;
        first->disarm();
        return first;
    }

  private:
    DeadlineEntry head_;  // a ring: the first entry is head_.next_
    std::int64_t duration_ms_;
};

}  // namespace longwire::edge::net
