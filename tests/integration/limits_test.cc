// What an operator allows: how many tasks of a kind run and wait, and for how long.
#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class Limits : public ClusterTest {
  protected:
    Limits()
        : ClusterTest({.broker = {"--kind-limit", "demo.sleep=1", "--kind-limit", "demo.tokens=2",
                                  "--queued-per-kind-max", "2", "--queue-age-max-ms", "60000"},
                       .worker = {"--capacity", "8", "--drain-grace-ms", "50"}}) {}

    static json::object sleeping(const std::string& task) {
        return {{"cmd", "start"}, {"kind", "demo.sleep"}, {"task", task}, {"input", {{"ms", 60'000}}}};
    }
};

TEST_F(Limits, AKindRunsNoMoreAtATimeThanAllowedAndKeepsNoOtherWaiting) {
    auto client = cluster.ws(0);
    for (const auto* task : {"s1", "s2", "s3"}) client.ok(sleeping(task));
    wait_for_state("s1", "RUNNING");
    client.ok({{"cmd", "start"}, {"kind", "demo.count"}, {"task", "c"}, {"input", {{"n", 3}}}});
    wait_for_state("c", "COMPLETED");
    wait_for_state("s2", "PENDING");
    client.ok({{"cmd", "cancel"}, {"task", "s1"}});
    wait_for_state("s2", "RUNNING");
    wait_for_state("s3", "PENDING");
}

TEST_F(Limits, AKeyAllowsSoManyAtATime) {
    auto client = cluster.ws(0);
    const auto start = [&](const std::string& task, const std::string& key) {
        client.ok(
            {{"cmd", "start"}, {"kind", "demo.echo"}, {"task", task}, {"concurrency", {{"key", key}, {"limit", 1}}}});
    };
    start("a1", "ann");
    start("a2", "ann");
    start("b1", "bob");
    wait_for_state("a1", "RUNNING");
    wait_for_state("b1", "RUNNING");
    EXPECT_EQ(text(wait_for_state("a2", "PENDING"), "concurrency.key"), "ann");
    client.ok({{"cmd", "input"}, {"task", "a1"}, {"data", {{"end", true}}}});
    wait_for_state("a2", "RUNNING");
}

TEST_F(Limits, AFullQueueSaysWhenToTryAgain) {
    auto client = cluster.ws(0);
    for (const auto* task : {"s1", "s2", "s3"}) {
        client.ok(sleeping(task));
        if (std::string(task) == "s1") wait_for_state("s1", "RUNNING");
    }
    const auto refused = client.ask(sleeping("s4"));
    EXPECT_EQ(text(refused, "error.code"), "unavailable");
    EXPECT_EQ(text(refused, "error.field"), "kind");
    EXPECT_EQ(number(refused, "error.retry_after_ms"), 1'000);
    const auto reply = cluster.http().post("/v1/tasks", json::value{{"kind", "demo.sleep"}, {"input", {{"ms", 1}}}});
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.header("retry-after"), "1");
    EXPECT_EQ(text(reply.json(), "code"), "unavailable");
}

class ShortQueue : public ClusterTest {
  protected:
    ShortQueue() : ClusterTest({.broker = {"--queue-age-max-ms", "200"}}) {}
};

TEST_F(ShortQueue, WhatWaitsTooLongExpires) {
    const auto task = start_task({{"kind", "nobody.serves.this"}, {"ttl_s", 600}});
    wait_for_state(task, "EXPIRED");
}

class ShortPatience : public ClusterTest {
  protected:
    ShortPatience()
        : ClusterTest(
              {.broker = {"--cancel-grace-ms", "300"}, .worker = {"--capacity", "1", "--drain-grace-ms", "50"}}) {}
};

TEST_F(ShortPatience, WhatDoesNotEndWhenAskedIsEndedAtItsDeadline) {
    auto client = cluster.ws(0);
    client.ok({{"cmd", "start"},
               {"kind", "demo.sleep"},
               {"task", "deaf"},
               {"input", {{"ms", 2'000}, {"ignore_cancel", true}}},
               {"watch", true}});
    client.pushes_until_type("task.started");
    EXPECT_EQ(at(client.ok({{"cmd", "cancel"}, {"task", "deaf"}}), "cancelling"), json::value(true));
    const auto story = client.pushes_until_type("task.cancelled");
    EXPECT_EQ(data_of(story, "task.cancelling").size(), 1U);
    EXPECT_EQ(data_of(story, "task.completed").size(), 0U);
    // What the handler says in the end is nobody's any more; its worker is there for others.
    client.ok({{"cmd", "start"}, {"kind", "demo.count"}, {"task", "next"}, {"input", {{"n", 1}}}});
    wait_for_state("next", "COMPLETED");
    EXPECT_EQ(text(client.ok({{"cmd", "state"}, {"task", "deaf"}}), "state"), "CANCELLED");
    const auto history = client.ok({{"cmd", "history"}, {"topic", "task/deaf"}});
    EXPECT_EQ(text(at(history, "events").as_array().back(), "type"), "task.cancelled");
}

}  // namespace
}  // namespace longwire::integration
