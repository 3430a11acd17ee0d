#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "protocol/link/link_codec.h"
#include "protocol/link/producer_messages.h"

/// The messages of the subscriber link (edge and broker), as protocol/spec/links.md lists them. Fields are views, as
/// for the producer link.
namespace longwire::link {

// Edge to broker.

/// Begins a session, in which the broker knows of no subscription yet.
struct EdgeHello {
    static constexpr std::uint32_t kKind = 1;
    std::uint32_t version = 0;
    std::string_view edge;
    std::uint64_t window_bytes = 0;  // the broker sends no more deliveries than this beyond what Credit has confirmed
    static auto tie(auto& m) { return std::tie(m.version, m.edge, m.window_bytes); }
};

/// Asks for all events of a topic after a position, first what the log has and then what comes.
/// `epoch` 0 means from now on, whatever `after` says.
struct Subscribe {
    static constexpr std::uint32_t kKind = 2;
    std::uint64_t request = 0;
    std::string_view path;
    std::uint64_t epoch = 0;
    std::uint64_t after = 0;
    static auto tie(auto& m) { return std::tie(m.request, m.path, m.epoch, m.after); }
};

struct Unsubscribe {
    static constexpr std::uint32_t kKind = 3;
    std::string_view path;
    static auto tie(auto& m) { return std::tie(m.path); }
};

/// Asks for the events, from now on, of every topic of a realm that the filter matches.
struct SubscribeFilter {
    static constexpr std::uint32_t kKind = 4;
    std::uint64_t request = 0;
    std::string_view realm;
    std::string_view filter;
    static auto tie(auto& m) { return std::tie(m.request, m.realm, m.filter); }
};

struct UnsubscribeFilter {
    static constexpr std::uint32_t kKind = 5;
    std::string_view realm;
    std::string_view filter;
    static auto tie(auto& m) { return std::tie(m.realm, m.filter); }
};

/// All deliveries of the session so far of which the edge has disposed, in bytes.
struct Credit {
    static constexpr std::uint32_t kKind = 6;
    std::uint64_t consumed_bytes = 0;
    static auto tie(auto& m) { return std::tie(m.consumed_bytes); }
};

/// A client's command, checked in form and in rights by the edge.
struct Request {
    static constexpr std::uint32_t kKind = 7;
    std::uint64_t request = 0;
    std::string_view realm;
    std::string_view user;
    std::string_view command;
    Raw fields;
    static auto tie(auto& m) { return std::tie(m.request, m.realm, m.user, m.command, m.fields); }
};

struct EdgeHeartbeat {
    static constexpr std::uint32_t kKind = 8;
    static auto tie(auto&) { return std::tie(); }
};

struct EdgeBye {
    static constexpr std::uint32_t kKind = 9;
    static auto tie(auto&) { return std::tie(); }
};

/// Asks for events that the log has, after an offset and up to `events_max` of them; `epoch` 0 means whichever the
/// topic has.
struct Fetch {
    static constexpr std::uint32_t kKind = 10;
    std::uint64_t request = 0;
    std::string_view path;
    std::uint64_t epoch = 0;
    std::uint64_t after = 0;
    std::uint32_t events_max = 0;
    static auto tie(auto& m) { return std::tie(m.request, m.path, m.epoch, m.after, m.events_max); }
};

/// A client's connection that was named in a request is not there any more.
struct ConnectionGone {
    static constexpr std::uint32_t kKind = 11;
    std::string_view connection;
    static auto tie(auto& m) { return std::tie(m.connection); }
};

/// How old events were at one place of their way in the last five to ten seconds.
struct RecentAges {
    std::uint64_t events = 0;
    std::int64_t p50_us = 0;
    std::int64_t p99_us = 0;
    std::int64_t max_us = 0;
    static auto tie(auto& m) { return std::tie(m.events, m.p50_us, m.p99_us, m.max_us); }
};

/// How an edge is doing. Counts are since its start; `delivered` and what follows count each watching client.
struct EdgeFigures {
    std::int64_t started_us = 0;
    std::uint64_t connections = 0;
    std::uint64_t topics = 0;      // held, summed over its threads
    std::uint64_t kept_bytes = 0;  // of recent events
    std::uint64_t members = 0;     // of topics, that its clients are
    std::uint64_t accepted = 0;    // connections
    std::uint64_t refused = 0;
    std::uint64_t too_slow = 0;  // clients that were closed for it
    std::uint64_t events = 0;    // received
    std::uint64_t delivered = 0;
    std::uint64_t merged = 0;
    std::uint64_t gaps = 0;
    std::uint64_t differences = 0;  // in the ledger: none, unless events were lost
    RecentAges at_edge;             // when they had come
    RecentAges at_client;           // when they had been given to the sockets
    static auto tie(auto& m) {
        return std::tie(m.started_us, m.connections, m.topics, m.kept_bytes, m.members, m.accepted, m.refused,
                        m.too_slow, m.events, m.delivered, m.merged, m.gaps, m.differences, m.at_edge, m.at_client);
    }
};

/// A client that has not taken all that there is for it.
struct SlowClient {
    std::string_view connection;
    std::string_view realm;
    std::string_view user;
    std::string_view address;
    std::uint64_t topics = 0;  // that it is behind on
    std::uint64_t events = 0;  // that it has not been given, of those topics
    std::uint64_t unsent_bytes = 0;
    std::int64_t since_us = 0;
    static auto tie(auto& m) {
        return std::tie(m.connection, m.realm, m.user, m.address, m.topics, m.events, m.unsent_bytes, m.since_us);
    }
};

/// Said about once a second: for people, nothing follows from it.
struct EdgeReport {
    static constexpr std::uint32_t kKind = 12;
    std::string_view program;  // name and version
    EdgeFigures figures;
    std::vector<SlowClient> slow;  // those furthest behind
    static auto tie(auto& m) { return std::tie(m.program, m.figures, m.slow); }
};

using EdgeToBroker = std::variant<EdgeHello, Subscribe, Unsubscribe, SubscribeFilter, UnsubscribeFilter, Credit,
                                  Request, EdgeHeartbeat, EdgeBye, Fetch, ConnectionGone, EdgeReport>;

inline constexpr std::uint32_t kNewestOfEdges = newest_kind(std::type_identity<EdgeToBroker>{});

// Broker to edge.

struct EdgeWelcome {
    static constexpr std::uint32_t kKind = 65;
    std::uint32_t version = 0;
    std::string_view broker;
    std::uint32_t partitions = 0;
    std::uint32_t newest = 0;  // kNewestOfEdges, as the broker knows it; an older one does not say
    static constexpr std::size_t kFieldsAdded = 1;
    static auto tie(auto& m) { return std::tie(m.version, m.broker, m.partitions, m.newest); }
};

/// Where a subscription stands: the first event delivered will be `after` + 1 of `epoch`. `head` is the newest offset,
/// `tail` the oldest kept (head + 1 where none is). For a filter only `request` is filled.
struct Subscribed {
    static constexpr std::uint32_t kKind = 66;
    std::uint64_t request = 0;
    std::uint64_t epoch = 0;
    std::uint64_t after = 0;
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    static auto tie(auto& m) { return std::tie(m.request, m.epoch, m.after, m.head, m.tail); }
};

/// Events of one topic with consecutive offsets, each as an envelope.
struct TopicEvents {
    std::string_view path;
    std::uint64_t epoch = 0;
    std::uint64_t first = 0;
    std::vector<Blob> envelopes;
    static auto tie(auto& m) { return std::tie(m.path, m.epoch, m.first, m.envelopes); }
};

/// Deliveries. The message's whole size counts against the edge's window.
struct Deliver {
    static constexpr std::uint32_t kKind = 67;
    std::vector<TopicEvents> topics;
    static auto tie(auto& m) { return std::tie(m.topics); }
};

/// Offsets that will not come, because the log no longer has them.
struct DeliveryGap {
    static constexpr std::uint32_t kKind = 68;
    std::string_view path;
    std::uint64_t epoch = 0;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    static auto tie(auto& m) { return std::tie(m.path, m.epoch, m.from, m.to); }
};

/// Answers a Request, or a refused Subscribe: `ok` where `code` is empty, the error otherwise.
struct Reply {
    static constexpr std::uint32_t kKind = 69;
    std::uint64_t request = 0;
    Raw ok;
    std::string_view code;
    std::string_view message;
    std::string_view field;
    std::int64_t retry_after_ms = 0;
    static auto tie(auto& m) { return std::tie(m.request, m.ok, m.code, m.message, m.field, m.retry_after_ms); }
};

/// Answers a Fetch: consecutive events from `first` on, as many as one page holds; none when `after` is not below
/// `head`, or the epoch is another than asked for. None and a `first` above `tail` mean that the log can't read those
/// before it.
struct Fetched {
    static constexpr std::uint32_t kKind = 70;
    std::uint64_t request = 0;
    std::uint64_t epoch = 0;
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    std::uint64_t first = 0;
    std::vector<Blob> envelopes;
    static auto tie(auto& m) { return std::tie(m.request, m.epoch, m.head, m.tail, m.first, m.envelopes); }
};

using BrokerToEdge = std::variant<EdgeWelcome, Subscribed, Deliver, DeliveryGap, Reply, BrokerHeartbeat, LinkReset,
                                  HelloRefused, Fetched>;

}  // namespace longwire::link
