#include "clients/cli/up/cluster_plan.h"

#include <algorithm>
#include <utility>

#include "protocol/ip_address.h"
#include "protocol/node/setting.h"

namespace longwire::cli {
namespace {

constexpr std::size_t kSocketPathMax = 107;
constexpr const char* kExecAllow = "find,du,ls,wc,sha256sum,seq,sleep,echo,date,uname";

std::string endpoint(const std::string& folder, const char* name) {
    return "ipc://" + folder + "/" + name;
}

ChildPlan worker(const std::string& name, const std::string& sockets, std::vector<std::string> more) {
    ChildPlan plan{"worker-" + name,
                   "longwire-worker-" + name,
                   // A name that outlives a death: the broker then knows at once that the life before is over.
                   {"--name", name + "-1", "--broker-events", own_endpoints(sockets).events, "--broker-link",
                    own_endpoints(sockets).link},
                   Stage::worker};
    plan.arguments.insert(plan.arguments.end(), more.begin(), more.end());
    return plan;
}

}  // namespace

HostPort split_host_port(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    HostPort address{text.substr(0, colon), 0};
    if (address.host.starts_with('[')) address.host = address.host.substr(1, address.host.size() - 2);
    if (const auto port = read_number(text.substr(colon + 1), 0, 65535)) address.port = static_cast<int>(*port);
    return address;
}

std::string join_host_port(const HostPort& address) {
    const bool is_v6 = address.host.find(':') != std::string::npos;
    return (is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Status check_up_settings(const UpSettings& settings) {
    const HostPort address = split_host_port(settings.http);
    if (settings.auth.empty() && !is_loopback_host(address.host)) {
        return bad_request("http", address.host +
                                       " is no loopback address, so anyone on the network could come in "
                                       "as `dev`: give --auth FILE, or listen on 127.0.0.1");
    }
    if (address.port != 0 && address.port + settings.edges - 1 > 65535) {
        return bad_request("http", "the edges' ports would pass 65535");
    }
    const bool overlaps = address.port != 0 && settings.worker_port + 1 >= address.port &&
                          settings.worker_port < address.port + settings.edges;
    if (settings.worker_port != 0 && overlaps) {
        return bad_request("worker-port", "it and the next one must not be among the edges' ports");
    }
    return {};
}

void ChildPlan::set(const std::string& flag, const std::string& value) {
    const auto found = std::find(arguments.begin(), arguments.end(), flag);
    if (found != arguments.end() && found + 1 != arguments.end()) *(found + 1) = value;
}

WorkerEndpoints own_endpoints(const std::string& sockets) {
    return {endpoint(sockets, "events"), endpoint(sockets, "workers")};
}

std::vector<ChildPlan> plan_cluster(const UpSettings& settings, const std::string& sockets, const std::string& data,
                                    const std::optional<WorkerEndpoints>& open) {
    std::vector<ChildPlan> plan;
    const auto own = own_endpoints(sockets);
    plan.push_back({"broker",
                    "longwire-broker",
                    {"--events", own.events, "--workers", own.link, "--edges", endpoint(sockets, "edges"), "--tap",
                     endpoint(sockets, "tap"), "--data-dir", data + "/broker"},
                    Stage::broker});
    if (open) {
        auto& arguments = plan.back().arguments;
        arguments.insert(arguments.end(), {"--events", open->events, "--workers", open->link});
    }
    HostPort address = split_host_port(settings.http);
    for (int i = 1; i <= settings.edges; ++i) {
        ChildPlan edge{"edge-" + std::to_string(i),
                       "longwire-edge",
                       {"--broker", endpoint(sockets, "edges"), "--http", join_host_port(address)},
                       Stage::edge};
        if (!settings.console.empty()) edge.arguments.insert(edge.arguments.end(), {"--console", settings.console});
        if (!settings.auth.empty()) edge.arguments.insert(edge.arguments.end(), {"--auth", settings.auth});
        plan.push_back(std::move(edge));
        if (address.port != 0) ++address.port;
    }
    plan.push_back(worker("demo", sockets, {"--capacity", "32"}));  // its tasks mostly wait
    plan.push_back(worker("exec", sockets, {"--allow", kExecAllow}));
    plan.push_back(worker("agent", sockets, {}));
    std::vector<std::string> webhook{"--secret-file", data + "/webhook-secret", "--absent-secret", "make"};
    // Whoever starts tasks from this machine can connect to it anyway; others shall not by way of us.
    if (is_loopback_host(address.host)) webhook.insert(webhook.end(), {"--allow-host", "localhost,127.0.0.1,[::1]"});
    plan.push_back(worker("webhook", sockets, std::move(webhook)));
    return plan;
}

bool socket_paths_fit(const std::string& folder) {
    return folder.size() + std::string_view("/workers").size() <= kSocketPathMax;
}

}  // namespace longwire::cli
