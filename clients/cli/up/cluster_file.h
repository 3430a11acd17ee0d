#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "protocol/result.h"

namespace longwire::cli {

/// The processes of a running `longwire up`, as it keeps them in DATA/cluster.json for whoever wants to find them.
struct ClusterState {
    struct Process {
        std::string name;  // "broker", "edge-1", "worker-demo"
        pid_t pid = 0;     // 0 while it does not live
        std::string url;   // of an edge
    };
    pid_t supervisor = 0;
    std::vector<Process> processes;
};

/// Replaces the file at once, so that nobody reads half of it. Errors: the system's reason.
Status write_cluster_state(const std::string& data, const ClusterState& state);

/// Errors: `not_found` where no cluster keeps its data there, `bad_request` for a file that cannot be understood.
Result<ClusterState> read_cluster_state(const std::string& data);

/// The cluster has ended.
void remove_cluster_state(const std::string& data);

}  // namespace longwire::cli
