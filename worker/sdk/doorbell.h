#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "protocol/wake_fd.h"
#include "worker/sdk/core/held_attempt.h"

namespace longwire::worker {

/// Tells the worker's loop which attempts have events for it: one wake-up for however many rings come before it looks.
///
/// Thread: ring() and wake() any; take() and fd() the loop.
class Doorbell {
  public:
    void ring(AttemptId id) {
        bool first = false;
        {
            const std::lock_guard lock(mutex_);
            first = rung_.empty();
            rung_.push_back(id);
        }
        if (first) wake_.wake();
    }

    /// Wakes the loop without news of an attempt.
    void wake() { wake_.wake(); }

    std::vector<AttemptId> take() {
        wake_.clear();
        const std::lock_guard lock(mutex_);
        return std::exchange(rung_, {});
    }

    int fd() const { return wake_.fd(); }

  private:
    std::mutex mutex_;
    std::vector<AttemptId> rung_;
    WakeFd wake_;
};

}  // namespace longwire::worker
