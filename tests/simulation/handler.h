#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "tests/simulation/environment.h"
#include "worker/sdk/core/worker_session.h"

namespace longwire::simulation {

/// One attempt at work: what a task's handler and its buffer are in a real worker. How long it works, what it emits
/// and how it ends is a matter of chance.
class Handler {
  public:
    struct Event {
        std::string_view type;
        std::string payload;
        std::uint64_t id = 0;
        bool may_retry = false;
        bool is_last = false;
    };

    Handler(Environment& environment, worker::StartAttempt start);

    const worker::StartAttempt& start() const { return start_; }

    /// Does the next piece of work; the events of it are behind the others in `events`. Returns in how many
    /// microseconds to go on, or -1 to be called again when it is given something.
    std::int64_t work();

    void cancel() { is_cancelled_ = true; }
    void give_input(std::uint64_t offset, std::string_view data);

    std::deque<Event> events;  // emitted, not yet taken by the session

  private:
    void emit();
    void end();

    Environment& environment_;
    worker::StartAttempt start_;
    bool is_busy_;  // has much to tell in a short time
    std::int64_t events_left_;
    std::int64_t pause_us_max_;
    bool is_talking_ = false;  // writes one piece of text after the other
    bool waits_for_input_;
    bool ignores_cancel_;
    bool has_ended_ = false;
    bool is_cancelled_ = false;
    std::vector<std::uint64_t> inputs_;  // their offsets
};

}  // namespace longwire::simulation
