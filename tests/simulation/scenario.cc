#include "tests/simulation/scenario.h"

#include "tests/simulation/random.h"

namespace longwire::simulation {

Scenario scenario_of(std::uint64_t seed, std::size_t steps) {
    Random random(seed);
    const auto one_of = [&](std::initializer_list<std::size_t> choices) {
        return *(choices.begin() + static_cast<std::ptrdiff_t>(random.below(choices.size())));
    };
    Scenario s;
    s.seed = seed;
    s.steps = steps;
    s.step_us_max = static_cast<std::int64_t>(one_of({20'000, 100'000, 200'000}));
    s.workers = one_of({1, 2, 2, 3});
    s.edges = one_of({1, 2, 2});
    s.shards = one_of({1, 1, 2});
    s.clients = one_of({1, 3, 5});
    s.partitions = static_cast<std::uint32_t>(one_of({1, 2, 4}));
    s.capacity = static_cast<std::uint32_t>(one_of({1, 2, 4}));

    s.work_us_max = static_cast<std::int64_t>(one_of({1'000, 150'000, 1'500'000}));

    s.kind_limit = one_of({0, 1, 2});
    s.queued_max = random.chance(0.2) ? one_of({2, 4}) : 100'000;
    s.queue_age_max_ms = random.chance(0.2) ? 2'000 : 0;

    const bool is_heavy = random.chance(0.1);  // so much that windows and rings are too small for it
    s.padding_bytes_max = is_heavy ? 12'000 : one_of({0, 100});
    s.worker_window_bytes = is_heavy ? 64 << 10 : one_of({700, 4'000, 1 << 20});
    s.edge_window_bytes = is_heavy ? 64 << 10 : 1 << 20;
    s.ring_bytes_max = is_heavy ? 400'000 : one_of({2'000, 20'000, 1 << 20});
    s.outbox_full_bytes = is_heavy ? 30'000 : one_of({300, 3'000, 256 << 10});
    s.outbox_bytes_max = random.chance(0.3) ? 4 * s.outbox_full_bytes : 4 << 20;
    s.merge_after_ms = static_cast<std::int64_t>(one_of({50, 200, 1'000}));
    s.stalled_ms = static_cast<std::int64_t>(one_of({500, 2'000, 20'000}));
    s.slow_clients = static_cast<double>(one_of({0, 30, 60})) / 100;
    s.slow_bytes_max = one_of({100, 1'000, 20'000});
    s.slow_us_max = static_cast<std::int64_t>(one_of({20'000, 300'000}));
    s.linger_ms = static_cast<std::int64_t>(one_of({100, 1'000, 10'000}));
    s.lease_ms = static_cast<std::int64_t>(one_of({2'000, 4'000}));
    s.disconnect_grace_ms = static_cast<std::int64_t>(one_of({1'000, 2'000}));
    s.presence_grace_ms = static_cast<std::int64_t>(one_of({300, 2'000}));

    s.durability = random.chance(0.1)   ? Durability::memory
                   : random.chance(0.5) ? Durability::process
                                        : Durability::power;
    s.write_us_max = static_cast<std::int64_t>(one_of({200, 5'000, 50'000}));
    s.sync_us_max = static_cast<std::int64_t>(one_of({5'000, 50'000}));
    s.events_kept = random.chance(0.25) ? one_of({3, 10, 40}) : 0;
    s.retain_ended_ms = random.chance(0.25) ? static_cast<std::int64_t>(one_of({1, 300, 2'000})) : 0;

    s.outputs_bytes_max = one_of({0, 1'000, 64 << 20});

    s.latency_us_max = static_cast<std::int64_t>(one_of({200, 2'000, 30'000}));
    s.pub_loss = random.chance(0.5) ? 0 : static_cast<double>(one_of({1, 10, 60})) / 100;
    s.fault_us_max = random.chance(0.1) ? 0 : static_cast<std::int64_t>(one_of({300'000, 1'000'000, 3'000'000}));
    return s;
}

}  // namespace longwire::simulation
