#include "broker/log/rocks_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <cstdarg>
#include <memory>
#include <string>

#include "broker/log/rocks_keys.h"

namespace longwire::broker {
namespace {

constexpr int kOpenFilesMax = 512;
constexpr std::size_t kWriteBufferBytesMin = 1 << 20;

/// RocksDB's own log would be one more file that can't be written when the disk is full; what matters comes back as a
/// status.
class NoLogger final : public rocksdb::Logger {
  public:
    using Logger::Logv;
    void Logv(const char*, va_list) override {}
};

/// The topic of an event's key. Its events come in order, so that each one's place is behind the last one's: that is
/// remembered for each topic, where a search would look at some twenty keys all over memory.
///
/// A range that is deleted begins at offset 0, which no event has, and must not be looked for by a place: RocksDB 7.8
/// keeps such ranges in a table of their own, but has one list of places for both.
class TopicOfKey final : public rocksdb::SliceTransform {
  public:
    const char* Name() const override { return "longwire.TopicOfKey"; }
    rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
        return {key.data(), key.size() - kOffsetBytes};
    }
    bool InDomain(const rocksdb::Slice& key) const override {
        if (key.size() <= kOffsetBytes) return false;
        return rocks_keys::read_u64({key.data() + key.size() - kOffsetBytes, kOffsetBytes}) != 0;
    }

  private:
    static constexpr std::size_t kOffsetBytes = 8;
};

std::shared_ptr<rocksdb::TableFactory> table_factory(const std::shared_ptr<rocksdb::Cache>& cache) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.block_size = 16 << 10;
    table.cache_index_and_filter_blocks = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    table.cache_usage_options.options_overrides.insert(
        {rocksdb::CacheEntryRole::kBlockBasedTableReader, {rocksdb::CacheEntryRoleOptions::Decision::kEnabled}});
    return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(table));
}

/// `share` of the memory for what has not been written to files yet.
rocksdb::ColumnFamilyOptions family(const RocksLogOptions& options,
                                    const std::shared_ptr<rocksdb::TableFactory>& factory, double share, int buffers) {
    rocksdb::ColumnFamilyOptions family;
    family.table_factory = factory;
    family.compression = rocksdb::kLZ4Compression;
    family.max_write_buffer_number = buffers;
    family.write_buffer_size = std::max(
        kWriteBufferBytesMin, static_cast<std::size_t>(static_cast<double>(options.cache_bytes) * share / buffers));
    return family;
}

/// Events come in order within each topic and are hardly ever read from here, so they are merged seldom and in large
/// pieces, and a commit is not slowed down for it.
rocksdb::ColumnFamilyOptions events_family(rocksdb::ColumnFamilyOptions family) {
    family.memtable_insert_with_hint_prefix_extractor = std::make_shared<const TopicOfKey>();
    family.compaction_style = rocksdb::kCompactionStyleUniversal;
    family.compaction_options_universal.max_size_amplification_percent = 100;
    family.level0_file_num_compaction_trigger = 8;
    family.level0_slowdown_writes_trigger = 200;
    family.level0_stop_writes_trigger = 400;
    family.soft_pending_compaction_bytes_limit = 0;
    family.hard_pending_compaction_bytes_limit = 0;
    return family;
}

}  // namespace

RocksOptions rocks_options(const RocksLogOptions& options, rocksdb::Env* files) {
    const auto cache = rocksdb::NewLRUCache(options.cache_bytes);
    RocksOptions out;
    auto& db = out.db;
    db.env = files;
    db.info_log = std::make_shared<NoLogger>();
    db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    db.write_buffer_manager = std::make_shared<rocksdb::WriteBufferManager>(options.cache_bytes * 3 / 4, cache);
    db.allow_concurrent_memtable_write = false;  // one thread writes; and places are remembered for one only
    db.max_open_files = kOpenFilesMax;
    db.max_background_jobs = 3;
    db.bytes_per_sync = 1 << 20;  // files reach the disk bit by bit, not in one stall
    db.wal_bytes_per_sync = 1 << 20;
    db.max_total_wal_size = std::max<std::uint64_t>(options.cache_bytes * 2, 64 << 20);

    const auto factory = table_factory(cache);
    const auto small = family(options, factory, 1.0 / 64, 2);
    out.families = {{rocksdb::kDefaultColumnFamilyName, small},
                    {"events", events_family(family(options, factory, 1.0 / 2, 4))},
                    {"topics", small},
                    {"state", family(options, factory, 1.0 / 8, 2)},
                    {"batches", family(options, factory, 1.0 / 16, 2)}};
    return out;
}

}  // namespace longwire::broker
