#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "broker/core/record.h"
#include "broker/log/disk_room.h"
#include "broker/log/rocks_log.h"

namespace longwire::broker {

/// A RocksLog's tables, without its threads: what is written and read, and in which form.
///
///   events   path, 0, offset    → the envelope
///   topics   path               → epoch, tail
///   state    the core's key     → the core's value
///   batches  number             → when, how many bytes, and up to where of each topic: what retention goes by
///
/// Thread: any number may read while one writes.
class RocksTables {
  public:
    static Result<std::unique_ptr<RocksTables>> open(const RocksLogOptions& options);
    /// Opens a directory that exists and changes nothing in it; write() and trim() must not be called.
    static Result<std::unique_ptr<RocksTables>> open_to_read(const RocksLogOptions& options);
    ~RocksTables();

    /// Writes batches together; they are durable when this returns. Returns what they all have reached, as the options
    /// and the batches demand; one that demands more than others gives it to all.
    Result<Durability> write(const std::vector<CommitBatch>& batches);

    /// Drops the oldest batches that are beyond what is to be kept, if there are enough of them to be worth it.
    Result<std::vector<Trimmed>> trim(std::int64_t now_us);

    Result<ReadPage> read(const ReadRequest& request) const;

    /// The first event behind `after` that can be read, past what can't; 0 where there is none.
    std::uint64_t first_readable(const std::string& path, std::uint64_t after) const;

    Status visit_topics(const CommitLog::VisitTopic& visit) const;
    Status visit_state(const CommitLog::VisitState& visit) const;
    Status visit_events(const std::string& path, std::uint64_t after, const CommitLog::VisitEvent& visit) const;

    /// Reads all files. Errors: bytes that are not what was written.
    Status verify_checksums() const;

    std::uint64_t kept_bytes() const { return kept_bytes_; }
    DiskRoom& room() const { return room_; }

  private:
    explicit RocksTables(RocksLogOptions options);

    Status open_tables(bool to_read);
    Error failed_read(const rocksdb::Status& status, const std::string& path, std::uint64_t after) const;
    Status count_kept();
    Status trim_topic(const Trimmed& trim, rocksdb::WriteBatch& out) const;

    RocksLogOptions options_;
    mutable DiskRoom room_;
    std::unique_ptr<rocksdb::Env> files_;
    std::unique_ptr<rocksdb::DB> db_;
    std::vector<rocksdb::ColumnFamilyHandle*> handles_;
    rocksdb::ColumnFamilyHandle* events_ = nullptr;
    rocksdb::ColumnFamilyHandle* topics_ = nullptr;
    rocksdb::ColumnFamilyHandle* state_ = nullptr;
    rocksdb::ColumnFamilyHandle* batches_ = nullptr;
    std::uint64_t next_batch_ = 1;
    std::uint64_t first_batch_ = 0;  // not above the first that is kept
    std::int64_t age_looked_at_us_ = INT64_MIN;
    std::uint64_t kept_bytes_ = 0;
};

}  // namespace longwire::broker
