#include <benchmark/benchmark.h>

#include <memory>

#include "bench/core_cluster.h"
#include "broker/log/memory_log.h"

/// How many events a second one core of a broker takes in, commits to the log in memory, acknowledges and delivers to
/// one edge, without sockets. All are pieces of text.
namespace longwire::broker {
namespace {

constexpr std::int64_t kStepUs = 200;

void take_in_and_deliver(benchmark::State& state) {
    CoreCluster::Options options;
    options.topics = static_cast<int>(state.range(0));
    options.idle_workers = static_cast<int>(state.range(1));
    options.of_tasks = state.range(2) != 0;
    CoreCluster cluster(options, std::make_unique<MemoryLog>(64 << 20));
    for (auto _ : state) {
        state.PauseTiming();
        if (!cluster.publish()) std::abort();
        state.ResumeTiming();
        cluster.step(kStepUs);
    }
    if (cluster.stats().events_refused != 0) std::abort();
    state.SetItemsProcessed(state.iterations() * options.batch_events);
    const auto committed = static_cast<double>(cluster.stats().events_committed);
    state.counters["delivered_share"] = static_cast<double>(cluster.stats().events_delivered) / committed;
}
BENCHMARK(take_in_and_deliver)
    ->ArgNames({"topics", "idle_workers", "of_tasks"})
    ->Args({1, 0, 0})
    ->Args({16, 0, 0})
    ->Args({1000, 0, 0})
    ->Args({16, 1000, 0})
    ->Args({16, 0, 1})
    ->Args({1000, 0, 1});

}  // namespace
}  // namespace longwire::broker
