#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/record.h"
#include "protocol/envelope.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/task_facts.h"
#include "tests/simulation/tree_rules.h"

namespace longwire::simulation {

/// What the broker has decided about tasks, checked as it decides: it acts by that at once, long before it is durable.
class Decisions {
  public:
    explicit Decisions(const Scenario& scenario) : scenario_(scenario) {}

    /// One step of the broker has decided on these events, all at this time of its clock.
    void decide(const std::vector<broker::Record>& records);

    /// A broker begins: what its predecessor decided holds as far as it is durable.
    void broker_began() { decided_ = durable_; }

    /// An event of a task is durable.
    void durable(const std::string& path, const Envelope& envelope);

    void wiped();

    /// As far as it is durable. Null for what is no task.
    const TaskFacts* task(std::string_view path) const;

  private:
    TaskFacts& facts_of(AllFacts& all, const std::string& path);

    const Scenario& scenario_;
    AllFacts decided_;
    AllFacts durable_;
    std::uint64_t created_ = 0;
};

}  // namespace longwire::simulation
