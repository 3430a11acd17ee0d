#include "tests/simulation/node.h"

#include <algorithm>

namespace longwire::simulation {
namespace {

constexpr std::int64_t kTurnUsMax = 300;  // from a wake-up to the turn; what comes meanwhile is one batch

}  // namespace

void Node::begin_life(std::int64_t clock_step_us) {
    is_alive_ = true;
    ++life_;
    clock_us_ += clock_step_us;
    frozen_until_us_ = 0;
    due_us_ = INT64_MAX;
    tell([] { return "starts"; });
    wake();
}

void Node::end_life() {
    is_alive_ = false;
    ++life_;
}

void Node::in(std::int64_t delay_us, Schedule::Action action) {
    environment_.schedule.in(delay_us, [this, life = life_, action = std::move(action)] {
        if (life == life_) action();
    });
}

void Node::wake() {
    wake_in(environment_.random.between(1, kTurnUsMax));
}

void Node::wake_in(std::int64_t delay_us) {
    const auto due_us = std::max(environment_.schedule.now_us() + delay_us, frozen_until_us_);
    if (!is_alive_ || due_us >= due_us_) return;
    due_us_ = due_us;
    in(due_us - environment_.schedule.now_us(), [this, due_us] {
        if (due_us != due_us_) return;
        due_us_ = INT64_MAX;
        if (environment_.schedule.now_us() < frozen_until_us_) return wake();
        turn();
    });
}

void Node::freeze(std::int64_t for_us) {
    frozen_until_us_ = environment_.schedule.now_us() + for_us;
    tell([&] { return "does not run for " + std::to_string(for_us / 1000) + " ms"; });
}

void Node::thaw() {
    frozen_until_us_ = 0;
    due_us_ = INT64_MAX;
    wake();
}

}  // namespace longwire::simulation
