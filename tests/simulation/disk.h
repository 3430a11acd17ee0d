#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "broker/log/commit_log.h"
#include "tests/simulation/environment.h"

namespace longwire::simulation {

/// What a broker's disk has for good. It outlives brokers.
class Disk {
  public:
    explicit Disk(Environment& environment) : environment_(environment) {}

    void write(const broker::CommitBatch& batch);

    /// Drops the oldest events of topics that have more than are to be kept.
    std::vector<broker::Trimmed> trim();

    broker::ReadPage read(const broker::ReadRequest& request) const;
    void wipe();

    void visit_topics(const broker::CommitLog::VisitTopic& visit) const;
    void visit_state(const broker::CommitLog::VisitState& visit) const;

  private:
    struct Topic {
        std::uint64_t epoch = 0;
        std::uint64_t tail = 1;
        std::deque<SharedSlice> events;
        std::uint64_t head() const { return tail - 1 + events.size(); }
    };

    Environment& environment_;
    std::map<std::string, Topic> topics_;
    std::map<std::string, std::string> state_;
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
    broker::LogOutcome poll() override { return std::exchange(outcome_, {}); }
    int fd() const override { return -1; }

    /// Nothing is written for a time.
    void stall(std::int64_t for_us) { stalled_until_us_ = environment_.schedule.now_us() + for_us; }

    /// The process ends, by itself or with the power.
    void die(bool with_power);

    bool is_idle() const { return appended_.empty() && group_.empty(); }

  private:
    void write_group();
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
    broker::LogOutcome outcome_;
};

}  // namespace longwire::simulation
