// How long a cancel takes to be seen: from a client's `cancel` to the `task.cancelled` that it is pushed, of a task
// whose worker does as it is asked. Real processes of this build, a log on disk, one WebSocket client; beside it, if
// asked for, tasks that make events.
//
//     bench_cancel_latency [CANCELS [EVENTS_PER_S [DIRECTORY]]]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/processes.h"
#include "protocol/node/clock.h"
#include "tests/integration/support/ws_client.h"

namespace {

namespace json = boost::json;
using longwire::bench::Processes;
using longwire::integration::WsClient;

constexpr int kBusyTasks = 10;

double at(const std::vector<double>& sorted, double quantile) {
    return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(quantile * static_cast<double>(sorted.size())))];
}

/// Milliseconds.
double cancel_one(WsClient& client) {
    const auto task =
        client.ok({{"cmd", "start"}, {"kind", "demo.sleep"}, {"input", {{"ms", 600'000}}}, {"watch", true}});
    client.pushes_until_type("task.started");
    const auto asked_us = longwire::now_us();
    client.ok({{"cmd", "cancel"}, {"task", task.at("task")}});
    client.pushes_until_type("task.cancelled");
    const auto took_us = longwire::now_us() - asked_us;
    client.ok({{"cmd", "unsubscribe"}, {"topic", task.at("topic")}});
    return static_cast<double>(took_us) * 1e-3;
}

void run(std::size_t cancels, int events_per_s, const std::string& directory) {
    Processes processes(directory);
    const auto broker = processes.launch_broker();
    const auto edge =
        processes.launch("longwire-edge", {"--broker", processes.endpoint("edges"), "--http", "127.0.0.1:0"});
    const auto worker = processes.launch_worker("longwire-worker-demo", kBusyTasks + 1);
    const auto ready = edge->wait_for_line("ready");
    WsClient client(static_cast<std::uint16_t>(std::stoi(ready.substr(ready.rfind(':') + 1))));
    for (int i = 0; events_per_s > 0 && i < kBusyTasks; ++i) {
        const auto interval_ms = std::max(1, kBusyTasks * 1'000 / events_per_s);
        client.ok({{"cmd", "start"},
                   {"kind", "demo.count"},
                   {"input", {{"n", 1'000'000'000}, {"interval_ms", interval_ms}}}});
    }
    std::vector<double> took_ms;
    for (std::size_t i = 0; i < cancels; ++i) took_ms.push_back(cancel_one(client));
    std::sort(took_ms.begin(), took_ms.end());
    std::printf("%zu cancels beside %d events/s: p50 %.2f ms, p99 %.2f ms, longest %.2f ms\n", cancels, events_per_s,
                at(took_ms, .5), at(took_ms, .99), took_ms.back());
}

}  // namespace

int main(int argc, char** argv) try {
    const std::size_t cancels = argc > 1 ? std::stoul(argv[1]) : 2'000;
    if (cancels == 0) throw std::invalid_argument("CANCELS must be at least 1");
    const std::string directory = argc > 3 ? argv[3] : "/tmp";
    if (argc > 2) {
        run(cancels, std::stoi(argv[2]), directory);
    } else {
        run(cancels, 0, directory);
        run(cancels, 5'000, directory);
    }
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
