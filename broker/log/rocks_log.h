#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "broker/log/commit_log.h"
#include "protocol/durability.h"

namespace longwire::broker {

struct RocksLogOptions {
    std::string directory;
    Durability durability = Durability::os;                // that every batch reaches
    Durability lifecycle_durability = Durability::os;      // that those with lifecycle events reach, if higher
    std::uint64_t retain_bytes = std::uint64_t{10} << 30;  // of events; beyond it the oldest go first
    std::int64_t retain_ms = 0;                            // events older than this go; 0: none by age
    std::size_t cache_bytes = 128 << 20;                   // for what is read and what is not in files yet
    bool recover = false;  // a damaged write-ahead log is taken up to its first damage, and not refused
    std::uint64_t reserve_bytes = 64 << 20;  // of the disk: with less left, new work is not taken
};

/// Keeps events in a RocksDB of its own, one directory.
///
/// A commit thread writes everything that has gathered while the last write was under way as one (group commit); a
/// reader thread reads pages. Both hand their outcomes over under a lock and wake the broker by an eventfd.
///
/// Errors: opening fails with the directory named when it is locked by another broker, of another format, or damaged.
/// A write that fails is told as a Committed with an error, and so are all after it: nothing is skipped. A write for
/// which the disk has no room has not failed: it waits, and what comes behind it waits too.
Result<std::unique_ptr<CommitLog>> open_rocks_log(const RocksLogOptions& options);

/// Reads everything in a directory and changes nothing: the checksums of all files, and whether the tables fit
/// together, each event readable and in its place and no topic with a hole. Returns a line that sums it up, or what is
/// wrong. Needs the directory for itself.
Result<std::string> check_rocks_log(const std::string& directory);

}  // namespace longwire::broker
