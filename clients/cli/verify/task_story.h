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
    /// Of all attempts.
    SequenceCounts counts() const;

  private:
    void begin_attempt();

    SequenceCheck attempt_;
    bool is_whole_ = true;
    bool has_ended_ = false;
    SequenceCounts before_;  // of the attempts before
};

}  // namespace longwire::cli
