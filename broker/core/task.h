#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/command.h"
#include "protocol/envelope.h"
#include "protocol/event_types.h"
#include "protocol/result.h"

namespace longwire::broker {

enum class TaskStatus : std::uint8_t { pending, running, completed, failed, cancelled, expired };

/// "PENDING", "RUNNING", …
std::string_view to_string(TaskStatus status);

inline bool is_terminal(TaskStatus status) {
    return status > TaskStatus::running;
}

/// What an agent of a task last said of itself.
struct AgentState {
    std::string agent;
    std::string status;
    std::string message;
    double progress = 0;
    std::string agent_id;  // empty where it has not said one
};

/// What was sent to a task while it ran, kept so that a further attempt gets it too.
struct KeptInput {
    std::uint64_t offset = 0;
    std::string data_raw;
};

/// What a task was started as. It never changes.
struct TaskOrigin {
    std::string kind;
    std::string input_raw;
    std::string key;
    std::string parent;
    std::string user;
    std::int32_t priority = 0;
    std::int32_t max_attempts = 1;
    std::int64_t timeout_ms = 0;
    std::int64_t ttl_ms = 0;
    Concurrency concurrency;
    std::string webhook;
    bool cancels_on_disconnect = false;
    std::int64_t disconnect_grace_ms = 0;
    std::uint64_t age = 0;  // rises with creation among all tasks of a broker; the one thing that no event tells
    std::int64_t created_us = 0;
};

/// A task as the events on its topic tell it: this is a fold over them and holds nothing else. Strings named `…_raw`
/// are MessagePack values.
struct Task : TaskOrigin {
    std::string realm;
    std::string id;

    TaskStatus status = TaskStatus::pending;
    bool held = false;
    bool waiting = false;
    bool cancelling = false;
    std::uint32_t run = 0;
    std::uint32_t attempt = 0;  // counts on over all runs, and over forgotten tasks of this id, so that it fences
    std::int32_t attempts_in_run = 0;  // those that count
    std::string worker;                // who has the attempt; empty between attempts
    std::uint64_t worker_incarnation = 0;
    std::uint64_t output_offset = 0;  // of the event that opened the newest attempt, or else the run

    double progress = 0;
    std::string message;
    std::string prompt;  // what it waits for, while it does
    std::string current_agent;
    std::vector<AgentState> agents;
    std::vector<KeptInput> inputs;  // of this run
    std::size_t input_bytes = 0;

    std::int64_t queued_us = 0;
    std::int64_t not_before_us = 0;
    std::int64_t started_us = 0;  // the first attempt of the run; 0: none yet
    std::int64_t ended_us = 0;
    std::int64_t cancel_asked_us = 0;
    std::string cancel_reason;

    std::string result_raw;
    std::string error_raw;

    std::uint64_t epoch = 0;
    std::uint64_t offset = 0;  // of the last event folded in
};

/// Whether an event of this type may change more of a task than its offset.
bool changes_state(std::string_view type);

/// Whether an event of this type tells of a step in a task's life, as against what happens within one.
bool is_lifecycle(std::string_view type);

/// Whether an event of this type ends a run. Its inputs go with it.
bool ends_run(std::string_view type);

/// Folds one event in. Events that say nothing of the state (logs, text) only move the offset.
void fold(Task& task, std::uint64_t offset, const Envelope& envelope);

/// Writes the snapshot of the client protocol as a MessagePack map.
void write_snapshot(const Task& task, std::string& out);

}  // namespace longwire::broker
