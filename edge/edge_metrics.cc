#include "edge/edge_metrics.h"

namespace longwire::edge {

std::string EdgeMetrics::text() {
    const std::lock_guard lock(mutex_);
    if (!parts_) return {};
    const auto [connections, counters, all, link] = sums_of(*parts_);
    metrics_.gauge("longwire_edge_connections", "Connections open, WebSocket and HTTP.")
        .set(static_cast<double>(connections));
    metrics_.gauge("longwire_edge_topics", "Topics held, summed over the threads.")
        .set(static_cast<double>(all.topics));
    metrics_.gauge("longwire_edge_ring_bytes", "Recent events kept, in bytes.")
        .set(static_cast<double>(all.ring_bytes));
    metrics_.gauge("longwire_edge_members", "Places of members of topics that this edge's clients hold.")
        .set(static_cast<double>(all.members));
    metrics_.gauge("longwire_edge_link_up", "1 while there is a session with the broker.")
        .set(parts_->link.is_up() ? 1 : 0);
    metrics_.counter("longwire_edge_accepted_total", "Connections accepted.").raise_to(counters.accepted);
    metrics_.counter("longwire_edge_refused_total", "Connections refused because there were too many.")
        .raise_to(counters.refused);
    metrics_.counter("longwire_edge_accept_errors_total", "Accepts that failed for want of resources.")
        .raise_to(counters.accept_errors);
    metrics_.counter("longwire_edge_too_slow_total", "Clients closed because they were too slow.")
        .raise_to(all.too_slow);
    metrics_.counter("longwire_edge_events_total", "Events received from the broker.").raise_to(link.events);
    const auto age = [&](const char* hop, const EventAges& ages) {
        metrics_
            .latencies("longwire_event_age_seconds",
                       "How old events were at places of their way, by the clock of whoever made them.", {{"hop", hop}})
            .raise_to(ages.all());
    };
    age("edge", link.ages);
    age("client", all.ages);
    const auto outcome = [&](const char* name, std::uint64_t total) {
        metrics_
            .counter("longwire_edge_watched_events_total",
                     "Events of watched topics by what became of them, each watching client counted.",
                     {{"outcome", name}})
            .raise_to(total);
    };
    metrics_.counter("longwire_edge_filtered_events_total", "Events that filters have brought, each client counted.")
        .raise_to(all.filtered);
    outcome("due", all.given.due);
    outcome("delivered", all.given.events);
    outcome("merged", all.given.merged);
    outcome("gap", all.given.gap);
    const auto difference = [&](const char* hop, std::uint64_t total) {
        metrics_
            .counter("longwire_ledger_differences_total",
                     "Times that a hop has neither handed on events nor told of them. Anything but 0 is a bug.",
                     {{"hop", hop}})
            .raise_to(total);
    };
    difference("broker to edge", all.differences.received);
    difference("edge to client", all.differences.given);
    return metrics_.text();
}

}  // namespace longwire::edge
