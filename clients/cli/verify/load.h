#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "clients/cli/net/wait_hook.h"
#include "clients/cli/server_address.h"
#include "clients/cli/verify/agreed_events.h"
#include "clients/cli/verify/kill_log.h"
#include "clients/cli/verify/sequence_check.h"
#include "protocol/latency_histogram.h"

/// The load of a verification: lanes of tasks, one after the other, each watched by several clients.
namespace longwire::cli {

/// One place in which tasks run one after the other.
struct Lane {
    std::string prefix;       // of its tasks' ids
    std::int64_t events = 0;  // of each task
    std::int64_t interval_ms = 0;
    std::atomic<int> last_round{-1};  // once it is known which task was the last
    AgreedEvents agreed;

    std::string task(int round) const { return prefix + std::to_string(round); }
};

/// What all threads of the load share.
struct Load {
    std::vector<ServerAddress> addresses;
    std::string token;
    std::atomic<bool> is_over = false;    // no new tasks
    std::atomic<bool> has_ended = false;  // everyone out
    std::int64_t drop_every_ms = 0;       // how often a client loses its connection, about; 0: never
    KillLog kills;

    WaitHook hook() const {
        return {.go_on = [this] { return !has_ended; }};
    }
    /// All addresses, another one first for each client.
    std::vector<ServerAddress> addresses_for(std::size_t client) const {
        auto all = addresses;
        std::rotate(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(client % all.size()), all.end());
        return all;
    }
};

/// What one thread has found.
struct Findings {
    SequenceCounts pushed;        // by offset, as the edge sent them
    SequenceCounts produced;      // by the producer's own number
    std::uint64_t differing = 0;  // events that another watcher has seen otherwise
    std::uint64_t tasks = 0;      // seen to their end
    std::uint64_t made = 0;       // events of the tasks that it started
    std::uint64_t reconnects = 0;
    LatencyHistogram delivery;
    std::vector<std::int64_t> recovery_us;  // of each kill: until an event came that is younger than it
    bool has_finished = false;
    std::string stuck_at;  // where it was, if it has not finished

    /// Adds what can be added.
    Findings& operator+=(const Findings& other);
};

/// Watches the lane's tasks to their ends; `starts` them too. Ends when the lane has.
void watch_lane(Load& load, Lane& lane, std::size_t client, bool starts, Findings& findings);

/// Publishes numbered events, each again under its key until it is acknowledged; then reads the topic and holds it
/// against them.
void publish_numbered(Load& load, const std::string& topic, std::int64_t interval_ms, std::size_t client,
                      Findings& findings);

}  // namespace longwire::cli
