#pragma once

#include <cstdint>

#include "tests/simulation/world.h"

namespace longwire::simulation {

/// What goes wrong, and when: one misfortune after the other, whatever chance picks, until all is healed.
class Faults {
  public:
    explicit Faults(World& world) : world_(world), environment_(world.environment()) {}

    void begin();

    /// Everything runs and is connected from now on.
    void heal();

  private:
    void next();
    void strike();

    void cut_a_link();
    void stall_a_link();
    void stall(NamedLink& named, std::int64_t for_us_max);
    void isolate_a_node();
    void crash_a_worker();
    void crash_an_edge();
    void crash_the_broker();
    void trouble_the_disk();
    void restart(Node& node, std::int64_t after_us_max);

    World& world_;
    Environment& environment_;
};

}  // namespace longwire::simulation
