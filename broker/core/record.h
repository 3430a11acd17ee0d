#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "protocol/result.h"
#include "protocol/shared_slice.h"

/// What the broker's core and a commit log say to each other.
namespace longwire::broker {

/// The one kind of thing that is ever committed: an event at its place. All the broker's lasting state (topics, tasks,
/// producers' positions, publish keys) is a fold over these.
struct Record {
    std::shared_ptr<const std::string> path;
    std::uint64_t epoch = 0;
    std::uint64_t offset = 0;
    SharedSlice envelope;
};

/// Records that become durable together, or not at all.
struct CommitBatch {
    std::uint64_t ticket = 0;  // rises by one
    std::shared_ptr<const std::vector<Record>> records;
};

struct Committed {
    std::uint64_t ticket = 0;
    Status status;
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

/// The log has dropped the events of a topic before `tail`.
struct Trimmed {
    std::string path;
    std::uint64_t tail = 0;
};

/// What has come of earlier appends and reads.
struct LogOutcome {
    std::vector<Committed> committed;
    std::vector<ReadPage> pages;
    std::vector<Trimmed> trimmed;

    bool empty() const { return committed.empty() && pages.empty() && trimmed.empty(); }
};

}  // namespace longwire::broker
