#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace longwire::simulation {

/// The kind of tasks that a broker may bound, and its grace for those that are asked to end.
inline constexpr std::string_view kLimitedKind = "play";
inline constexpr std::int64_t kCancelGraceMs = 1'000;

/// What a death of the broker costs.
enum class Durability : std::uint8_t {
    memory,   // everything
    process,  // what was not written yet
    power,    // what was written and not synced yet, and nothing of that was said to be durable
};

/// A world to tell a story in: how large it is, how tight its bounds are, and what goes wrong. Made by seed, so that
/// ten thousand seeds are ten thousand worlds.
struct Scenario {
    std::uint64_t seed = 0;
    std::size_t steps = 0;         // of clients
    std::int64_t step_us_max = 0;  // between two of them

    std::size_t workers = 1;
    std::size_t edges = 1;
    std::size_t shards = 1;  // of each edge
    std::size_t clients = 1;
    std::uint32_t partitions = 1;
    std::uint32_t capacity = 1;  // of each worker

    std::int64_t work_us_max = 0;  // between two events of a task
    std::size_t kind_limit = 0;    // of those of the limited kind that run; 0: none
    std::size_t queued_max = 0;    // of each kind
    std::int64_t queue_age_max_ms = 0;

    std::size_t padding_bytes_max = 0;  // of an event
    std::size_t worker_window_bytes = 0;
    std::size_t edge_window_bytes = 0;
    std::size_t ring_bytes_max = 0;
    std::size_t outbox_full_bytes = 0;
    std::size_t outbox_bytes_max = 0;
    std::int64_t merge_after_ms = 0;
    std::int64_t stalled_ms = 0;
    double slow_clients = 0;         // how many of them all
    std::size_t slow_bytes_max = 0;  // that one of them takes at a time,
    std::int64_t slow_us_max = 0;    // and after how long again
    std::int64_t linger_ms = 0;
    std::int64_t lease_ms = 0;
    std::int64_t disconnect_grace_ms = 0;
    std::int64_t presence_grace_ms = 0;

    Durability durability = Durability::process;
    std::int64_t write_us_max = 0;
    std::int64_t sync_us_max = 0;
    std::size_t events_kept = 0;        // of each topic; 0: all
    std::size_t outputs_bytes_max = 0;  // of tasks' outputs in memory
    std::int64_t retain_ended_ms = 0;   // of a task's events, after its end; 0: for ever

    std::int64_t latency_us_max = 0;
    double pub_loss = 0;
    std::int64_t fault_us_max = 0;  // between two faults; 0: none
};

Scenario scenario_of(std::uint64_t seed, std::size_t steps);

}  // namespace longwire::simulation
