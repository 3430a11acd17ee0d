#include <gmock/gmock.h>

#include "protocol/json_value.h"
#include "tests/unit/broker/one_worker.h"

namespace longwire::broker::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What a task's webhook is told of: by tasks of a kind of their own, one for each run that has ended.
struct Webhooks : OneWorker {
    static constexpr const char* kHook = R"(,"webhook":"https://hook.test/in")";

    void start(const std::string& more = "", const std::string& task = "t") { edge.start(task, kHook + more); }
    void finish(std::string_view type = "task.completed", std::string_view json = R"({"result":{"n":1}})") {
        worker.emit("t", type, json);
        world.settle();
    }
    void restart() {
        world.restart();
        world.pass(1'500);
    }
    boost::json::array deliveries() {
        auto found = edge.ask("tasks", R"({"kind":"longwire.webhook"})").ok.at("tasks").as_array();
        std::reverse(found.begin(), found.end());
        return found;
    }
    std::vector<std::string> ids() {
        std::vector<std::string> ids;
        for (const auto& one : deliveries()) ids.emplace_back(one.at("task").as_string());
        return ids;
    }
    /// The type, and the state that is told, of each.
    std::vector<std::string> told() {
        std::vector<std::string> told;
        for (const auto& one : deliveries()) {
            const auto& input = one.at("input");
            const auto data = boost::json::parse(std::string_view(input.at("data").as_string()));
            told.push_back(std::string(input.at("type").as_string()) + " " + std::string(data.at("state").as_string()));
        }
        return told;
    }
    boost::json::object data(std::size_t index = 0) {
        return boost::json::parse(std::string_view(deliveries().at(index).at("input").at("data").as_string()))
            .as_object();
    }
};

TEST_F(Webhooks, TheEndOfARunQueuesItsDelivery) {
    join();
    start();
    EXPECT_THAT(deliveries(), IsEmpty());
    finish();
    EXPECT_THAT(ids(), ElementsAre("longwire.webhook.t.3"));
    const auto delivery = deliveries().at(0).as_object();
    EXPECT_EQ(delivery.at("state"), "PENDING");
    EXPECT_EQ(delivery.at("max_attempts"), 10);
    EXPECT_EQ(delivery.at("user"), edge.state("t").at("user"));
    EXPECT_EQ(text_of(delivery.at("concurrency")), R"({"key":"webhook hook.test:443","limit":8})");
    EXPECT_EQ(delivery.at("input").at("url"), "https://hook.test/in");
    EXPECT_EQ(delivery.at("input").at("type"), "task.completed");
    EXPECT_EQ(delivery.at("input").at("time_us"), edge.state("t").at("ended_us"));
    const auto told = data();
    EXPECT_EQ(told.at("task"), "t");
    EXPECT_EQ(told.at("run"), 1);
    EXPECT_EQ(told.at("offset"), 3);
    EXPECT_EQ(text_of(told.at("result")), R"({"n":1})");
    EXPECT_EQ(told.at("result_omitted"), false);
    EXPECT_TRUE(told.at("error").is_null());
    EXPECT_EQ(edge.state("t").at("webhook"), "https://hook.test/in");
    EXPECT_EQ(world.broker().stats().webhooks_queued, 1u);
}

TEST_F(Webhooks, EachKindOfEndIsTold) {
    join();
    start();
    finish("task.failed", R"({"error":{"code":"oops","message":"no"},"retryable":false})");
    start("", "t2");
    worker.emit("t2", "task.cancelled");
    world.settle();
    start(R"(,"ttl_s":1,"kind":"nobody")", "t3");
    world.pass(1200);
    start(R"(,"hold":true)", "t4");
    edge.ask("cancel", R"({"task":"t4"})");
    EXPECT_THAT(told(), ElementsAre("task.failed FAILED", "task.cancelled CANCELLED", "task.expired EXPIRED",
                                    "task.cancelled CANCELLED"));
    EXPECT_EQ(text_of(data().at("error")), R"({"code":"oops","message":"no"})");
}

TEST_F(Webhooks, EndsThatTheBrokerMakesAreTold) {
    join();
    start(R"(,"timeout_s":1)");
    world.pass(1200);
    EXPECT_THAT(told(), ElementsAre("task.failed FAILED"));
    start(R"(,"max_attempts":1)", "t2");
    worker.is_heartbeating = false;
    world.pass(4500);
    EXPECT_THAT(told(), ElementsAre("task.failed FAILED", "task.failed FAILED"));
    EXPECT_EQ(data(1).at("error").at("code"), "worker_lost");
}

TEST_F(Webhooks, ARetryIsNoEnd) {
    join();
    start();
    finish("task.failed", R"({"error":{"code":"oops","message":"no"}})");
    EXPECT_EQ(edge.state("t").at("state"), "RUNNING");
    EXPECT_THAT(deliveries(), IsEmpty());
}

TEST_F(Webhooks, EachRunHasOne) {
    join();
    start();
    finish();
    edge.ask("run", R"({"task":"t"})");
    finish();
    EXPECT_THAT(ids(), ElementsAre("longwire.webhook.t.3", "longwire.webhook.t.6"));
    EXPECT_EQ(data(1).at("run"), 2);
}

TEST_F(Webhooks, WithoutOneNothingIsQueued) {
    join();
    edge.start("t");
    finish();
    EXPECT_THAT(deliveries(), IsEmpty());
}

TEST_F(Webhooks, TheyLiveThroughARestartAndAreNotMadeAgain) {
    join();
    start();
    restart();
    worker.hello();
    world.settle();
    finish();
    EXPECT_THAT(ids(), ElementsAre("longwire.webhook.t.3"));
    restart();
    EXPECT_THAT(ids(), ElementsAre("longwire.webhook.t.3"));
    EXPECT_EQ(deliveries().at(0).at("state"), "PENDING");
}

TEST_F(Webhooks, TheDeliveryIsDurableTogetherWithTheEnd) {
    join();
    start();
    world.log.hold();
    worker.emit("t", "task.completed");
    world.turn();
    world.turn();
    // The batch of the end is all that is waiting, and it is lost or kept as one.
    EXPECT_EQ(world.log.waiting(), 1u);
    world.restart();
    world.log.release();
    world.pass(1'500);
    EXPECT_EQ(edge.state("t").at("state"), "RUNNING");
    EXPECT_THAT(deliveries(), IsEmpty());
    worker.hello();
    world.settle();
    EXPECT_EQ(edge.state("t").at("state"), "COMPLETED");
    EXPECT_THAT(ids(), ElementsAre("longwire.webhook.t.3"));
}

TEST_F(Webhooks, ALargeResultIsLeftOut) {
    join();
    start();
    finish("task.completed", R"({"result":")" + std::string((64 << 10) - 3, 'x') + R"("})");
    EXPECT_EQ(data().at("result_omitted"), false);
    start("", "t2");
    worker.emit("t2", "task.completed", R"({"result":")" + std::string((64 << 10) - 2, 'x') + R"("})");
    world.settle();
    EXPECT_EQ(data(1).at("result_omitted"), true);
    EXPECT_TRUE(data(1).at("result").is_null());
}

TEST_F(Webhooks, AWorkerOfItsKindGetsItAndEndsIt) {
    join();
    auto& deliverer = world.worker({.name = "d", .kinds = {"longwire.webhook"}});
    deliverer.hello();
    world.settle();
    start();
    finish();
    ASSERT_TRUE(deliverer.attempts().contains("longwire.webhook.t.3"));
    deliverer.emit("longwire.webhook.t.3", "task.completed", R"({"result":{"status":200}})");
    world.settle();
    EXPECT_EQ(edge.state("longwire.webhook.t.3").at("state"), "COMPLETED");
    EXPECT_EQ(deliveries().size(), 1u);
}

TEST_F(Webhooks, AFailedOneCanBeRunAgain) {
    join();
    auto& deliverer = world.worker({.name = "d", .kinds = {"longwire.webhook"}});
    deliverer.hello();
    world.settle();
    start();
    finish();
    deliverer.emit("longwire.webhook.t.3", "task.failed",
                   R"({"error":{"code":"gone","message":""},"retryable":false})");
    world.settle();
    EXPECT_EQ(edge.ask("run", R"({"task":"longwire.webhook.t.3"})").ok.at("run"), 2);
    EXPECT_TRUE(deliverer.attempts().contains("longwire.webhook.t.3"));
}

TEST_F(Webhooks, ClientsStartNoneThemselves) {
    join();
    const auto by_kind = edge.ask("start", R"({"kind":"longwire.webhook","task":"a"})");
    EXPECT_EQ(by_kind.code + " " + by_kind.field, "forbidden kind");
    const auto by_id = edge.ask("start", R"({"kind":"demo","task":"longwire.webhook.t.3"})");
    EXPECT_EQ(by_id.code + " " + by_id.field, "forbidden task");
}

TEST_F(Webhooks, AFullQueueLosesTheDeliveryAndSaysSo) {
    auto options = World::defaults();
    options.broker.scheduler.queued_per_kind_max = 1;
    World small(options);
    auto& small_edge = small.edge();
    auto& small_worker = small.worker();
    small_worker.hello();
    small.settle();
    for (const std::string task : {"a", "b"}) {
        small_edge.start(task, kHook);
        small_worker.emit(task, "task.completed");
        small.settle();
        EXPECT_EQ(small_edge.state(task).at("state"), "COMPLETED");
    }
    EXPECT_EQ(small.broker().stats().webhooks_queued, 1u);
    EXPECT_EQ(small.broker().stats().webhooks_lost, 1u);
    EXPECT_THAT(small.warnings, ElementsAre(HasSubstr("the webhook of task b of realm")));
}

TEST_F(Webhooks, DeliveriesCountAmongTheTasksThatAreKept) {
    auto options = World::defaults();
    options.broker.scheduler.tasks_kept_max = 4;
    World small(options);
    auto& small_edge = small.edge();
    auto& small_worker = small.worker();
    small_worker.hello();
    small.settle();
    for (const std::string task : {"a", "b", "c", "d"}) {
        small_edge.start(task, kHook);
        small_worker.emit(task, "task.completed");
        small.pass(10);
    }
    EXPECT_LE(small.broker().scheduler().known(), 4u);
    EXPECT_EQ(small.broker().stats().webhooks_lost, 0u);
}

struct Delays : OneWorker {
    void SetUp() override {
        join();
        edge.start("t", R"(,"max_attempts":5)");
    }
    std::int64_t wait_ms(const std::string& more) {
        worker.emit("t", "task.failed", R"({"error":{"code":"busy","message":""})" + more + "}");
        world.settle();
        const auto retrying = world.events_of("task/t").back();
        EXPECT_EQ(retrying.type, "task.retrying");
        const auto not_before = retrying.data.at("not_before_us").to_number<std::int64_t>();
        const auto wait = (not_before - world.now_us()) / 1000;
        world.pass(wait + 100);
        return wait;
    }
};

TEST_F(Delays, AWorkerMaySayWhenToTryAgain) {
    EXPECT_EQ(wait_ms(R"(,"retry_after_ms":5000)"), 5000);
    EXPECT_EQ(wait_ms(R"(,"retry_after_ms":500)"), 2000);  // the broker's own is longer
    EXPECT_EQ(wait_ms(R"(,"retry_after_ms":"soon")"), 4000);
}

TEST_F(Delays, WhatAWorkerAsksForIsBounded) {
    worker.emit("t", "task.failed", R"({"error":{"code":"busy","message":""},"retry_after_ms":9000000000000000000})");
    world.settle();
    const auto not_before = world.events_of("task/t").back().data.at("not_before_us").to_number<std::int64_t>();
    EXPECT_EQ(not_before - world.now_us(), 24LL * 3600 * 1'000'000);
}

}  // namespace
}  // namespace longwire::broker::testing
