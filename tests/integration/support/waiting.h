#pragma once

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>

/// How tests wait: for a condition, with a deadline. Both scale with what the build costs.
namespace longwire::integration {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

/// Counts for a build at full speed, and fewer where every step costs ten times as much.
constexpr int scaled(int count) {
    return kIsSanitized ? std::max(1, count / 10) : count;
}

/// A moment that must not pass. `ms` is for a build at full speed on a machine that is busy.
class Deadline {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Deadline(int ms = 20'000) : at_(Clock::now() + std::chrono::milliseconds(kIsSanitized ? 4 * ms : ms)) {}

    bool has_passed() const { return Clock::now() >= at_; }
    int left_ms() const {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(at_ - Clock::now()).count();
        return static_cast<int>(std::clamp<std::int64_t>(left + 1, 0, 1'000'000));
    }

  private:
    Clock::time_point at_;
};

/// Asks again and again, ever more patiently, until the answer is yes. False if it never was.
inline bool eventually(const std::function<bool()>& condition, Deadline deadline = Deadline()) {
    for (int wait_ms = 1; !condition(); wait_ms = std::min(2 * wait_ms, 50)) {
        if (deadline.has_passed()) return condition();
        ::poll(nullptr, 0, wait_ms);
    }
    return true;
}

/// Whether it stays so for a while: for what must not happen. Costs that time.
inline bool throughout(int ms, const std::function<bool()>& condition) {
    return !eventually([&] { return !condition(); }, Deadline(kIsSanitized ? ms / 4 : ms));
}

}  // namespace longwire::integration
