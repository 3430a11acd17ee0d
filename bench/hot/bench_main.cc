#include <benchmark/benchmark.h>

#include <chrono>

#include "bench/hot/hot_function.h"

/// The hot functions by the clock. Reading it twice costs some 50 ns, which the smallest of them don't take themselves.
int main(int argc, char** argv) {
    for (const auto& function : longwire::bench::hot_functions()) {
        const auto measure = [make = function.make, events = function.events](benchmark::State& state) {
            const auto work = make();
            for (auto _ : state) {
                work->prepare();
                const auto start = std::chrono::steady_clock::now();
                const bool is_right = work->run();
                state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
                if (!is_right) return state.SkipWithError("has not done what it is measured for");
            }
            state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events));
        };
        benchmark::RegisterBenchmark(function.name.c_str(), measure)->UseManualTime();
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
