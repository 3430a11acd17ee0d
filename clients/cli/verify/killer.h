#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "clients/cli/up/cluster_file.h"
#include "clients/cli/verify/kill_log.h"
#include "protocol/result.h"

namespace longwire::cli {

/// Kills processes of a `longwire up`, which starts them again.
class Killer {
  public:
    enum class Order : std::uint8_t { in_turn, at_random };

    /// `roles` are names of processes or what they begin with: "broker", "edge", "edge-2", "worker". Random numbers
    /// come from `seed`.
    Killer(std::string data, std::vector<std::string> roles, Order order, std::uint64_t seed);

    /// Errors: there is no running cluster, or none of its processes has such a name.
    Status check() const;

    /// SIGKILL to the next one. One that does not live just now is left out. Errors: there is no running cluster.
    Status kill_next(KillLog& log);

  private:
    Result<std::vector<std::string>> targets(const ClusterState& cluster) const;

    std::string data_;
    std::vector<std::string> roles_;
    Order order_;
    std::mt19937_64 random_;
    std::size_t turn_ = 0;
};

}  // namespace longwire::cli
