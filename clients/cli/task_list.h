#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace longwire::cli {

// What a list shows of a snapshot: "RUNNING (waiting)", "42%", from its start to its end or to now; "-" for none.
std::string state_of(const boost::json::object& snapshot);
/// What a line about a task has room for: why it failed, what it asks, or else its own last message.
std::string message_of(const boost::json::object& snapshot);
std::string percent_of(const boost::json::object& snapshot);
std::string time_taken(const boost::json::object& snapshot, std::int64_t now_us);

/// Tasks as a table for people, by their snapshots.
std::string task_table(const std::vector<boost::json::object>& snapshots, std::int64_t now_us);

/// One task, a field per line, without those that say nothing yet.
std::string task_sheet(const boost::json::object& snapshot, std::int64_t now_us);

}  // namespace longwire::cli
