// How many events per second one worker's task carries into a broker's hands: demo.count without pauses, over real
// sockets on loopback, until the last event is accepted. The broker is the tests' fake one, which parses and orders
// every event and keeps none.

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "bench/usage.h"
#include "unit/worker/running_worker.h"
#include "worker/demo/demo_kinds.h"

int main(int argc, char** argv) {
    const std::string n = argc > 1 ? argv[1] : "1000000";
    const std::string bytes = argc > 2 ? argv[2] : "0";
    const int tasks = argc > 3 ? std::stoi(argv[3]) : 1;
    longwire::testing::FakeBroker::Options options;
    options.keep_payloads = false;
    options.partitions = 16;
    longwire::testing::FakeBroker broker(options);
    longwire::WorkerOptions worker_options;
    worker_options.capacity = 64;
    longwire::testing::RunningWorker worker(broker, longwire::demo::serve_all, worker_options);
    if (!longwire::testing::welcomed(broker)) return 1;

    const auto start = std::chrono::steady_clock::now();
    const auto cpu_start = longwire::bench::cpu_seconds(::getpid());
    for (int i = 0; i < tasks; ++i) {
        broker.assign("count-" + std::to_string(i), 1, "demo.count", "{\"n\":" + n + ",\"bytes\":" + bytes + "}");
    }
    const auto events = (std::stoull(n) + 21) * static_cast<std::size_t>(tasks);  // with the progress and the end
    if (!broker.wait_until([&](const auto& seen) { return seen.event_count >= events; })) return 1;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    const auto cpu = longwire::bench::cpu_seconds(::getpid()) - cpu_start;
    const auto seen = broker.seen();
    std::printf("%zu events in %.2f s: %.0f events/s, %.2f CPU s per million; resent messages %zu, in order %s\n",
                seen.event_count, took.count(), static_cast<double>(seen.event_count) / took.count(),
                cpu * 1e6 / static_cast<double>(seen.event_count), seen.resent_messages, seen.violated ? "NO" : "yes");
    return seen.violated ? 1 : 0;
}
