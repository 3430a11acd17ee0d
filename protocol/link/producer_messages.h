#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "protocol/link/link_codec.h"

/// The messages of the producer link (worker and broker), as protocol/spec/links.md lists them. Fields are views: of
/// the received bytes after decoding, of the caller's data when encoding.
namespace longwire::link {

struct PartitionSequence {
    std::uint32_t partition = 0;
    std::uint64_t sequence = 0;
    static auto tie(auto& m) { return std::tie(m.partition, m.sequence); }
};

/// A task's attempt that a worker holds.
struct AttemptRef {
    std::string_view realm;
    std::string_view task;
    std::uint32_t attempt = 0;
    static auto tie(auto& m) { return std::tie(m.realm, m.task, m.attempt); }
};

// Worker to broker.

/// Begins a session. `running` are the attempts the worker still works on: the broker leaves those it agrees with and
/// revokes the others. `acknowledged` is what the worker has forgotten since: a broker whose log ends before (refused
/// events leave no trace there) must go on from here, for it can't get the older ones again.
struct WorkerHello {
    static constexpr std::uint32_t kKind = 1;
    std::uint32_t version = 0;
    std::string_view worker;
    std::uint64_t incarnation = 0;
    std::vector<std::string_view> kinds;
    std::uint32_t capacity = 0;
    std::string_view program;  // name and version, for people
    std::vector<AttemptRef> running;
    std::vector<PartitionSequence> acknowledged;
    static auto tie(auto& m) {
        return std::tie(m.version, m.worker, m.incarnation, m.kinds, m.capacity, m.program, m.running, m.acknowledged);
    }
};

/// Says that the worker lives, and up to where it has published, so that a lost tail is noticed.
struct WorkerHeartbeat {
    static constexpr std::uint32_t kKind = 2;
    std::vector<PartitionSequence> published;
    static auto tie(auto& m) { return std::tie(m.published); }
};

/// Events as they were published, sent again over the link.
struct ResentEvents {
    static constexpr std::uint32_t kKind = 3;
    Blob key;
    Blob envelopes;
    static auto tie(auto& m) { return std::tie(m.key, m.envelopes); }
};

/// Gives an attempt back unfinished: the worker drains or has no room.
struct HandBack {
    static constexpr std::uint32_t kKind = 4;
    AttemptRef attempt;
    std::string_view reason;
    static auto tie(auto& m) { return std::tie(m.attempt, m.reason); }
};

/// The worker takes no more tasks. It ends its session with WorkerBye once it has none left.
struct WorkerDraining {
    static constexpr std::uint32_t kKind = 5;
    static auto tie(auto&) { return std::tie(); }
};

struct WorkerBye {
    static constexpr std::uint32_t kKind = 6;
    static auto tie(auto&) { return std::tie(); }
};

/// Starts a child of an attempt's task: `fields` are those of a client's `start`. Under one name each run of a task has
/// one child, whichever attempt asks and how often. Answered by ChildState or ChildRefused.
struct StartChild {
    static constexpr std::uint32_t kKind = 7;
    AttemptRef attempt;
    std::string_view name;
    Raw fields;
    static auto tie(auto& m) { return std::tie(m.attempt, m.name, m.fields); }
};

/// How many of the worker's attempts wait for what others do, an input or a child: they take none of its capacity. None
/// when a session begins.
struct AttemptsWaiting {
    static constexpr std::uint32_t kKind = 8;
    std::uint32_t count = 0;
    static auto tie(auto& m) { return std::tie(m.count); }
};

/// What a kind is for and what input it takes; check() says what it may be.
struct KindDescription {
    std::string_view kind;
    std::string_view about;  // empty: nothing said
    Raw input_schema;        // JSON Schema; no bytes: none
    Raw example;             // an input to begin from; no bytes: none
    static auto tie(auto& m) { return std::tie(m.kind, m.about, m.input_schema, m.example); }
};

/// What the worker says of kinds that it serves, in place of what it said before. Only for a broker whose welcome says
/// that it knows this message.
struct DescribeKinds {
    static constexpr std::uint32_t kKind = 9;
    std::vector<KindDescription> kinds;
    static auto tie(auto& m) { return std::tie(m.kinds); }
};

using WorkerToBroker = std::variant<WorkerHello, WorkerHeartbeat, ResentEvents, HandBack, WorkerDraining, WorkerBye,
                                    StartChild, AttemptsWaiting, DescribeKinds>;

inline constexpr std::uint32_t kNewestOfWorkers = newest_kind(std::type_identity<WorkerToBroker>{});

// Broker to worker.

/// Answers a hello. `positions` tell, for this incarnation, up to where each partition's events are in the log.
struct WorkerWelcome {
    static constexpr std::uint32_t kKind = 65;
    std::uint32_t version = 0;
    std::string_view broker;
    std::uint32_t partitions = 0;
    std::uint64_t window_bytes = 0;
    std::vector<PartitionSequence> positions;
    std::uint64_t incarnation = 0;  // of the hello that it answers
    std::uint32_t newest = 0;       // kNewestOfWorkers, as the broker knows it; an older one does not say
    static constexpr std::size_t kFieldsAdded = 1;
    static auto tie(auto& m) {
        return std::tie(m.version, m.broker, m.partitions, m.window_bytes, m.positions, m.incarnation, m.newest);
    }
};

/// These events, and all of the partition before them, are in the log. What this message is the first to acknowledge
/// has reached at least this durability, a number of longwire::Durability.
struct EventsCommitted {
    static constexpr std::uint32_t kKind = 66;
    std::vector<PartitionSequence> positions;
    std::uint32_t durability = 0;
    static auto tie(auto& m) { return std::tie(m.positions, m.durability); }
};

/// Asks for the events of a partition from `from` to `to`, both included.
struct ResendRequest {
    static constexpr std::uint32_t kKind = 67;
    std::uint32_t partition = 0;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    static auto tie(auto& m) { return std::tie(m.partition, m.from, m.to); }
};

struct AssignTask {
    static constexpr std::uint32_t kKind = 68;
    AttemptRef attempt;
    std::uint32_t run = 0;
    std::string_view kind;
    Raw input;
    std::int64_t timeout_ms = 0;  // 0: none
    static auto tie(auto& m) { return std::tie(m.attempt, m.run, m.kind, m.input, m.timeout_ms); }
};

/// Asks an attempt to end. It is over by force `grace_ms` later.
struct CancelTask {
    static constexpr std::uint32_t kKind = 69;
    AttemptRef attempt;
    std::string_view reason;
    std::int64_t grace_ms = 0;
    static auto tie(auto& m) { return std::tie(m.attempt, m.reason, m.grace_ms); }
};

struct TaskInput {
    static constexpr std::uint32_t kKind = 70;
    AttemptRef attempt;
    std::uint64_t offset = 0;
    Raw data;
    static auto tie(auto& m) { return std::tie(m.attempt, m.offset, m.data); }
};

/// The attempt is no longer this worker's: what it still emits for it is refused.
struct RevokeAttempt {
    static constexpr std::uint32_t kKind = 71;
    AttemptRef attempt;
    std::string_view reason;
    static auto tie(auto& m) { return std::tie(m.attempt, m.reason); }
};

/// An event that will never be in the log; its sequence counts as done.
struct EventRefused {
    static constexpr std::uint32_t kKind = 72;
    PartitionSequence at;
    std::string_view code;
    std::string_view message;
    static auto tie(auto& m) { return std::tie(m.at, m.code, m.message); }
};

struct BrokerHeartbeat {
    static constexpr std::uint32_t kKind = 73;
    static auto tie(auto&) { return std::tie(); }
};

/// The broker doesn't know this session (any more): say hello.
struct LinkReset {
    static constexpr std::uint32_t kKind = 74;
    std::string_view reason;
    static auto tie(auto& m) { return std::tie(m.reason); }
};

/// The hello was refused for good: another version, or a name in use.
struct HelloRefused {
    static constexpr std::uint32_t kKind = 75;
    std::string_view message;
    static auto tie(auto& m) { return std::tie(m.message); }
};

/// Where a child stands: said when it was asked for, and when it has ended.
struct ChildState {
    static constexpr std::uint32_t kKind = 76;
    AttemptRef attempt;  // of the parent
    std::string_view name;
    std::string_view task;
    std::string_view state;
    Raw result;
    Raw error;
    static auto tie(auto& m) { return std::tie(m.attempt, m.name, m.task, m.state, m.result, m.error); }
};

struct ChildRefused {
    static constexpr std::uint32_t kKind = 77;
    AttemptRef attempt;  // of the parent
    std::string_view name;
    std::string_view code;
    std::string_view message;
    std::string_view field;
    std::int64_t retry_after_ms = 0;
    static auto tie(auto& m) { return std::tie(m.attempt, m.name, m.code, m.message, m.field, m.retry_after_ms); }
};

/// What was said of a kind is not kept, and why. The kind is served all the same.
struct DescriptionRefused {
    static constexpr std::uint32_t kKind = 78;
    std::string_view kind;
    std::string_view code;
    std::string_view message;
    std::string_view field;
    static auto tie(auto& m) { return std::tie(m.kind, m.code, m.message, m.field); }
};

using BrokerToWorker =
    std::variant<WorkerWelcome, EventsCommitted, ResendRequest, AssignTask, CancelTask, TaskInput, RevokeAttempt,
                 EventRefused, BrokerHeartbeat, LinkReset, HelloRefused, ChildState, ChildRefused, DescriptionRefused>;

}  // namespace longwire::link
