#include "clients/cli/verify/killer.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>

#include "protocol/node/clock.h"

namespace longwire::cli {
namespace {

bool has_role(const std::string& name, const std::string& role) {
    return name == role || name.starts_with(role + "-");
}

/// The parent of a process by /proc/PID/stat, whose second field is a name in brackets that may hold anything.
pid_t parent_of(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(file, line);
    const auto bracket = line.rfind(')');
    if (bracket == std::string::npos) return 0;
    std::istringstream rest(line.substr(bracket + 1));
    char state = 0;
    pid_t parent = 0;
    rest >> state >> parent;
    return parent;
}

}  // namespace

Killer::Killer(std::string data, std::vector<std::string> roles, Order order, std::uint64_t seed)
    : data_(std::move(data)), roles_(std::move(roles)), order_(order), random_(seed) {}

/// The names of all processes that may be killed, role by role.
Result<std::vector<std::string>> Killer::targets(const ClusterState& cluster) const {
    std::vector<std::string> names;
    for (const auto& role : roles_) {
        const auto before = names.size();
        for (const auto& process : cluster.processes) {
            if (has_role(process.name, role)) names.push_back(process.name);
        }
        if (names.size() == before)
            return bad_request("kill", "the cluster in " + data_ + " has no process '" + role + "'");
    }
    return names;
}

Status Killer::check() const {
    LW_TRY(const ClusterState cluster, read_cluster_state(data_));
    LW_TRY([[maybe_unused]] const auto names, targets(cluster));
    return {};
}

Status Killer::kill_next(KillLog& log) {
    LW_TRY(const ClusterState cluster, read_cluster_state(data_));
    LW_TRY(const auto names, targets(cluster));
    const auto& name = names[(order_ == Order::in_turn ? turn_++ : random_()) % names.size()];
    for (const auto& process : cluster.processes) {
        // The number may be another process's by now: only a child of that cluster is what is meant.
        if (process.name != name || process.pid <= 0 || parent_of(process.pid) != cluster.supervisor) continue;
        const auto time_us = now_us();
        if (::kill(process.pid, SIGKILL) == 0) log.add(name, time_us);
    }
    return {};
}

}  // namespace longwire::cli
