#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace longwire::cli {

/// When which process was killed.
///
/// Bound: what is past the most is not told.
/// Thread: one writes, any reads.
class KillLog {
  public:
    struct Kill {
        std::string process;
        std::int64_t time_us = 0;
    };

    void add(std::string process, std::int64_t time_us) {
        const auto at = count_.load(std::memory_order_relaxed);
        if (at == kills_.size()) return;
        kills_[at] = {std::move(process), time_us};
        count_.store(at + 1, std::memory_order_release);
    }

    std::size_t size() const { return count_.load(std::memory_order_acquire); }
    const Kill& operator[](std::size_t i) const { return kills_[i]; }

  private:
    std::array<Kill, 10'000> kills_;
    std::atomic<std::size_t> count_ = 0;
};

}  // namespace longwire::cli
