#include "edge/edge_sums.h"

#include <string>

#include "edge/core/slow_clients.h"
#include "protocol/node/config.h"

namespace longwire::edge {
namespace {

link::RecentAges recent(const EventAges& ages) {
    const auto lately = ages.recent();
    return {lately.count(), lately.percentile(0.5), lately.percentile(0.99), lately.max_us()};
}

}  // namespace

EdgeSums sums_of(const EdgeParts& parts) {
    EdgeSums sums;
    for (std::size_t i = 0; i < parts.server.shards(); ++i) sums.connections += parts.server.shard(i).connections();
    sums.shards = parts.stats.sum();
    sums.counters = parts.server.counters();
    sums.link = parts.link.stats();
    return sums;
}

link::Prepared report_of(const EdgeParts& parts, std::int64_t started_us) {
    const auto sums = sums_of(parts);
    const auto& shards = sums.shards;
    const auto program = "longwire-edge " + std::string(program_version());
    link::EdgeReport report;
    report.program = program;
    report.figures = {.started_us = started_us,
                      .connections = sums.connections,
                      .topics = shards.topics,
                      .kept_bytes = shards.ring_bytes,
                      .members = shards.members,
                      .accepted = sums.counters.accepted,
                      .refused = sums.counters.refused,
                      .too_slow = shards.too_slow,
                      .events = sums.link.events,
                      .delivered = shards.given.events + shards.filtered,
                      .merged = shards.given.merged,
                      .gaps = shards.given.gap,
                      .differences = shards.differences.received + shards.differences.given,
                      .at_edge = recent(sums.link.ages),
                      .at_client = recent(shards.ages)};
    SlowClients furthest;
    for (const auto& client : shards.slow) {
        if (furthest.wants(client.lag)) furthest.add(client);
    }
    const auto slow = furthest.take();
    for (const auto& client : slow) {
        report.slow.push_back({client.connection, client.realm, client.user, client.address, client.lag.topics,
                               client.lag.events, client.unsent_bytes, client.lag.since_us});
    }
    return link::prepare(report);
}

}  // namespace longwire::edge
