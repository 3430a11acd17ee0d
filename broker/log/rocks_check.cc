#include <rocksdb/env.h>

#include <filesystem>
#include <string>
#include <vector>

#include "broker/log/format_file.h"
#include "broker/log/rocks_log.h"
#include "broker/log/rocks_tables.h"
#include "broker/log/wal_check.h"
#include "protocol/envelope.h"

namespace longwire::broker {
namespace {

/// Keeps brokers out while a directory is read.
class DirectoryLock {
  public:
    explicit DirectoryLock(const std::string& directory) : directory_(directory) {
        status_ = rocksdb::Env::Default()->LockFile(directory + "/LOCK", &lock_);
    }
    ~DirectoryLock() {
        if (lock_ != nullptr) rocksdb::Env::Default()->UnlockFile(lock_);
    }
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;

    Status status() const {
        if (status_.ok()) return {};
        return Error{Errc::conflict, directory_ + " is in use: " + status_.ToString(), "data-dir"};
    }

  private:
    const std::string directory_;
    rocksdb::FileLock* lock_ = nullptr;
    rocksdb::Status status_;
};

struct Kept {
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
};

/// Reads all events of a topic: each in its place, up to the last.
Status check_topic_events(const RocksTables& tables, const KeptTopic& topic, Kept& kept) {
    Status sound;
    auto expected = topic.tail;
    LW_TRY_STATUS(tables.visit_events(topic.path, 0, [&](std::uint64_t offset, std::string_view envelope) {
        if (!sound) return;
        const auto at = topic.path + " offset " + std::to_string(offset);
        if (offset != expected) {
            sound = Error{Errc::internal, at + ": expected offset " + std::to_string(expected), "data-dir"};
        } else if (const auto parsed = parse_envelope(envelope); !parsed) {
            sound = Error{Errc::internal, at + ": " + describe(parsed.error()), "data-dir"};
        }
        ++expected;
        ++kept.events;
        kept.bytes += envelope.size();
    }));
    LW_TRY_STATUS(sound);
    if (expected != topic.head + 1) return Error{Errc::internal, topic.path + ": events are missing", "data-dir"};
    return {};
}

}  // namespace

Result<std::string> check_rocks_log(const std::string& directory) {
    RocksLogOptions options;
    options.directory = directory;
    if (!std::filesystem::exists(directory + "/CURRENT")) {
        return Error{Errc::not_found, directory + " holds no data of a broker", "data-dir"};
    }
    LW_TRY_STATUS(check_format(directory));
    const DirectoryLock lock(directory);
    LW_TRY_STATUS(lock.status());
    LW_TRY(const WalSummary wals, check_wals(directory));
    LW_TRY(std::unique_ptr<RocksTables> tables, RocksTables::open_to_read(options));
    LW_TRY_STATUS(tables->verify_checksums());
    std::vector<KeptTopic> topics;
    LW_TRY_STATUS(tables->visit_topics([&](const KeptTopic& topic) { topics.push_back(topic); }));
    Kept kept;
    for (const auto& topic : topics) LW_TRY_STATUS(check_topic_events(*tables, topic, kept));
    auto summary = "sound: " + std::to_string(topics.size()) + " topics, " + std::to_string(kept.events) + " events, " +
                   std::to_string(kept.bytes) + " bytes";
    if (wals.torn_bytes > 0) {
        summary += "; the last write was cut off after " + std::to_string(wals.torn_bytes) +
                   " bytes, which is harmless: nobody was told of it";
    }
    return summary;
}

}  // namespace longwire::broker
