#include "protocol/net/call_wait.h"

#include <poll.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <limits>

#include "protocol/node/clock.h"

namespace longwire::net {
namespace {

namespace net_error = boost::asio::error;
using boost::system::error_code;

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

std::int64_t end_of(std::int64_t limit_ms) {
    return limit_ms > 0 && limit_ms < kNever / 2000 ? now_us() + limit_ms * 1000 : kNever;
}

}  // namespace

CallWait::CallWait(std::stop_token stop, const char* name, std::int64_t limit_ms)
    : total_{name, limit_ms},
      total_end_us_(end_of(limit_ms)),
      phase_end_us_(kNever),
      share_end_us_(kNever),
      stop_(std::move(stop)),
      on_stop_(stop_, [this] { wake_.wake(); }) {}

void CallWait::begin_phase(const char* name, std::int64_t limit_ms) {
    phase_ = {name, limit_ms};
    is_for_pieces_ = false;
    phase_end_us_ = share_end_us_ = end_of(limit_ms);
}

void CallWait::begin_pieces(const char* name, std::int64_t limit_ms) {
    phase_ = {name, limit_ms};
    is_for_pieces_ = true;
    phase_end_us_ = share_end_us_ = kNever;
}

void CallWait::take_share(std::size_t count) {
    const std::int64_t now = now_us();
    if (phase_end_us_ == kNever) return;
    share_end_us_ = now + std::max<std::int64_t>(0, phase_end_us_ - now) / static_cast<std::int64_t>(count);
}

error_code CallWait::check_at(std::int64_t now) {
    if (stop_.stop_requested()) return net_error::operation_aborted;
    const bool total_passed = now >= total_end_us_;
    if (!total_passed && now < share_end_us_) return {};
    passed_ = total_passed ? total_ : phase_;
    return net_error::timed_out;
}

error_code CallWait::check() {
    if (is_for_pieces_) share_end_us_ = kNever;
    return check_at(now_us());
}

error_code CallWait::wait(int fd, short events) {
    if (is_for_pieces_) share_end_us_ = end_of(phase_.ms);
    while (true) {
        const std::int64_t now = now_us();
        if (const error_code error = check_at(now)) return error;
        const std::int64_t left_ms = (std::min(total_end_us_, share_end_us_) - now + 999) / 1000;
        pollfd waiting[2] = {{fd, events, 0}, {wake_.fd(), POLLIN, 0}};
        const int ready = poll(waiting, 2, static_cast<int>(std::min<std::int64_t>(left_ms, 3'600'000)));
        if (ready < 0 && errno != EINTR) return {errno, boost::system::system_category()};
        if (ready > 0 && waiting[1].revents == 0) return {};
    }
}

std::string CallWait::passed() const {
    if (passed_.ms == 0) return {};
    return std::string(passed_.name) + " (" + std::to_string(passed_.ms) + ") has passed";
}

}  // namespace longwire::net
