#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "protocol/result.h"
#include "protocol/tally.h"

namespace longwire::cli {

/// The way of a topic's events behind the log, hop by hop, out of the answers of edges to `ledger`. Pure.
class TopicHops {
  public:
    struct Hop {
        std::string name;  // "log to edge-1", "edge-1 to clients", …
        std::uint64_t offset = 0;
        Tally tally;
        std::uint64_t watches = 0;  // of the last kind
    };

    /// One edge's answer: what the broker has sent to all edges, and what that edge has received and given.
    /// Errors: it is not of the form.
    Status add(const boost::json::object& answer);

    const std::vector<Hop>& hops() const { return hops_; }

    /// What does not add up, one line each.
    std::vector<std::string> differences() const;

  private:
    bool has(const std::string& name) const;
    Status add_hop(std::string name, const boost::json::object& entry, const boost::json::object& tally);

    std::vector<Hop> hops_;
};

}  // namespace longwire::cli
