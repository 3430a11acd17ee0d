// A task's events go some time after its end, and the task stays.
#include <gmock/gmock.h>

#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct RetainEnded : ::testing::Test {
    static World::Options options() {
        auto options = World::defaults();
        options.broker.retain_ended_ms = 5000;
        return options;
    }

    World world{options()};
    FakeEdge& edge = world.edge();
    FakeWorker& worker = world.worker();

    void SetUp() override {
        worker.rejoins = true;
        worker.hello();
        world.settle();
        edge.start("t");
        worker.emit("t", "log");
        worker.emit("t", "task.completed", R"({"result":7})");
        world.settle();
    }
};

TEST_F(RetainEnded, ItsEventsGoAndItsSnapshotStays) {
    world.pass(4900);
    EXPECT_EQ(world.log_of("task/t").size(), 4U);
    world.pass(200);
    EXPECT_THAT(world.log_of("task/t"), IsEmpty());
    const auto state = edge.state("t");
    EXPECT_EQ(state.at("state"), "COMPLETED");
    EXPECT_EQ(state.at("result"), 7);
    EXPECT_EQ(state.at("offset"), 4);
    const auto page = edge.fetch("task/t", 0, 0, 10);
    world.settle();
    EXPECT_THAT(edge.fetched[page], IsEmpty());
}

TEST_F(RetainEnded, WhoResumesThereIsToldTheGap) {
    edge.subscribe("task/u");
    edge.start("u");
    worker.emit("u", "log");
    world.settle();
    edge.is_connected = false;
    worker.emit("u", "log");
    worker.emit("u", "task.completed");
    world.pass(6000);
    edge.is_connected = true;
    edge.receiver().unreachable(world.now_us());
    world.pass(1000);
    EXPECT_THAT(edge.told, Contains("gap task/u 4-5"));
}

TEST_F(RetainEnded, ATaskThatIsRunAgainKeepsThemUntilTheNextEnd) {
    world.pass(3000);
    edge.ask("run", R"({"task":"t"})");
    world.pass(4000);
    EXPECT_EQ(world.log_of("task/t").size(), 6U);
    worker.emit("t", "task.completed");
    world.pass(4000);
    EXPECT_EQ(world.log_of("task/t").size(), 7U);
    world.pass(2000);
    EXPECT_THAT(world.log_of("task/t"), IsEmpty());
}

TEST_F(RetainEnded, ARestartForgetsNeitherTheTimeNorThePlace) {
    world.pass(3000);
    world.restart();
    world.pass(1000);
    EXPECT_EQ(world.log_of("task/t").size(), 4U);
    world.pass(2000);
    EXPECT_THAT(world.log_of("task/t"), IsEmpty());
    world.restart();
    world.pass(1000);
    EXPECT_EQ(edge.state("t").at("offset"), 4);
    edge.ask("run", R"({"task":"t"})");
    world.settle();
    EXPECT_THAT(world.log_of("task/t"), ElementsAre("5 task.queued", "6 task.started"));
}

TEST_F(RetainEnded, TopicsOfOthersStay) {
    edge.ask("publish", R"({"topic":"room/a","type":"note"})");
    world.pass(10'000);
    EXPECT_EQ(world.log_of("room/a").size(), 1U);
}

}  // namespace
}  // namespace longwire::broker::testing
