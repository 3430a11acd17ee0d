#pragma once

#include <functional>

namespace longwire::cli {

/// What is done while a network call waits: `go_on` is called every `tick_ms`, and at once when `wake_fd` is
/// readable. It takes from the descriptor what is there. When it returns false the call ends with an error,
/// and the connection is of no more use.
struct WaitHook {
    std::function<bool()> go_on = {};
    int wake_fd = -1;
    int tick_ms = 100;
};

/// Waits `delay_ms` in the same manner; false if it was told to stop.
bool wait_with_hook(const WaitHook& hook, long delay_ms);

}  // namespace longwire::cli
