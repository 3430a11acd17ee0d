#include "broker/log/rocks_log.h"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "broker/log/rocks_tables.h"
#include "protocol/wake_fd.h"

namespace longwire::broker {
namespace {

constexpr std::chrono::milliseconds kRoomPeriod{100};
constexpr std::chrono::milliseconds kTrimPeriod{1000};  // when nothing is written: events go on growing old

/// The broker's time, between the batches that tell it.
class BatchClock {
  public:
    BatchClock() : BatchClock(to_us(std::chrono::system_clock::now().time_since_epoch())) {}
    explicit BatchClock(std::int64_t time_us) : time_us_(time_us), at_(Steady::now()) {}

    std::int64_t now_us() const { return time_us_ + to_us(Steady::now() - at_); }

  private:
    using Steady = std::chrono::steady_clock;

    template <class Time>
    static std::int64_t to_us(Time time) {
        return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    }

    std::int64_t time_us_;
    Steady::time_point at_;
};

/// Work for one thread, handed over in order: take() gives all that has gathered.
template <class Item>
class WorkQueue {
  public:
    void push(Item item) {
        {
            const std::lock_guard lock(mutex_);
            items_.push_back(std::move(item));
        }
        ready_.notify_one();
    }

    /// Waits for something; empty once closed and drained.
    std::vector<Item> take() {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [&] { return !items_.empty() || is_closed_; });
        return std::exchange(items_, {});
    }

    /// Waits so long at most: then there may be none. Nothing once closed and drained.
    std::optional<std::vector<Item>> take_within(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        ready_.wait_for(lock, time, [&] { return !items_.empty() || is_closed_; });
        if (items_.empty() && is_closed_) return std::nullopt;
        return std::exchange(items_, {});
    }

    void close() {
        {
            const std::lock_guard lock(mutex_);
            is_closed_ = true;
        }
        ready_.notify_one();
    }

  private:
    std::mutex mutex_;
    std::condition_variable ready_;
    std::vector<Item> items_;  // guarded by mutex_
    bool is_closed_ = false;   // guarded by mutex_
};

class RocksLog final : public CommitLog {
  public:
    explicit RocksLog(std::unique_ptr<RocksTables> tables)
        : tables_(std::move(tables)),
          committer_([this] { commit_all(); }),
          reader_([this] { read_all(); }),
          room_watcher_([this] { watch_room(); }) {}

    ~RocksLog() override {
        batches_.close();
        reads_.close();
        {
            const std::lock_guard lock(mutex_);
            is_closing_ = true;
        }
        closing_.notify_one();
        room_watcher_.join();
        committer_.join();
        reader_.join();
    }

    Status visit_topics(const VisitTopic& visit) override { return tables_->visit_topics(visit); }
    Status visit_state(const VisitState& visit) override { return tables_->visit_state(visit); }
    Status visit_events(const std::string& path, std::uint64_t after, const VisitEvent& visit) override {
        return tables_->visit_events(path, after, visit);
    }

    void append(CommitBatch batch) override { batches_.push(std::move(batch)); }
    void read(ReadRequest request) override { reads_.push(std::move(request)); }

    LogOutcome poll() override {
        const std::lock_guard lock(mutex_);
        if (std::exchange(has_woken_, false)) wake_.clear();
        return std::exchange(outcome_, {});
    }

    int fd() const override { return wake_.fd(); }
    bool can_close() const override { return !tables_->room().is_awaited(); }

  private:
    void commit_all() {
        pthread_setname_np(pthread_self(), "commit");
        Status health;
        BatchClock clock;
        while (auto batches = batches_.take_within(kTrimPeriod)) {
            // After a failure nothing more is written: what comes later may build on what is missing.
            if (!batches->empty()) clock = BatchClock(batches->back().time_us);
            auto outcome = commit(*batches, health);
            if (health) {
                auto trimmed = tables_->trim(clock.now_us());
                if (trimmed) {
                    outcome.trimmed.insert(outcome.trimmed.end(), trimmed->begin(), trimmed->end());
                } else {
                    health = trimmed.error();
                }
            }
            if (!outcome.empty()) tell(std::move(outcome));
        }
    }

    LogOutcome commit(const std::vector<CommitBatch>& batches, Status& health) {
        LogOutcome outcome;
        if (batches.empty()) return outcome;
        auto durability = Durability::memory;
        if (health) {
            const auto written = tables_->write(batches);
            if (written) {
                durability = *written;
            } else {
                health = written.error();
            }
        }
        for (const auto& batch : batches) {
            outcome.committed.push_back({batch.ticket, health, durability});
            if (health) outcome.trimmed.insert(outcome.trimmed.end(), batch.trims.begin(), batch.trims.end());
        }
        return outcome;
    }

    void read_all() {
        pthread_setname_np(pthread_self(), "read");
        for (auto requests = reads_.take(); !requests.empty(); requests = reads_.take()) {
            for (const auto& request : requests) {
                LogOutcome outcome;
                auto page = tables_->read(request);
                if (page) {
                    outcome.pages.push_back(std::move(*page));
                } else {
                    outcome.failed_reads.push_back({request.token, page.error(), request.path,
                                                    tables_->first_readable(request.path, request.after)});
                }
                tell(std::move(outcome));
            }
        }
    }

    void watch_room() {
        pthread_setname_np(pthread_self(), "room");
        bool had_room = true;
        while (true) {
            const auto room = tables_->room().check();
            std::unique_lock lock(mutex_);
            if (room.has_value() != had_room) {
                had_room = room.has_value();
                outcome_.room = room;
                wake();
            }
            if (closing_.wait_for(lock, kRoomPeriod, [&] { return is_closing_; })) return;
        }
    }

    void tell(LogOutcome outcome) {
        const std::lock_guard lock(mutex_);
        const auto append = [](auto& to, auto& from) {
            to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
        };
        append(outcome_.committed, outcome.committed);
        append(outcome_.pages, outcome.pages);
        append(outcome_.failed_reads, outcome.failed_reads);
        append(outcome_.trimmed, outcome.trimmed);
        wake();
    }

    /// Once for all that comes until the broker looks. Under mutex_.
    void wake() {
        if (!std::exchange(has_woken_, true)) wake_.wake();
    }

    std::unique_ptr<RocksTables> tables_;
    WakeFd wake_;
    std::mutex mutex_;
    std::condition_variable closing_;
    LogOutcome outcome_;       // guarded by mutex_
    bool has_woken_ = false;   // guarded by mutex_
    bool is_closing_ = false;  // guarded by mutex_
    WorkQueue<CommitBatch> batches_;
    WorkQueue<ReadRequest> reads_;
    std::thread committer_;
    std::thread reader_;
    std::thread room_watcher_;
};

}  // namespace

Result<std::unique_ptr<CommitLog>> open_rocks_log(const RocksLogOptions& options) {
    LW_TRY(std::unique_ptr<RocksTables> tables, RocksTables::open(options));
    return std::unique_ptr<CommitLog>(std::make_unique<RocksLog>(std::move(tables)));
}

}  // namespace longwire::broker
