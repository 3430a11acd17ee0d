#pragma once

#include "clients/cli/net/wait_hook.h"
#include "protocol/node/signals.h"

namespace longwire::cli {

/// SIGINT, SIGTERM or SIGHUP end a wait instead of the program, so that it can say how to go on.
class Interrupt {
  public:
    bool happened() {
        while (signals_.next()) happened_ = true;
        return happened_;
    }

    /// Ends waits when a signal has come; does `each_tick` at every tick.
    WaitHook hook(std::function<void()> each_tick = {}) {
        return {.go_on =
                    [this, each_tick = std::move(each_tick)] {
                        if (each_tick) each_tick();
                        return !happened();
                    },
                .wake_fd = signals_.fd()};
    }

  private:
    Signals signals_;
    bool happened_ = false;
};

}  // namespace longwire::cli
