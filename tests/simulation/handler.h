#pragma once

#include <cstdint>
#include <deque>
#include <map>
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

    /// Whether it does nothing until somebody gives it an input or a child of it ends.
    bool waits() const;

    struct ChildRequest {
        std::string name;
        std::string fields;
    };

    /// Does the next piece of work; the events of it are behind the others in `events`. Returns in how many
    /// microseconds to go on, or -1 to be called again when it is given something.
    std::int64_t work();

    void cancel() { is_cancelled_ = true; }
    void give_input(std::uint64_t offset, std::string_view data);
    void tell_child(const worker::ChildNews& news);

    std::deque<Event> events;         // emitted, not yet taken by the session
    std::vector<ChildRequest> wants;  // likewise

  private:
    struct Child {
        std::int64_t patience_until_us = 0;
        std::string task;  // empty: not told yet
        bool is_over = false;
    };

    std::int64_t pause_us() const;
    void emit();
    void end();
    void ask_for_input();
    void start_child();
    bool waits_for_child() const;

    Environment& environment_;
    worker::StartAttempt start_;
    std::string path_;
    std::uint64_t depth_;  // how many it descends from
    bool is_busy_;         // has much to tell in a short time
    std::int64_t events_left_;
    std::int64_t pause_us_max_;
    bool is_talking_ = false;  // writes one piece of text after the other
    bool waits_for_input_;
    bool has_asked_ = false;
    bool ignores_cancel_;
    bool has_ended_ = false;
    bool is_cancelled_ = false;
    std::vector<std::uint64_t> inputs_;  // their offsets
    std::size_t children_max_;
    std::map<std::string, Child> children_;  // by name
    bool waits_for_children_;
    bool is_patient_;  // waits for them until they end
};

}  // namespace longwire::simulation
