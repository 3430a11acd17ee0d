#include "protocol/node/clock.h"

#include <chrono>

namespace longwire {
namespace {

template <class TimePoint>
std::int64_t to_us(TimePoint point) {
    return std::chrono::duration_cast<std::chrono::microseconds>(point.time_since_epoch()).count();
}

}  // namespace

std::int64_t now_us() {
    static const std::int64_t offset =
        to_us(std::chrono::system_clock::now()) - to_us(std::chrono::steady_clock::now());
    return offset + to_us(std::chrono::steady_clock::now());
}

}  // namespace longwire
