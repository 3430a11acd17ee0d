#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/record.h"
#include "protocol/envelope.h"
#include "tests/simulation/attendance.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/task_facts.h"
#include "tests/simulation/tree_rules.h"

namespace longwire::simulation {

/// What the broker has decided about tasks, checked as it decides: it acts by that at once, long before it is durable.
class Decisions {
  public:
    explicit Decisions(const Scenario& scenario) : scenario_(scenario), attendance_(scenario) {}

    /// One step of the broker has decided on these events, all at this time of its clock.
    void decide(const std::vector<broker::Record>& records);

    /// Everything is decided that is due at this time.
    void check_end_of_step(std::int64_t now_us);

    /// A broker begins: what its predecessor decided holds as far as it is durable.
    void broker_began(std::int64_t now_us);

    /// An event is durable.
    void durable(const std::string& path, const Envelope& envelope);

    void wiped();

    Attendance& attendance() { return attendance_; }
    const Attendance& attendance() const { return attendance_; }

    /// As far as it is durable. Null for what is no task.
    const TaskFacts* task(std::string_view path) const;

  private:
    void check_before(const TaskFacts& task, const Envelope& envelope) const;
    TaskFacts& facts_of(AllFacts& all, const std::string& path);

    const Scenario& scenario_;
    Attendance attendance_;
    AllFacts decided_;
    AllFacts durable_;
    std::uint64_t created_ = 0;
    std::int64_t looked_us_ = 0;  // for what is due
};

}  // namespace longwire::simulation
