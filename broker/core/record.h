#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/durability.h"
#include "protocol/result.h"
#include "protocol/shared_slice.h"
#include "protocol/shared_text.h"

/// What the broker's core and a commit log say to each other.
namespace longwire::broker {

/// The producer of events that the broker itself writes.
inline constexpr std::string_view kBrokerProducer = "broker";

/// An event at its place.
struct Record {
    SharedText path;
    std::uint64_t epoch = 0;
    std::uint64_t offset = 0;
    SharedSlice envelope;
    std::int64_t time_us = 0;  // that the event carries
};

/// Something the core wants to find again after a restart, beside the events: a task's state, a producer's position.
/// The log keeps the newest value of each key and knows nothing of their meaning; an empty value means none.
struct StatePut {
    std::string key;
    std::string value;
};

/// The log has dropped, or is to drop, the events of a topic before `tail`.
struct Trimmed {
    std::string path;
    std::uint64_t tail = 0;
};

/// What becomes durable together, or not at all.
struct CommitBatch {
    std::uint64_t ticket = 0;  // rises by one, from 1 in each life of a broker
    std::int64_t time_us = 0;
    std::shared_ptr<const std::vector<Record>> records;
    std::vector<StatePut> state;
    std::vector<Trimmed> trims = {};  // topics whose events go before their time; all of them are durable
    bool has_lifecycle = false;       // it says of a task that something has begun or ended
};

struct Committed {
    std::uint64_t ticket = 0;
    Status status;
    Durability durability = Durability::memory;  // that was reached
};

struct ReadRequest {
    std::uint64_t token = 0;  // of the asker's choice
    std::string path;
    std::uint64_t after = 0;
    std::size_t events_max = 0;
    std::size_t bytes_max = 0;  // one event is read even if it is larger
};

/// Consecutive events. `first` is later than `after` + 1 where older ones were trimmed.
struct ReadPage {
    std::uint64_t token = 0;
    std::string path;
    std::uint64_t first = 0;
    std::vector<SharedSlice> envelopes;
};

/// A page that could not be read. The next event that can be is `readable_from`, 0 where there is none.
struct FailedRead {
    std::uint64_t token = 0;
    Error error;
    std::string path;
    std::uint64_t readable_from = 0;
};

/// What has come of earlier appends and reads.
struct LogOutcome {
    std::vector<Committed> committed;
    std::vector<ReadPage> pages;
    std::vector<FailedRead> failed_reads;
    std::vector<Trimmed> trimmed;
    std::optional<Status> room;  // for new work, where that has changed: an error is what to answer to it

    bool empty() const {
        return committed.empty() && pages.empty() && failed_reads.empty() && trimmed.empty() && !room;
    }
};

/// A topic as the log has it.
struct KeptTopic {
    std::string path;
    std::uint64_t epoch = 0;
    std::uint64_t head = 0;
    std::uint64_t tail = 1;
};

}  // namespace longwire::broker
