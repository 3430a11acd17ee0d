#pragma once

#include <chrono>
#include <cstdint>

namespace longwire::load {

/// Nanoseconds of the steady clock.
inline std::int64_t now_ns() {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kNsPerS = 1'000'000'000;

constexpr double seconds(std::int64_t ns) {
    return static_cast<double>(ns) * 1e-9;
}
constexpr double milliseconds(std::int64_t ns) {
    return static_cast<double>(ns) * 1e-6;
}

}  // namespace longwire::load
