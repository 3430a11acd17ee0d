#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "protocol/result.h"

namespace longwire::broker {

/// How much room there is on the disk of a directory, and whether a write waits for some.
///
/// Thread: any.
class DiskRoom {
  public:
    /// New work is to leave `reserve_bytes` of the disk alone.
    DiskRoom(std::string directory, std::uint64_t reserve_bytes)
        : directory_(std::move(directory)), reserve_bytes_(reserve_bytes) {}

    /// Looks at the disk. Errors: there is no room for new work; says what to tell whoever asks for some. Once there
    /// was none there must be a quarter more than the reserve, so that the answer doesn't flutter.
    Status check();

    /// Of the last look.
    std::uint64_t free_bytes() const { return free_bytes_.load(std::memory_order_relaxed); }

    bool is_awaited() const { return waiting_.load(std::memory_order_relaxed) > 0; }

    /// A write that waits for room, from its first failure on.
    class Wait {
      public:
        explicit Wait(DiskRoom& room) : room_(room) { ++room_.waiting_; }
        ~Wait() { --room_.waiting_; }
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;

        /// Lets some time pass, more each time, up to a second.
        void pause();

      private:
        DiskRoom& room_;
        int pause_ms_ = 10;
    };

  private:
    const std::string directory_;
    const std::uint64_t reserve_bytes_;
    std::atomic<int> waiting_{0};
    std::atomic<bool> has_room_{true};
    std::atomic<std::uint64_t> free_bytes_{0};
};

}  // namespace longwire::broker
