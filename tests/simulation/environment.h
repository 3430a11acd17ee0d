#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/model.h"
#include "tests/simulation/random.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/trace.h"

namespace longwire::simulation {

/// What everything in one world shares.
struct Environment {
    Environment(const Scenario& its_scenario, bool is_told)
        : scenario(its_scenario), random(its_scenario.seed), trace(is_told, schedule.now_us()), model(scenario) {}

    const Scenario scenario;
    Schedule schedule;
    Random random;
    Trace trace;
    Model model;
    bool is_calm = false;            // nothing goes wrong any more,
    std::int64_t calm_since_us = 0;  // and since when
    std::vector<std::string> tasks;  // that clients have been told of

    /// A number that nothing else has.
    std::uint64_t new_id() { return ++last_id_; }

  private:
    std::uint64_t last_id_ = 0;
};

}  // namespace longwire::simulation
