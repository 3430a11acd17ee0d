#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/result.h"

namespace longwire::cli {

/// What `longwire up` was asked for.
struct UpSettings {
    std::string http = "127.0.0.1:8080";
    std::string data = "./longwire-data";
    std::string auth;
    std::string bin_dir;
    std::string console;
    int edges = 2;
    int worker_port = 0;  // 0: the usual ones, where they are free and nobody has to say who he is
};

/// Where workers connect.
struct WorkerEndpoints {
    std::string events;
    std::string link;
};

struct HostPort {
    std::string host;  // without brackets
    int port = 0;
};

/// Takes apart what check_host_port() has accepted.
HostPort split_host_port(const std::string& text);
/// The other way round, with brackets for IPv6.
std::string join_host_port(const HostPort& address);

/// Refuses what would let strangers in: no authentication on an address that is not loopback; and ports above
/// 65535. The error's field names the flag.
Status check_up_settings(const UpSettings& settings);

/// In this order they are ended: no edge may be left without its broker while it drains.
enum class Stage : std::uint8_t { edge, worker, broker };

/// One child process to be.
struct ChildPlan {
    std::string name;     // "edge-2", before each line of its log
    std::string program;  // file name, looked up in the folder of programs
    std::vector<std::string> arguments;
    Stage stage = Stage::worker;

    /// The same with another value behind a flag.
    void set(const std::string& flag, const std::string& value);
};

/// The endpoints of the cluster's own workers, in its folder of sockets.
WorkerEndpoints own_endpoints(const std::string& sockets);

/// Every process of a local cluster. `sockets` is the folder for ipc:// endpoints, `data` an absolute path. Workers
/// that are not the cluster's own connect to `open`, if there is such a thing.
std::vector<ChildPlan> plan_cluster(const UpSettings& settings, const std::string& sockets, const std::string& data,
                                    const std::optional<WorkerEndpoints>& open);

/// Whether the path of every socket in `folder` fits the kernel's bound of 107 bytes.
bool socket_paths_fit(const std::string& folder);

}  // namespace longwire::cli
