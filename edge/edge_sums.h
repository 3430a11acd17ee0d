#pragma once

#include <cstddef>

#include "edge/link_thread.h"
#include "edge/net/server.h"
#include "edge/stats_board.h"
#include "protocol/event_ages.h"
#include "protocol/link/subscriber_messages.h"

namespace longwire::edge {

/// What an edge consists of, to whoever wants to know how it is doing. All of it may be asked from any thread, even
/// while the shards end.
struct EdgeParts {
    const net::Server& server;
    const LinkThread& link;
    const StatsBoard& stats;
};

/// How it is doing, over all of its threads.
struct EdgeSums {
    std::size_t connections = 0;
    net::ServerCounters counters;
    ShardStats shards;
    LinkThread::Stats link;
};

EdgeSums sums_of(const EdgeParts& parts);

/// The same as the broker is told it.
link::Prepared report_of(const EdgeParts& parts, std::int64_t started_us);

}  // namespace longwire::edge
