#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "edge/core/event_batch.h"
#include "edge/core/topic_ledger.h"
#include "protocol/result.h"
#include "protocol/shared_text.h"

/// What a shard and the link thread say to each other.
namespace longwire::edge {

// Shard to link.

struct WatchTopic {
    SharedText path;
};
struct UnwatchTopic {
    std::string path;
};
struct WatchFilter {
    std::string realm;
    std::string filter;
};
struct UnwatchFilter {
    std::string realm;
    std::string filter;
};
struct FetchEvents {
    std::uint64_t token = 0;  // of the shard's choice, comes back with the answer
    std::string path;
    std::uint64_t epoch = 0;  // 0: whichever the topic has
    std::uint64_t after = 0;
    std::uint32_t events_max = 0;
};
struct SendCommand {
    std::uint64_t token = 0;
    std::string realm;
    std::string user;
    std::string command;
    std::string fields;  // a MessagePack map
    bool may_repeat = false;
};

/// A client's connection that was named in a command is gone.
struct TellGone {
    std::string connection;
};

/// Answers LedgerAsked.
struct LedgerCounted {
    std::uint64_t survey = 0;
    TopicLedger ledger;
};

using ToLink = std::variant<WatchTopic, UnwatchTopic, WatchFilter, UnwatchFilter, FetchEvents, SendCommand, TellGone,
                            LedgerCounted>;

// Link to shard.

/// Where a topic's live events begin: after `last`.
struct TopicReady {
    std::string path;
    std::uint64_t epoch = 0;
    std::uint64_t last = 0;
    std::uint64_t tail = 0;
};
struct TopicRefused {
    std::string path;
    Error error;
};
struct EventsArrived {
    EventBatchPtr batch;
};
struct EventsTrimmed {
    std::string path;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
};
/// Said to each shard that wants a filter, and to all of them again after the link to the broker was down: what matches
/// it from now on will come. If it `was_lost`, what has matched it meanwhile has not.
struct FilterInForce {
    std::string realm;
    std::string filter;
    bool was_lost = false;
};
struct FetchedPage {
    std::uint64_t epoch = 0;
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    EventBatchPtr batch;              // null where there was nothing
    std::uint64_t unreadable_to = 0;  // then: the log has events up to here and can't read them
};
struct EventsFetched {
    std::uint64_t token = 0;
    Result<FetchedPage> page;
};
struct CommandAnswered {
    std::uint64_t token = 0;
    Result<std::string> reply;  // a MessagePack map
};
struct LinkChanged {
    bool is_up = false;
};
struct LedgerAsked {
    std::uint64_t survey = 0;
    std::string path;
};

using FromLink = std::variant<TopicReady, TopicRefused, EventsArrived, EventsTrimmed, EventsFetched, CommandAnswered,
                              LinkChanged, FilterInForce, LedgerAsked>;

}  // namespace longwire::edge
