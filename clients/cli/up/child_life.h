#pragma once

#include <cstdint>
#include <optional>

#include "clients/cli/backoff.h"

namespace longwire::cli {

/// When a child process is started, and started again. Pure; times are steady milliseconds.
///
/// One that dies is started again after a delay that doubles with each death, from 100 ms up to 10 s; living
/// for 30 s makes it 100 ms again.
class ChildLife {
  public:
    enum class State : std::uint8_t {
        waiting,   // to be started at due_ms()
        starting,  // lives, but cannot serve yet
        ready,
        ended,  // not to be started again
    };

    static constexpr std::int64_t kFirstDelayMs = 100;
    static constexpr std::int64_t kMostDelayMs = 10'000;
    static constexpr std::int64_t kSteadyMs = 30'000;

    State state() const { return state_; }
    bool lives() const { return state_ == State::starting || state_ == State::ready; }
    bool was_ever_ready() const { return was_ever_ready_; }
    /// How often it has died before it was ready for the first time.
    int early_deaths() const { return early_deaths_; }

    /// When it is to be started; nothing if it lives or is not to be.
    std::optional<std::int64_t> due_ms() const;

    void on_started(std::int64_t now_ms);
    void on_ready();
    /// It has died: returns the delay until it is started again.
    std::int64_t on_died(std::int64_t now_ms);
    /// It is not to be started again.
    void end() { state_ = State::ended; }

  private:
    State state_ = State::waiting;
    std::int64_t due_ms_ = 0;
    std::int64_t started_ms_ = 0;
    int early_deaths_ = 0;
    bool was_ever_ready_ = false;
    Backoff backoff_{kFirstDelayMs, kMostDelayMs};
};

}  // namespace longwire::cli
