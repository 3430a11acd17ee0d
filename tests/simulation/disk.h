#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "broker/log/commit_log.h"
#include "tests/simulation/environment.h"

namespace longwire::simulation {

/// What a broker's disk has for good. It outlives brokers.
class Disk {
  public:
    explicit Disk(Environment& environment) : environment_(environment) {}

    void write(const broker::CommitBatch& batch);

    /// Drops what a batch says is to go.
    void trim(const std::vector<broker::Trimmed>& trims);

    /// Drops the oldest events of topics that have more than are to be kept.
    std::vector<broker::Trimmed> trim();

    std::variant<broker::ReadPage, broker::FailedRead> read(const broker::ReadRequest& request) const;
    void wipe();

    // What goes wrong with it.

    /// There is no room for new work, and perhaps not even for what is decided already.
    void fill(bool has_reserve) { is_full_ = true, has_reserve_ = has_reserve; }
    void make_room() { is_full_ = false, has_reserve_ = true; }
    bool is_full() const { return is_full_; }
    bool can_write() const { return has_reserve_; }
    static Status no_room();

    /// Some events of one topic, whichever chance picks, cannot be read any more.
    void damage();

    void visit_topics(const broker::CommitLog::VisitTopic& visit) const;
    void visit_state(const broker::CommitLog::VisitState& visit) const;

  private:
    struct Topic {
        std::uint64_t epoch = 0;
        std::uint64_t tail = 1;
        std::deque<SharedSlice> events;
        std::uint64_t head() const { return tail - 1 + events.size(); }
    };

    broker::FailedRead failed_read(const broker::ReadRequest& request, std::uint64_t damaged, std::uint64_t head) const;

    Environment& environment_;
    std::map<std::string, Topic> topics_;
    std::map<std::string, std::string> state_;
    std::set<std::pair<std::string, std::uint64_t>> damaged_;  // paths and offsets
    bool is_full_ = false;
    bool has_reserve_ = true;
};

/// A commit log over such a disk. What has gathered while a group was being written is the next group; it takes its
/// time, and a death in between leaves as much as the scenario's durability grants.
class DiskLog final : public broker::CommitLog {
  public:
    DiskLog(Environment& environment, Disk& disk, std::function<void()> wake)
        : environment_(environment), disk_(disk), wake_(std::move(wake)) {}

    Status visit_topics(const VisitTopic& visit) override { return disk_.visit_topics(visit), Status{}; }
    Status visit_state(const VisitState& visit) override { return disk_.visit_state(visit), Status{}; }
    Status visit_events(const std::string&, std::uint64_t, const VisitEvent&) override { return {}; }
    void append(broker::CommitBatch batch) override;
    void read(broker::ReadRequest request) override;
    broker::LogOutcome poll() override;
    int fd() const override { return -1; }

    /// Nothing is written for a time.
    void stall(std::int64_t for_us) { stalled_until_us_ = environment_.schedule.now_us() + for_us; }

    /// The process ends, by itself or with the power.
    void die(bool with_power);

    bool is_idle() const { return appended_.empty() && group_.empty(); }

  private:
    void write_group();
    void write_when_there_is_room();
    void after(std::int64_t delay_us, Schedule::Action action);
    void group_is_durable();

    Environment& environment_;
    Disk& disk_;
    std::function<void()> wake_;
    std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
    std::deque<broker::CommitBatch> appended_;
    std::deque<broker::CommitBatch> group_;  // being written, then synced
    bool is_written_ = false;
    std::int64_t read_us_ = 0;  // when the last read asked for is done
    std::int64_t stalled_until_us_ = 0;
    bool has_told_full_ = false;
    broker::LogOutcome outcome_;
};

}  // namespace longwire::simulation
