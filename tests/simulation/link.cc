#include "tests/simulation/link.h"

#include <algorithm>
#include <utility>

namespace longwire::simulation {
namespace {

constexpr std::int64_t kNoticeUsMax = 50'000;
constexpr std::int64_t kRedialUsMin = 50'000;
constexpr std::int64_t kRedialUsMax = 300'000;

}  // namespace

Link::Link(Schedule& schedule, Random& random, std::int64_t latency_us_max, OnChange at_dialler, OnChange at_listener)
    : schedule_(schedule),
      random_(random),
      latency_us_max_(latency_us_max),
      on_change_{std::move(at_dialler), std::move(at_listener)} {}

bool Link::send(End from, Schedule::Action action) {
    if (!is_open(from)) return false;
    if (!is_up_) return true;  // into the void
    const auto to = other(from);
    auto& newest_us = at(arrived_us_, to);
    newest_us = std::max(newest_us, schedule_.now_us() + random_.between(20, latency_us_max_));
    schedule_.at(newest_us, [this, to, life = at(life_, to), action = std::move(action)]() mutable {
        arrive(to, life, std::move(action));
    });
    return true;
}

void Link::arrive(End at_end, std::uint64_t life, Schedule::Action action) {
    if (life != at(life_, at_end)) return;
    if (schedule_.now_us() >= stalled_until_us_ && stalled_.empty()) return action();
    stalled_.push_back([this, at_end, life, action = std::move(action)] {
        if (life == at(life_, at_end)) action();
    });
}

void Link::stall(std::int64_t for_us) {
    stalled_until_us_ = std::max(stalled_until_us_, schedule_.now_us() + for_us);
    schedule_.at(stalled_until_us_, [this] {
        if (schedule_.now_us() < stalled_until_us_) return;
        for (auto& action : std::exchange(stalled_, {})) action();
    });
}

void Link::dial() {
    is_dialling_ = true;
    try_to_connect(random_.between(0, kRedialUsMin));
}

void Link::listen() {
    is_listening_ = true;
}

void Link::try_to_connect(std::int64_t delay_us) {
    if (std::exchange(is_trying_, true)) return;
    schedule_.in(delay_us, [this] {
        is_trying_ = false;
        if (is_dialling_ && !is_up_) connect();
    });
}

void Link::connect() {
    const auto now_us = schedule_.now_us();
    const auto settled_us = std::max(arrived_us_[0], arrived_us_[1]);
    if (!is_listening_ || is_open(End::dialler) || now_us < stalled_until_us_ || now_us < settled_us) {
        return try_to_connect(random_.between(kRedialUsMin, kRedialUsMax));
    }
    is_up_ = true;
    ++connection_;
    set_open(End::listener, false);  // if it has not noticed yet that the last one broke
    set_open(End::listener, true);
    set_open(End::dialler, true);
}

void Link::set_open(End end, bool is_open) {
    if (std::exchange(at(open_, end), is_open) != is_open) at(on_change_, end)(is_open);
}

void Link::lose(End towards) {
    ++at(life_, towards);
}

void Link::notice(End end, std::int64_t delay_us) {
    schedule_.in(delay_us, [this, end, connection = connection_] {
        if (connection != connection_ || is_up_) return;
        lose(end);  // nothing comes of a connection that is known to be over
        set_open(end, false);
        if (end == End::dialler && is_dialling_) try_to_connect(random_.between(kRedialUsMin, kRedialUsMax));
    });
}

void Link::cut() {
    if (!std::exchange(is_up_, false)) return;
    lose(End::dialler);
    lose(End::listener);
    notice(End::dialler, random_.between(0, kNoticeUsMax));
    notice(End::listener, random_.between(0, kNoticeUsMax));
}

void Link::end(End gone) {
    (gone == End::dialler ? is_dialling_ : is_listening_) = false;
    lose(gone);
    at(open_, gone) = false;
    if (!std::exchange(is_up_, false)) return;
    const auto left = other(gone);
    if (random_.chance(0.5)) lose(left);
    notice(left,
           std::max<std::int64_t>(at(arrived_us_, left) - schedule_.now_us(), 0) + random_.between(0, kNoticeUsMax));
}

}  // namespace longwire::simulation
