#include "protocol/sleep.h"

#include <chrono>
#include <thread>

namespace longwire {

void sleep_us(std::int64_t time_us) {
    if (time_us <= 0) return;
    std::this_thread::sleep_for(std::chrono::microseconds(time_us));  // tidy: allow(sleep) it is what this is for
}

}  // namespace longwire
