#pragma once

#include <cstdint>
#include <string>

#include "tests/simulation/scenario.h"

namespace longwire::simulation {

struct Ending {
    std::string violation;     // empty: the contract was kept
    std::uint64_t digest = 0;  // the same for each telling of the same story
    std::int64_t took_us = 0;  // of virtual time
};

/// Tells the story of a seed: a cluster at work while things go wrong, then all is healed, and it must come to rest
/// with everybody having got everything.
Ending tell_story(const Scenario& scenario, bool is_told);

}  // namespace longwire::simulation
