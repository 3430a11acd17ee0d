#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "worker/sdk/doorbell.h"

namespace longwire::worker {

/// How many attempts wait for what others do: for an input, or for a child. They take no place at the worker meanwhile,
/// or parents could fill the one that their children need.
///
/// Thread: any.
class WaitingCount {
  public:
    explicit WaitingCount(std::shared_ptr<Doorbell> doorbell) : doorbell_(std::move(doorbell)) {}

    std::uint32_t value() const { return count_; }

    void add(int change) {
        count_ += static_cast<std::uint32_t>(change);
        doorbell_->wake();
    }

  private:
    const std::shared_ptr<Doorbell> doorbell_;
    std::atomic<std::uint32_t> count_{0};
};

/// The waiting of one attempt. It counts once, however many of its threads wait.
///
/// Thread: any.
class AttemptWaiting {
  public:
    explicit AttemptWaiting(std::shared_ptr<WaitingCount> all) : all_(std::move(all)) {}

    /// A thread of the attempt that waits, as long as this lives.
    class Place {
      public:
        explicit Place(AttemptWaiting& attempt) : attempt_(attempt) {
            if (attempt_.threads_++ == 0) attempt_.all_->add(1);
        }
        ~Place() {
            if (--attempt_.threads_ == 0) attempt_.all_->add(-1);
        }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

      private:
        AttemptWaiting& attempt_;
    };

    /// Waits on `changed` until `is_ready`, or the timeout has passed, if there is one, or `stop`. True if ready.
    template <class Ready>
    bool wait(std::condition_variable_any& changed, std::unique_lock<std::mutex>& lock, const std::stop_token& stop,
              std::optional<std::chrono::milliseconds> timeout, Ready is_ready) {
        const auto brief = timeout ? std::min(*timeout, kBrief) : kBrief;
        if (changed.wait_for(lock, stop, brief, is_ready)) return true;
        if (stop.stop_requested() || (timeout && *timeout <= kBrief)) return false;
        const Place place(*this);
        if (timeout) return changed.wait_for(lock, stop, *timeout - brief, is_ready);
        return changed.wait(lock, stop, is_ready);
    }

  private:
    /// What is over so soon is not worth telling the broker.
    static constexpr std::chrono::milliseconds kBrief{20};

    const std::shared_ptr<WaitingCount> all_;
    std::atomic<std::uint32_t> threads_{0};
};

}  // namespace longwire::worker
