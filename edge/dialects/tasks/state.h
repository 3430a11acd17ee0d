#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "edge/dialects/native_event.h"

namespace longwire::edge::tasks {

namespace json = boost::json;

/// A native state in this product's words: what has expired has failed.
std::string_view status_of(std::string_view native_state);

/// Whether whoever connects is to start the task: it is held, or its last run has failed.
bool is_to_be_started(const json::object& snapshot);

/// The run that there is to be then (see the native command `run`).
std::int64_t run_to_start(const json::object& snapshot);

/// What a task looks like: taken from a snapshot, and carried on from event to event as snapshots are.
class TaskState {
  public:
    explicit TaskState(std::string task) : task_(std::move(task)) {}

    void take(const json::object& snapshot);

    /// One more of its events. Those that the snapshot has in it already change nothing.
    void fold(const NativeEvent& event);

    /// Of the last event that is in it.
    std::uint64_t offset() const { return offset_; }

    bool has_ended() const { return status_ != "PENDING" && status_ != "RUNNING"; }

    /// The data of a `state` message.
    json::object data() const;

  private:
    struct Agent {
        std::string name;
        std::string message;
    };

    void begin_run(std::int64_t run);
    void end(std::string_view status, std::int64_t time_us);
    void fold_agent(const json::object& fields);
    std::string_view last_message() const;

    std::string task_;
    std::uint64_t offset_ = 0;
    std::int64_t run_ = 0;
    std::string status_ = "PENDING";
    double progress_ = 0;
    std::string current_agent_;
    std::string message_;
    std::vector<Agent> agents_;
    std::int64_t started_us_ = 0;
    std::int64_t ended_us_ = 0;
};

}  // namespace longwire::edge::tasks
