#include "clients/cli/up/child_life.h"

namespace longwire::cli {

std::optional<std::int64_t> ChildLife::due_ms() const {
    if (state_ != State::waiting) return std::nullopt;
    return due_ms_;
}

void ChildLife::on_started(std::int64_t now_ms) {
    state_ = State::starting;
    started_ms_ = now_ms;
}

void ChildLife::on_ready() {
    state_ = State::ready;
    was_ever_ready_ = true;
}

std::int64_t ChildLife::on_died(std::int64_t now_ms) {
    if (now_ms - started_ms_ >= kSteadyMs) backoff_.reset();
    if (!was_ever_ready_) ++early_deaths_;
    const std::int64_t delay_ms = backoff_.next_ms();
    state_ = State::waiting;
    due_ms_ = now_ms + delay_ms;
    return delay_ms;
}

}  // namespace longwire::cli
