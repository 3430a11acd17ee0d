#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/broker.h"
#include "protocol/msgpack_writer.h"

namespace longwire::broker {
namespace {

struct Hop {
    std::string_view name;
    link::RecentAges ages;
};

link::RecentAges recent(const EventAges& ages) {
    const auto lately = ages.recent();
    return {lately.count(), lately.percentile(0.5), lately.percentile(0.99), lately.max_us()};
}

void write_ages(MsgpackWriter& writer, const std::vector<Hop>& hops) {
    writer.string("ages");
    writer.array(hops.size());
    for (const auto& [name, ages] : hops) {
        writer.map(5);
        writer.field("hop", name);
        writer.field("events", ages.events);
        writer.field("p50_us", ages.p50_us);
        writer.field("p99_us", ages.p99_us);
        writer.field("max_us", ages.max_us);
    }
}

/// Of the clients of its own realm alone: who else is there is nobody's business.
void write_slow(MsgpackWriter& writer, const std::vector<EdgeStanding::SlowClient>& slow, std::string_view realm) {
    const auto is_own = [&](const EdgeStanding::SlowClient& client) { return client.realm == realm; };
    writer.string("slow");
    writer.array(static_cast<std::size_t>(std::count_if(slow.begin(), slow.end(), is_own)));
    for (const auto& client : slow) {
        if (!is_own(client)) continue;
        writer.map(7);
        writer.field("connection", client.connection);
        writer.field("user", client.user);
        writer.field("address", client.address);
        writer.field("topics", client.topics);
        writer.field("events", client.events);
        writer.field("unsent_bytes", client.unsent_bytes);
        writer.field("since_us", client.since_us);
    }
}

void write_edge(MsgpackWriter& writer, std::string_view name, std::uint64_t unconfirmed_bytes,
                const EdgeStanding& standing, std::string_view realm) {
    const auto& figures = standing.figures();
    writer.map(19);
    writer.field("edge", name);
    writer.field("version", standing.program());
    writer.field("reported_us", standing.reported_us());
    writer.field("started_us", figures.started_us);
    writer.field("unconfirmed_bytes", unconfirmed_bytes);
    writer.field("connections", figures.connections);
    writer.field("topics", figures.topics);
    writer.field("kept_bytes", figures.kept_bytes);
    writer.field("members", figures.members);
    writer.field("accepted", figures.accepted);
    writer.field("refused", figures.refused);
    writer.field("too_slow", figures.too_slow);
    writer.field("events", figures.events);
    writer.field("delivered", figures.delivered);
    writer.field("merged", figures.merged);
    writer.field("gaps", figures.gaps);
    writer.field("differences", figures.differences);
    write_ages(writer, {{"edge", figures.at_edge}, {"client", figures.at_client}});
    write_slow(writer, standing.slow(), realm);
}

}  // namespace

/// How the broker and its edges are doing, for people.
Result<std::string> Broker::cluster(std::string_view realm) const {
    std::string reply;
    MsgpackWriter writer(reply);
    writer.map(3);
    writer.field("time_us", now_us_);
    writer.string("brokers");
    writer.array(1);
    writer.map(17);
    writer.field("broker", options_.name);
    writer.field("version", options_.program);
    writer.field("started_us", started_us_);
    writer.field("partitions", options_.partitions);
    writer.field("takes_work", takes_work());
    writer.field("topics", static_cast<std::uint64_t>(topics_.size()));
    writer.field("workers", static_cast<std::uint64_t>(scheduler_.workers_here()));
    writer.field("queued", static_cast<std::uint64_t>(scheduler_.queued()));
    writer.field("running", static_cast<std::uint64_t>(scheduler_.running()));
    writer.field("events", stats_.events_committed);
    writer.field("bytes", stats_.bytes_committed);
    writer.field("duplicates", stats_.events_duplicate);
    writer.field("refused", stats_.events_refused);
    writer.field("delivered", stats_.events_delivered);
    writer.field("read_errors", stats_.read_errors);
    writer.field("differences", stats_.differences_to_log + stats_.differences_to_edges);
    write_ages(writer, {{"broker", recent(ages_.taken)}, {"log", recent(ages_.durable)}});
    writer.string("edges");
    writer.array(edges_.size());
    for (const auto& [name, edge] : edges_) {
        write_edge(writer, name, edge.sender.unconfirmed_bytes(), edge.standing, realm);
    }
    return reply;
}

}  // namespace longwire::broker
