#pragma once

#include <boost/json/object.hpp>
#include <cstdint>

#include "clients/cli/verify/sequence_check.h"

namespace longwire::cli {

/// Holds the events of a `demo.count` task against what its worker produced: in each attempt i runs from 1 without a
/// hole, and the attempt that completes has all of them. Pure.
class TaskStory {
  public:
    void on_event(const boost::json::object& push);

    /// Some of its events have not been sent: what follows in this attempt proves nothing.
    void on_thinned() { is_whole_ = false; }

    bool has_ended() const { return has_ended_; }
    const SequenceCounts& counts() const { return counts_; }

  private:
    void on_count(std::int64_t i);

    std::int64_t seen_ = 0;
    bool is_whole_ = true;
    bool has_ended_ = false;
    SequenceCounts counts_;
};

}  // namespace longwire::cli
