#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "protocol/envelope.h"

namespace longwire::simulation {

/// What the steps in a task's life tell of it: by what it was started and where it stands.
struct TaskFacts {
    std::string path;
    std::uint64_t age = 0;  // rises with creation

    // As it was started.
    std::string kind;
    std::string key;
    std::string parent;  // the path of its topic
    std::string lock;    // its concurrency key,
    std::uint64_t lock_limit = 0;
    std::int64_t priority = 0;
    std::int64_t timeout_ms = 0;
    std::int64_t ttl_ms = 0;
    bool cancels_on_disconnect = false;
    std::int64_t disconnect_grace_ms = 0;

    // Its present run.
    std::int64_t run = 0;
    bool is_open = false;  // it has not ended
    bool is_cancelling = false;
    std::int64_t queued_us = 0;
    std::int64_t not_before_us = 0;
    std::int64_t started_us = 0;  // 0: not yet
    std::int64_t cancel_asked_us = 0;
    std::string worker;  // that has the attempt; empty: nobody

    std::string_view state;             // as a snapshot names it
    std::set<std::string_view> states;  // in which it has ever been

    void is_now(std::string_view its_state) { states.insert(state = its_state); }

    bool is_waiting() const { return is_open && worker.empty(); }
    bool is_running() const { return is_open && !worker.empty(); }
};

/// By the paths of their topics.
using AllFacts = std::map<std::string, TaskFacts, std::less<>>;

/// Takes the next event of a task's topic.
void fold(TaskFacts& facts, const Envelope& envelope);

bool ends_run(std::string_view type);

/// The state that an end leads to.
std::string_view state_after(std::string_view end);

}  // namespace longwire::simulation
