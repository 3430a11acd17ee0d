#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "clients/cli/client_settings.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_status.h"
#include "clients/cli/net/http_client.h"
#include "clients/cli/up/cluster_plan.h"
#include "clients/cli/up/run_directory.h"
#include "clients/cli/up/supervisor.h"
#include "clients/cli/up/worker_ports.h"
#include "protocol/node/clock.h"

namespace longwire::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kReadyMs = 60'000;

fs::path own_directory() {
    std::error_code ignored;
    return fs::read_symlink("/proc/self/exe", ignored).parent_path();
}

bool is_program(const fs::path& path) {
    return access(path.c_str(), X_OK) == 0 && !fs::is_directory(path);
}

/// The web page's files, where the build or the installation put them; empty if they are nowhere.
std::string find_console() {
    for (const char* place : {"../share/longwire/console", "console", "../../../edge/console/dist"}) {
        const fs::path folder = own_directory() / place;
        std::error_code ignored;
        if (fs::exists(folder / "index.html", ignored)) return fs::canonical(folder, ignored).string();
    }
    return {};
}

/// Edges share a port among their own threads, so a second cluster's edge on the same one would go unnoticed.
Status check_edge_port(const HostPort& address) {
    auto free = check_port_is_free(address);
    if (!free && free.error().code == Errc::conflict) {
        return Error{Errc::conflict, free.error().message + "; give --http another one"};
    }
    return free;
}

Status check_ports(const UpSettings& settings) {
    HostPort address = split_host_port(settings.http);
    for (int i = 0; i < settings.edges; ++i) {
        LW_TRY_STATUS(check_edge_port(address));
        ++address.port;
        if (address.port == 1) break;  // any port is good
    }
    return {};
}

Status check_programs_exist(const std::vector<ChildPlan>& plan, const std::string& bin_dir) {
    for (const ChildPlan& child : plan) {
        const fs::path path = fs::path(bin_dir) / child.program;
        if (!is_program(path)) return Error{Errc::not_found, path.string() + " is missing; see --bin-dir"};
    }
    return {};
}

/// Asks each edge whether it can serve, until all can.
Status wait_until_served(Supervisor& supervisor, std::int64_t timeout_ms) {
    const std::int64_t end_us = now_us() + timeout_ms * 1000;
    for (const std::string& url : supervisor.edge_urls()) {
        LW_TRY(const ServerAddress address, parse_server_address(url));
        while (true) {
            const auto answer = http_get(address, "/readyz", "", 1000);
            if (answer && answer->status == 200) break;
            if (now_us() > end_us) {
                return Error{Errc::internal, url + "/readyz: " + (answer ? answer->body : answer.error().message)};
            }
            if (!supervisor.turn(50)) return Error{Errc::unavailable, "ended before it was ready"};
        }
    }
    return {};
}

void log_line(const std::string& line) {
    std::cerr << line + "\n";
}

int fail(const Error& error) {
    std::cerr << "longwire up: " << error.message << "\n";
    return kFailed;
}

/// The first edge under the host that was asked for.
std::string served_url(const UpSettings& settings, const std::string& first_edge) {
    HostPort address = split_host_port(settings.http);
    const std::size_t scheme = first_edge.find("://");
    if (scheme != std::string::npos) address.port = split_host_port(first_edge.substr(scheme + 3)).port;
    return "http://" + join_host_port(address);
}

int run_cluster(const UpSettings& settings) {
    if (const Status free = check_ports(settings); !free) return fail(free.error());
    const auto directory = RunDirectory::open(settings.data);
    if (!directory) return fail(directory.error());
    const auto ports = WorkerPorts::claim(settings);
    if (!ports) return fail(ports.error());
    const auto open = ports->endpoints();
    std::vector<ChildPlan> plan = plan_cluster(settings, directory->sockets(), directory->data(), open);
    if (const Status there = check_programs_exist(plan, settings.bin_dir); !there) return fail(there.error());

    const auto keep_state = [&](const ClusterState& state) {
        if (const Status kept = write_cluster_state(directory->data(), state); !kept) log_line(kept.error().message);
    };
    Supervisor supervisor(std::move(plan), settings.bin_dir, log_line, keep_state);
    Status started = supervisor.start_all(kReadyMs);
    if (started) started = wait_until_served(supervisor, kReadyMs);
    if (started) {
        const auto for_workers = open.value_or(own_endpoints(directory->sockets()));
        log_line("workers connect to " + for_workers.events + " and " + for_workers.link);
        std::cout << "ready " << served_url(settings, supervisor.edge_urls().front()) << '\n' << std::flush;
        supervisor.run();
    }
    supervisor.end_all();
    remove_cluster_state(directory->data());
    const bool was_asked_to_end = started || started.error().code == Errc::unavailable;
    return was_asked_to_end ? static_cast<int>(kDone) : fail(started.error());
}

}  // namespace

int run_up(const Arguments& arguments) {
    UpSettings settings;
    settings.bin_dir = own_directory().string();
    const auto shared = [](std::string name, std::string help, std::string value_name) {
        return Setting{.name = std::move(name),
                       .help = std::move(help),
                       .value_name = std::move(value_name),
                       .reach = Reach::flag_and_variable};
    };
    Config config("longwire up",
                  "Runs a whole cluster on this machine: a broker, edges on PORT, PORT+1, …, and a demo, an "
                  "exec and an\n"
                  "agent worker. Prints `ready http://HOST:PORT` when it can serve; Ctrl-C ends it all. "
                  "Without --auth\n"
                  "it listens on loopback only and lets anyone there in.",
                  false);
    config.text(shared("http", "where the first edge listens; port 0: any that is free", "HOST:PORT"), settings.http,
                check_host_port());
    config.text(shared("data", "folder for what must survive", "DIR"), settings.data);
    config.number(shared("edges", "how many edges", "N"), settings.edges, 1, 64);
    config.number(
        shared("worker-port", "where your own workers connect: PORT and PORT+1 of 127.0.0.1; 0: 7601, if free", "PORT"),
        settings.worker_port, 0, 65534);
    config.text(shared("auth", "who may come in (TOML)", "FILE"), settings.auth);
    config.text(shared("console", "folder of the web page", "DIR"), settings.console);
    config.text(shared("bin-dir", "folder of the programs", "DIR"), settings.bin_dir);
    config.check([&settings] { return check_up_settings(settings); });
    if (const auto status = config.parse(arguments)) return *status;

    if (settings.console.empty()) settings.console = find_console();
    return run_cluster(settings);
}

}  // namespace longwire::cli
