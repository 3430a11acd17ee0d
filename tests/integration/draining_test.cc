// A worker that is asked to end finishes what it has, or hands it back; either way nobody's task is lost.
#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

json::object count_to(int n, int interval_ms) {
    return {{"cmd", "start"},
            {"kind", "demo.count"},
            {"input", {{"n", n}, {"interval_ms", interval_ms}}},
            {"max_attempts", 1},
            {"watch", true}};
}

class DrainingInTime : public ClusterTest {};

TEST_F(DrainingInTime, AWorkerFinishesWhatItHasAndTakesNothingNew) {
    auto client = cluster.ws(0);
    client.ok(count_to(600, 2));
    auto story = client.pushes_until_type("task.started");
    for (int i = 0; i < 20; ++i) story.push_back(client.next_push());
    cluster.worker("demo").send_signal(SIGTERM);
    ASSERT_TRUE(eventually([&] {
        const auto workers = items(cluster.http().get("/v1/workers").json(), "workers");
        return workers.size() == 1 && at(workers[0], "draining") == json::value(true);
    }));
    const auto later = start_task({{"kind", "demo.count"}, {"input", {{"n", 5}}}});
    for (auto& push : client.pushes_until_type("task.completed")) story.push_back(std::move(push));
    expect_seamless(story, 1);
    expect_counts_to(story, 600);
    EXPECT_EQ(data_of(story, "task.started").size(), 1);
    EXPECT_EQ(cluster.worker("demo").wait(), (Ending{0, 0}));
    wait_for_state(later, "PENDING");
    cluster.start_worker("demo", "second").wait_for_line("ready");
    EXPECT_EQ(number(wait_for_state(later, "COMPLETED"), "attempt"), 1);
}

class DrainingAtOnce : public ClusterTest {
  protected:
    DrainingAtOnce() : ClusterTest({.worker = {"--drain-grace-ms", "50"}}) {}
};

TEST_F(DrainingAtOnce, AWorkerHandsBackWhatItCannotFinishAndThatCostsNoAttempt) {
    cluster.start_worker("demo", "second").wait_for_line("ready");
    auto client = cluster.ws(1);
    client.ok(count_to(1'500, 1));
    auto story = client.pushes_until_type("task.started");
    const auto first = text(story.back(), "data.worker");
    for (int i = 0; i < 50; ++i) story.push_back(client.next_push());
    cluster.worker(first).send_signal(SIGTERM);
    for (auto& push : client.pushes_until_type("task.completed")) story.push_back(std::move(push));
    expect_seamless(story, 1);
    const auto retries = data_of(story, "task.retrying");
    ASSERT_EQ(retries.size(), 1);
    EXPECT_EQ(text(retries[0], "reason"), "handed_back");
    EXPECT_EQ(text(data_of(story, "task.started").at(1), "worker"), first == "demo" ? "second" : "demo");
    std::vector<json::value> second_attempt;
    for (const auto& push : story) {
        if (number(push, "attempt") == 2) second_attempt.push_back(push);
    }
    expect_counts_to(second_attempt, 1'500);
    EXPECT_EQ(cluster.worker(first).wait(), (Ending{0, 0}));
}

}  // namespace
}  // namespace longwire::integration
