#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "protocol/result.h"

namespace longwire::load {

/// What the processes of a server use, all together.
class ServerProcesses {
  public:
    /// Errors: not_found for a pid that there is not.
    static Result<ServerProcesses> of(std::vector<pid_t> pids);

    /// CPU time used so far, in nanoseconds. What has ended since uses none.
    std::int64_t cpu_ns() const;
    /// Resident memory in KiB.
    std::int64_t rss_kib() const;

  private:
    explicit ServerProcesses(std::vector<pid_t> pids) : pids_(std::move(pids)) {}
    std::vector<pid_t> pids_;
};

/// This process's own CPU time.
std::int64_t own_cpu_ns();

/// The CPU time that all processes of the machine have used since some moment, in steps of 10 ms per core.
std::int64_t machine_cpu_ns();

}  // namespace longwire::load
