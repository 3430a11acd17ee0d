// How many tasks may run at the same time, and how long they may wait.
#include <gmock/gmock.h>

#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

struct Limits : ::testing::Test {
    World::Options options = World::defaults();
    std::unique_ptr<World> world;
    FakeEdge* edge = nullptr;

    void begin() {
        world = std::make_unique<World>(options);
        edge = &world->edge();
    }
    FakeWorker& join(FakeWorker::Options worker_options) {
        auto& worker = world->worker(std::move(worker_options));
        worker.hello();
        world->settle();
        return worker;
    }
    void start_keyed(const std::string& task, const std::string& key, int limit, const std::string& more = "") {
        const auto concurrency = R"({"key":")" + key + R"(","limit":)" + std::to_string(limit) + "}";
        ASSERT_EQ(edge->start(task, R"(,"concurrency":)" + concurrency + more).code, "");
    }
    void complete(FakeWorker& worker, const std::string& task) {
        worker.emit(task, "task.completed");
        world->settle();
    }
};

std::vector<std::string> tasks_of(const FakeWorker& worker) {
    std::vector<std::string> tasks;
    for (const auto& [task, attempt] : worker.attempts()) tasks.push_back(task);
    return tasks;
}

TEST_F(Limits, NoMoreOfAKindRunThanItsLimitOnAllWorkersTogether) {
    options.broker.scheduler.kind_limits = {{"demo", 3}};
    begin();
    auto& one = join({.name = "one", .kinds = {"demo", "other"}, .capacity = 9});
    auto& two = join({.name = "two", .capacity = 9});
    for (const auto* task : {"a", "b", "c", "d", "e"}) edge->start(task);
    EXPECT_EQ(one.attempts().size() + two.attempts().size(), 3U);
    EXPECT_EQ(world->broker().scheduler().queued(), 2U);
    edge->ask("start", R"({"kind":"other","task":"x"})");
    EXPECT_TRUE(one.attempts().contains("x")) << "another kind has no such limit";
    auto& worker = one.attempts().contains("a") ? one : two;
    complete(worker, "a");
    EXPECT_TRUE(one.attempts().contains("d") || two.attempts().contains("d"));
    EXPECT_EQ(world->broker().scheduler().queued(), 1U);
}

TEST_F(Limits, TasksOfOneKeyWaitForEachOtherAndKeepNobodyBehindThem) {
    begin();
    start_keyed("a1", "ann", 1);
    start_keyed("a2", "ann", 1);
    start_keyed("a3", "ann", 1);
    start_keyed("b1", "bob", 1);
    edge->start("free");
    auto& worker = join({.capacity = 9});
    EXPECT_THAT(tasks_of(worker), UnorderedElementsAre("a1", "b1", "free"));
    complete(worker, "a1");
    EXPECT_THAT(tasks_of(worker), UnorderedElementsAre("a2", "b1", "free"));
    complete(worker, "a2");
    EXPECT_THAT(tasks_of(worker), UnorderedElementsAre("a3", "b1", "free"));
}

TEST_F(Limits, AKeyHoldsForAllKindsOfARealm) {
    begin();
    auto& worker = join({.kinds = {"demo", "other"}, .capacity = 9});
    start_keyed("a", "k", 1);
    edge->ask("start", R"({"kind":"other","task":"b","concurrency":{"key":"k","limit":1}})");
    EXPECT_THAT(tasks_of(worker), ElementsAre("a"));
    complete(worker, "a");
    EXPECT_THAT(tasks_of(worker), ElementsAre("b"));
}

TEST_F(Limits, TasksOfOneKeyMayHaveLimitsOfTheirOwn) {
    begin();
    auto& worker = join({.capacity = 9});
    start_keyed("first", "k", 2);
    start_keyed("strict", "k", 1);
    start_keyed("second", "k", 2);
    EXPECT_THAT(tasks_of(worker), UnorderedElementsAre("first", "second"));
    complete(worker, "first");
    EXPECT_THAT(tasks_of(worker), UnorderedElementsAre("second"));
    complete(worker, "second");
    EXPECT_THAT(tasks_of(worker), UnorderedElementsAre("strict"));
}

TEST_F(Limits, ATaskBetweenItsAttemptsLeavesItsPlaceToAnother) {
    options.broker.scheduler.kind_limits = {{"demo", 1}};
    begin();
    auto& worker = join({.capacity = 9});
    edge->start("a");
    edge->start("b");
    worker.emit("a", "task.failed", R"({"retryable":true,"error":{"code":"x","message":"y"}})");
    world->settle();
    EXPECT_THAT(tasks_of(worker), ElementsAre("b"));
    world->pass(options.broker.scheduler.retry_first_ms + 100);
    EXPECT_THAT(tasks_of(worker), ElementsAre("b")) << "it is b that runs now";
    complete(worker, "b");
    EXPECT_THAT(tasks_of(worker), ElementsAre("a"));
}

TEST_F(Limits, ARestartKnowsWhatRuns) {
    options.broker.scheduler.kind_limits = {{"limited", 1}};
    begin();
    auto& worker = join({.kinds = {"demo", "limited"}, .capacity = 9});
    worker.rejoins = true;
    edge->ask("start", R"({"kind":"limited","task":"l1"})");
    edge->ask("start", R"({"kind":"limited","task":"l2"})");
    start_keyed("k1", "k", 1);
    start_keyed("k2", "k", 1);
    EXPECT_THAT(tasks_of(worker), UnorderedElementsAre("l1", "k1"));
    world->restart();
    world->pass(1'500);
    EXPECT_THAT(tasks_of(worker), UnorderedElementsAre("l1", "k1"));
    complete(worker, "l1");
    complete(worker, "k1");
    EXPECT_THAT(tasks_of(worker), UnorderedElementsAre("l2", "k2"));
    EXPECT_EQ(text_of(edge->state("k2").at("concurrency")), R"({"key":"k","limit":1})");
}

TEST_F(Limits, WhatEndsInTheQueueOrByForceGivesItsPlaceBack) {
    begin();
    auto& worker = join({.capacity = 9});
    start_keyed("a", "k", 1);
    start_keyed("b", "k", 1);
    start_keyed("c", "k", 1);
    edge->ask("cancel", R"({"task":"b"})");
    edge->ask("cancel", R"({"task":"a"})");
    world->pass(options.broker.scheduler.cancel_grace_ms + 100);
    EXPECT_EQ(edge->state("a").at("state"), "CANCELLED");
    EXPECT_TRUE(worker.attempts().contains("c"));
}

TEST_F(Limits, WhatWaitsTooLongInTheQueueExpires) {
    options.broker.scheduler.queue_age_max_ms = 5'000;
    begin();
    edge->start("old");
    edge->start("sooner", R"(,"ttl_s":2)");
    edge->start("patient", R"(,"ttl_s":60)");
    edge->start("held", R"(,"hold":true)");
    edge->start("later", R"(,"delay_s":3)");
    world->pass(2'100);
    EXPECT_EQ(edge->state("sooner").at("state"), "EXPIRED");
    EXPECT_EQ(edge->state("old").at("state"), "PENDING");
    world->pass(3'000);
    EXPECT_EQ(edge->state("old").at("state"), "EXPIRED");
    EXPECT_EQ(edge->state("patient").at("state"), "EXPIRED") << "the broker's limit holds for every task";
    EXPECT_EQ(edge->state("held").at("state"), "PENDING");
    EXPECT_EQ(edge->state("later").at("state"), "PENDING") << "a delay is no wait";
    world->pass(3'100);
    EXPECT_EQ(edge->state("later").at("state"), "EXPIRED");
}

TEST_F(Limits, WhatHasRunAlreadyDoesNotExpireBetweenItsAttempts) {
    options.broker.scheduler.queue_age_max_ms = 5'000;
    begin();
    auto& worker = join({});
    edge->start("t");
    worker.bye();
    world->pass(10'000);
    EXPECT_EQ(edge->state("t").at("state"), "RUNNING");
}

}  // namespace
}  // namespace longwire::broker::testing
