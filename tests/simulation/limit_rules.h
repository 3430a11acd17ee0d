#pragma once

#include <cstdint>
#include <string_view>

#include "tests/simulation/scenario.h"
#include "tests/simulation/task_facts.h"

/// What must hold of the tasks that wait and run, as the broker decides on them. `now_us` is the time of its clock.
namespace longwire::simulation {

/// A task is about to be queued: there is room among those of its kind.
void check_queued(const Scenario& scenario, const AllFacts& all, const TaskFacts& task);

/// A task is about to be handed out to a worker: it may start by now and still, no limit keeps it, and it is the first
/// of its kind that may.
void check_handed_out(const Scenario& scenario, const AllFacts& all, const TaskFacts& task, std::string_view worker,
                      std::int64_t now_us);

/// What is due has been done: the end of waits that are too long, of runs that are too long, and of those that were
/// asked to end.
void check_deadlines(const Scenario& scenario, const AllFacts& all, std::int64_t now_us);

}  // namespace longwire::simulation
