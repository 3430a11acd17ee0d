#include "broker/log/rocks_tables.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

#include "broker/log/batch_row.h"
#include "broker/log/format_file.h"
#include "broker/log/patient_files.h"
#include "broker/log/rocks_keys.h"
#include "broker/log/rocks_options.h"
#include "broker/log/wal_check.h"

namespace longwire::broker {
namespace {

constexpr std::uint64_t kTrimStepBytes = 16 << 20;  // less than this beyond the bound is not worth a pass
constexpr std::size_t kTrimBatchesMax = 1024;       // of one pass, so that a commit never waits long for it
// Events go row by row when they are trimmed, so a row has not too many of them, and of one time.
constexpr std::uint64_t kRowBytes = 1 << 20;
constexpr std::int64_t kRowUs = 100'000;
constexpr std::int64_t kLookAtAgeUs = 1'000'000;

rocksdb::Slice slice(std::string_view text) {
    return {text.data(), text.size()};
}
std::string_view view(const rocksdb::Slice& text) {
    return {text.data(), text.size()};
}

Status checked(const rocksdb::Status& status, std::string_view what) {
    if (status.ok()) return {};
    return Error{Errc::unavailable, std::string(what) + ": " + status.ToString(), "data-dir"};
}

Status status_of(const Result<WalSummary>& checked_wals) {
    return checked_wals ? Status{} : Status{checked_wals.error()};
}

std::string topic_row(std::uint64_t epoch, std::uint64_t tail) {
    std::string row;
    rocks_keys::append_u64(epoch, row);
    rocks_keys::append_u64(tail, row);
    return row;
}

}  // namespace

RocksTables::RocksTables(RocksLogOptions options)
    : options_(std::move(options)), room_(options_.directory, options_.reserve_bytes), files_(patient_files(room_)) {}

Result<std::unique_ptr<RocksTables>> RocksTables::open(const RocksLogOptions& options) {
    std::error_code error;
    std::filesystem::create_directories(options.directory, error);
    if (error) return Error{Errc::unavailable, options.directory + ": " + error.message(), "data-dir"};
    LW_TRY_STATUS(check_format(options.directory));
    LW_TRY_STATUS(make_current_format(options.directory));
    if (!options.recover) LW_TRY_STATUS(status_of(check_wals(options.directory)));
    std::unique_ptr<RocksTables> tables(new RocksTables(options));
    LW_TRY_STATUS(tables->open_tables(false));
    LW_TRY_STATUS(tables->count_kept());
    return tables;
}

Result<std::unique_ptr<RocksTables>> RocksTables::open_to_read(const RocksLogOptions& options) {
    std::unique_ptr<RocksTables> tables(new RocksTables(options));
    LW_TRY_STATUS(tables->open_tables(true));
    return tables;
}

RocksTables::~RocksTables() {
    if (!db_) return;
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
    db_->Close();
}

Status RocksTables::open_tables(bool to_read) {
    auto [db, families] = rocks_options(options_, files_.get());
    db.create_if_missing = db.create_missing_column_families = !to_read;
    rocksdb::DB* opened = nullptr;
    const auto status = to_read ? rocksdb::DB::OpenForReadOnly(db, options_.directory, families, &handles_, &opened)
                                : rocksdb::DB::Open(db, options_.directory, families, &handles_, &opened);
    if (!status.ok()) return checked(status, "cannot open " + options_.directory);
    // Merging files can wait, commits can't. A system that refuses this makes commits slower, no more.
    static_cast<void>(files_->LowerThreadPoolCPUPriority(rocksdb::Env::LOW, rocksdb::CpuPriority::kLow));
    db_.reset(opened);
    events_ = handles_[1];
    topics_ = handles_[2];
    state_ = handles_[3];
    batches_ = handles_[4];
    return {};
}

Status RocksTables::count_kept() {
    const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator({}, batches_));
    for (row->SeekToFirst(); row->Valid(); row->Next()) {
        LW_TRY(const BatchRow batch, read_batch_row(view(row->value())));
        kept_bytes_ += batch.bytes;
        next_batch_ = rocks_keys::read_u64(view(row->key())) + 1;
    }
    return checked(row->status(), "cannot read the table of batches");
}

Result<Durability> RocksTables::write(const std::vector<CommitBatch>& batches) {
    rocksdb::WriteBatch out;
    std::uint64_t bytes = 0;
    auto number = next_batch_;
    auto durability = options_.durability;
    std::string key;
    BatchRowWriter row;
    std::int64_t row_begins_us = 0;
    const auto put_row = [&](std::int64_t time_us) {
        bytes += row.bytes();
        key.clear();
        rocks_keys::append_u64(number++, key);
        out.Put(batches_, slice(key), slice(row.take(time_us)));
    };
    for (const auto& batch : batches) {
        if (batch.has_lifecycle) durability = std::max(durability, options_.lifecycle_durability);
        for (const auto& trim : batch.trims) LW_TRY_STATUS(trim_topic(trim, out));
        if (row.empty()) row_begins_us = batch.time_us;
        for (const auto& record : *batch.records) {
            key.clear();
            rocks_keys::append_event_key(*record.path, record.offset, key);
            out.Put(events_, slice(key), slice(record.envelope.bytes));
            if (record.offset == 1) out.Put(topics_, slice(*record.path), slice(topic_row(record.epoch, 1)));
            row.add(record);
        }
        for (const auto& [name, value] : batch.state) {
            value.empty() ? out.Delete(state_, slice(name)) : out.Put(state_, slice(name), slice(value));
        }
        const bool is_last = &batch == &batches.back();
        const bool is_old = !is_last && (&batch + 1)->time_us - row_begins_us >= kRowUs;
        if (!row.empty() && (is_last || is_old || row.bytes() >= kRowBytes)) put_row(batch.time_us);
    }
    rocksdb::WriteOptions how;
    how.sync = durability == Durability::fsync;
    LW_TRY_STATUS(checked(db_->Write(how, &out), "cannot write to " + options_.directory));
    next_batch_ = number;
    kept_bytes_ += bytes;
    return durability;
}

/// A topic may have been trimmed further already, by another reason.
Status RocksTables::trim_topic(const Trimmed& trim, rocksdb::WriteBatch& out) const {
    std::string row;
    LW_TRY_STATUS(checked(db_->Get({}, topics_, slice(trim.path), &row), "cannot read the topic " + trim.path));
    const auto tail = row.size() == 16 ? rocks_keys::read_u64(std::string_view(row).substr(8)) : 1;
    if (trim.tail <= tail) return {};
    out.DeleteRange(events_, slice(rocks_keys::event_key(trim.path, 0)),
                    slice(rocks_keys::event_key(trim.path, trim.tail)));
    out.Put(topics_, slice(trim.path), slice(topic_row(rocks_keys::read_u64(row), trim.tail)));
    return {};
}

Result<std::vector<Trimmed>> RocksTables::trim(std::int64_t now_us) {
    const auto over = kept_bytes_ > options_.retain_bytes ? kept_bytes_ - options_.retain_bytes : 0;
    const auto oldest_kept_us = options_.retain_ms == 0 ? INT64_MIN : now_us - options_.retain_ms * 1000;
    const bool is_age_due =
        options_.retain_ms != 0 && (now_us < age_looked_at_us_ || now_us >= age_looked_at_us_ + kLookAtAgeUs);
    if (over < kTrimStepBytes && !is_age_due) return std::vector<Trimmed>{};
    age_looked_at_us_ = now_us;
    rocksdb::WriteBatch out;
    std::map<std::string, std::uint64_t> last_of;
    std::uint64_t dropped = 0;
    auto first_batch = first_batch_;
    const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator({}, batches_));
    // Not from the very first key: what was deleted is still there to be stepped over.
    std::string first_key;
    rocks_keys::append_u64(first_batch_, first_key);
    row->Seek(slice(first_key));
    std::size_t count = 0;
    for (; count < kTrimBatchesMax && row->Valid(); ++count, row->Next()) {
        LW_TRY(const BatchRow batch, read_batch_row(view(row->value())));
        const bool is_surplus = over >= kTrimStepBytes && dropped < over;
        if (!is_surplus && batch.time_us >= oldest_kept_us) break;
        for (const auto& [path, last] : batch.last_of) last_of[path] = last;
        dropped += batch.bytes;
        first_batch = rocks_keys::read_u64(view(row->key())) + 1;
        out.Delete(batches_, row->key());
    }
    LW_TRY_STATUS(checked(row->status(), "cannot read the table of batches"));
    if (count == kTrimBatchesMax) age_looked_at_us_ = INT64_MIN;  // there may be more
    std::vector<Trimmed> trimmed;
    for (const auto& [path, last] : last_of) {
        trimmed.push_back({path, last + 1});
        LW_TRY_STATUS(trim_topic(trimmed.back(), out));
    }
    if (trimmed.empty()) return trimmed;
    LW_TRY_STATUS(checked(db_->Write({}, &out), "cannot trim " + options_.directory));
    kept_bytes_ -= std::min(dropped, kept_bytes_);
    first_batch_ = first_batch;
    return trimmed;
}

Result<ReadPage> RocksTables::read(const ReadRequest& request) const {
    ReadPage page{request.token, request.path, request.after + 1, {}};
    const auto end = rocks_keys::after_events(request.path);
    const rocksdb::Slice bound = slice(end);
    rocksdb::ReadOptions how;
    how.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> event(db_->NewIterator(how, events_));
    std::size_t bytes = 0;
    for (event->Seek(slice(rocks_keys::event_key(request.path, request.after + 1))); event->Valid(); event->Next()) {
        const auto key = rocks_keys::parse_event_key(view(event->key()));
        if (!key) return Error{Errc::internal, "an event of " + request.path + " has a damaged key", "data-dir"};
        if (page.envelopes.empty()) page.first = key->offset;
        bytes += event->value().size();
        const bool is_full = page.envelopes.size() >= request.events_max || bytes > request.bytes_max;
        if (is_full && !page.envelopes.empty()) break;
        page.envelopes.push_back(SharedSlice::of(event->value().ToString()));
    }
    if (!event->status().ok() && page.envelopes.empty()) {
        return failed_read(event->status(), request.path, request.after);
    }
    if (!page.envelopes.empty()) return page;
    // Nothing there: where the log goes on is only in the topic's row.
    std::string topic;
    if (db_->Get({}, topics_, slice(request.path), &topic).ok() && topic.size() == 16) {
        page.first = std::max(page.first, rocks_keys::read_u64(std::string_view(topic).substr(8)));
    }
    return page;
}

Error RocksTables::failed_read(const rocksdb::Status& status, const std::string& path, std::uint64_t after) const {
    return Error{Errc::internal,
                 "cannot read " + path + " behind offset " + std::to_string(after) + ": " + status.ToString(),
                 "data-dir"};
}

std::uint64_t RocksTables::first_readable(const std::string& path, std::uint64_t after) const {
    const auto end = rocks_keys::after_events(path);
    const rocksdb::Slice bound = slice(end);
    rocksdb::ReadOptions how;
    how.iterate_upper_bound = &bound;
    // The first offset at or behind this one; 0: there is none; nothing: it can't be read.
    const auto seek = [&](std::uint64_t offset) -> std::optional<std::uint64_t> {
        const std::unique_ptr<rocksdb::Iterator> event(db_->NewIterator(how, events_));
        event->Seek(slice(rocks_keys::event_key(path, offset)));
        if (!event->status().ok()) return std::nullopt;
        const auto key = event->Valid() ? rocks_keys::parse_event_key(view(event->key())) : std::nullopt;
        return key ? key->offset : 0;
    };
    // What is damaged is a block of a file: steps that double find an end of it soon, and halving the last one the end.
    auto damaged = after;
    for (std::uint64_t step = 1; step < UINT64_MAX / 4; step *= 2) {
        auto readable = seek(after + step);
        if (!readable) {
            damaged = after + step;
            continue;
        }
        for (auto sound = after + step; damaged + 1 < sound;) {
            const auto middle = damaged + (sound - damaged) / 2;
            const auto found = seek(middle);
            found ? sound = middle : damaged = middle;
            if (found) readable = found;
        }
        return *readable;
    }
    return 0;
}

Status RocksTables::verify_checksums() const {
    return checked(db_->VerifyChecksum(), "damaged");
}

Result<KeptTopic> RocksTables::topic_at(std::string_view path, std::string_view row) const {
    if (row.size() != 16)
        return Error{Errc::internal, "the row of topic " + std::string(path) + " is damaged", "data-dir"};
    KeptTopic topic{std::string(path), rocks_keys::read_u64(row), 0, rocks_keys::read_u64(row.substr(8))};
    const std::unique_ptr<rocksdb::Iterator> event(db_->NewIterator({}, events_));
    event->SeekForPrev(slice(rocks_keys::event_key(path, UINT64_MAX)));
    LW_TRY_STATUS(checked(event->status(), "cannot read " + topic.path));
    const auto key = event->Valid() ? rocks_keys::parse_event_key(view(event->key())) : std::nullopt;
    // A topic whose events are all gone goes on counting from where it was.
    topic.head = key && key->path == path ? std::max(key->offset, topic.tail - 1) : topic.tail - 1;
    return topic;
}

Status RocksTables::visit_topics(const CommitLog::VisitTopic& visit) const {
    const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator({}, topics_));
    for (row->SeekToFirst(); row->Valid(); row->Next()) {
        LW_TRY(const KeptTopic topic, topic_at(view(row->key()), view(row->value())));
        visit(topic);
    }
    return checked(row->status(), "cannot read the table of topics");
}

Status RocksTables::visit_state(const CommitLog::VisitState& visit) const {
    const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator({}, state_));
    for (row->SeekToFirst(); row->Valid(); row->Next()) visit({row->key().ToString(), row->value().ToString()});
    return checked(row->status(), "cannot read the table of state");
}

Status RocksTables::visit_events(const std::string& path, std::uint64_t after,
                                 const CommitLog::VisitEvent& visit) const {
    const auto end = rocks_keys::after_events(path);
    const rocksdb::Slice bound = slice(end);
    rocksdb::ReadOptions how;
    how.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> event(db_->NewIterator(how, events_));
    for (event->Seek(slice(rocks_keys::event_key(path, after + 1))); event->Valid(); event->Next()) {
        const auto key = rocks_keys::parse_event_key(view(event->key()));
        if (!key) return Error{Errc::internal, "an event of " + path + " has a damaged key", "data-dir"};
        visit(key->offset, view(event->value()));
    }
    return checked(event->status(), "cannot read " + path);
}

}  // namespace longwire::broker
