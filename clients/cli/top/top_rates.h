#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace longwire::cli {

/// What `longwire top` has read of a cluster at one time.
struct TopSample {
    std::int64_t time_us = 0;
    std::vector<boost::json::object> running;  // snapshots, the youngest first, up to a limit
    std::vector<boost::json::object> pending;
    std::vector<boost::json::object> youngest;  // of any state
    std::vector<boost::json::object> workers;
    bool has_more_running = false;  // than were read
    bool has_more_pending = false;
};

/// How fast things go, from one sample to the next. Events are counted by the offsets of the tasks that were read both
/// times, or that are new; ends by the tasks that are no longer among the active ones.
class TopRates {
  public:
    void take(const TopSample& sample);

    /// Nothing until there have been two samples.
    std::optional<double> events_per_s() const { return events_per_s_; }
    std::optional<double> ended_per_s() const { return ended_per_s_; }
    std::optional<double> events_per_s(const std::string& task) const;

  private:
    struct Seen {
        std::int64_t offset = 0;
        bool is_active = false;
        std::int64_t ended_us = 0;
    };

    std::int64_t time_us_ = 0;
    std::map<std::string, Seen> seen_;  // by task, as of the newest sample
    std::map<std::string, double> by_task_;
    std::int64_t newest_created_us_ = 0;
    std::optional<double> events_per_s_;
    std::optional<double> ended_per_s_;
};

}  // namespace longwire::cli
