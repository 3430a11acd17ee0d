#pragma once

#include <set>
#include <string>

#include "protocol/envelope.h"
#include "tests/simulation/task_facts.h"

namespace longwire::simulation {

/// What must hold of parents and children in one step of the broker: a child is started by a run that goes on, and
/// once for each name; and with a run that is asked to end, or ends other than well, all goes that descends from it.
class TreeRules {
  public:
    /// `all` is kept current by the caller.
    explicit TreeRules(const AllFacts& all) : all_(all) {}

    /// An event is about to be folded in, and has been.
    void before(const TaskFacts& task, const Envelope& envelope) const;
    void after(const TaskFacts& task, const Envelope& envelope);

    void check_end_of_step() const;

  private:
    void check_child(const TaskFacts& child) const;
    bool descends_from(const TaskFacts& task, const std::string& ancestor) const;

    const AllFacts& all_;
    std::set<std::string> must_end_;  // the paths of those that go on as yet
};

}  // namespace longwire::simulation
