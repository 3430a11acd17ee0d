#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/simulation/push.h"
#include "tests/simulation/truth.h"

namespace longwire::simulation {

/// A merged stretch of one topic on its way to a client: of its events some are not sent, and each of these must be one
/// that may be spared, have somebody to stand for it, or be told.
class Stretch {
  public:
    Stretch(const TopicTruth& topic, const MergedPush& merged);

    /// The next of its pushes.
    void takes(const EventPush& push);

    /// Logs of it that do not come.
    void misses(const GapPush& gap);

    /// The next offset that nothing is known of.
    std::uint64_t next() const { return next_; }

    /// Whether its last push has come.
    bool is_over() const { return left_ == 0; }

  private:
    /// Whether the events before this offset that have not come are pieces of the same text, which is returned.
    std::string passed_over(const EventPush& push);
    void spare(std::uint64_t offset);
    void check_end() const;

    const TopicTruth& topic_;
    std::uint64_t to_;
    std::uint64_t left_;
    std::uint64_t next_;
    std::map<std::string, std::uint64_t> outdated_;  // by subject: left out, and no newer one has come yet
    std::uint64_t logs_ = 0;                         // that have come,
    bool has_left_out_logs_ = false;                 // and that will not
};

}  // namespace longwire::simulation
