#pragma once

#include <gtest/gtest.h>

#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {

/// The smallest world: an edge, and a worker that may join.
struct OneWorker : ::testing::Test {
    World world;
    FakeEdge& edge = world.edge();
    FakeWorker& worker = world.worker();

    void join() {
        worker.hello();
        world.settle();
        worker.heard();
    }
};

}  // namespace longwire::broker::testing
