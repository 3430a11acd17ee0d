#include <benchmark/benchmark.h>

#include "bench/hot/hot_function.h"

/// The hot functions by the clock. Pausing it costs some tenths of a microsecond itself: where little is done between
/// two pauses, `bench/instructions.py` is the finer measure.
int main(int argc, char** argv) {
    for (const auto& function : longwire::bench::hot_functions()) {
        const auto measure = [make = function.make, events = function.events](benchmark::State& state) {
            const auto work = make();
            for (auto _ : state) {
                state.PauseTiming();
                work->prepare();
                state.ResumeTiming();
                if (!work->run()) return state.SkipWithError("has not done what it is measured for");
            }
            state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events));
        };
        benchmark::RegisterBenchmark(function.name.c_str(), measure);
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
