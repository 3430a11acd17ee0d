#include "bench/load/loop.h"

#include <sys/epoll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "bench/load/clock.h"

namespace longwire::load {
namespace {

// So few at a time that what is due to be published waits for no more than these.
constexpr int kEventsPerTurn = 64;

}  // namespace

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_.is_open()) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    // The kernel may be 50 µs late by default.
    ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

void Loop::watch(int socket, Handler& handler, std::uint32_t events) {
    epoll_event event{events, {.ptr = &handler}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

void Loop::change(int socket, Handler& handler, std::uint32_t events) {
    epoll_event event{events, {.ptr = &handler}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, socket, &event);
}

void Loop::turn(std::int64_t until_ns) {
    const auto wait_ns = std::max<std::int64_t>(until_ns - now_ns(), 0);
    const timespec timeout{wait_ns / kNsPerS, wait_ns % kNsPerS};
    std::array<epoll_event, kEventsPerTurn> events;
    const int ready = ::epoll_pwait2(epoll_.get(), events.data(), kEventsPerTurn, &timeout, nullptr);
    for (int i = 0; i < ready; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        static_cast<Handler*>(event.data.ptr)->on_io(event.events);
    }
}

}  // namespace longwire::load
