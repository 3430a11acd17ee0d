#include "clients/cli/net/wait_hook.h"

#include <poll.h>

#include <algorithm>

#include "protocol/node/clock.h"

namespace longwire::cli {

bool wait_with_hook(const WaitHook& hook, long delay_ms) {
    const std::int64_t end_us = now_us() + delay_ms * 1000;
    for (std::int64_t left_us = delay_ms * 1000; left_us > 0; left_us = end_us - now_us()) {
        if (hook.go_on && !hook.go_on()) return false;
        const auto left_ms = static_cast<int>(std::min<std::int64_t>((left_us + 999) / 1000, hook.tick_ms));
        pollfd wake{hook.wake_fd, POLLIN, 0};
        poll(&wake, 1, left_ms);
    }
    return !hook.go_on || hook.go_on();
}

}  // namespace longwire::cli
