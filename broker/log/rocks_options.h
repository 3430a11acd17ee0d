#pragma once

#include <rocksdb/db.h>

#include <vector>

#include "broker/log/rocks_log.h"

/// How a RocksLog's RocksDB is set up.
///
/// Memory: `cache_bytes` hold everything that grows: blocks read, what files keep in memory, and what has not been
/// written to files yet, which takes up to three quarters of them.
namespace longwire::broker {

struct RocksOptions {
    rocksdb::DBOptions db;
    std::vector<rocksdb::ColumnFamilyDescriptor> families;  // default, events, topics, state, batches
};

RocksOptions rocks_options(const RocksLogOptions& options, rocksdb::Env* files);

}  // namespace longwire::broker
