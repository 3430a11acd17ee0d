// A task whose worker starts others below it.
#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class Children : public ClusterTest {
  protected:
    Children()
        : ClusterTest({.broker = {"--lease-ms", kIsSanitized ? "6000" : "1500"}, .worker = {"--capacity", "16"}}) {}

    static json::object parts(int count, int n, int interval_ms) {
        return {{"cmd", "start"},
                {"kind", "demo.parts"},
                {"task", "whole"},
                {"input", {{"parts", count}, {"n", n}, {"interval_ms", interval_ms}}},
                {"watch", true}};
    }
    std::vector<json::value> tree(const std::string& more = "") {
        return items(cluster.http(1).get("/v1/tasks?root=whole" + more).json(), "tasks");
    }
    /// Waits until so many of the tree have this state.
    ::testing::AssertionResult has(std::size_t count, const std::string& state) {
        if (eventually([&] { return tree("&state=" + state).size() == count; })) return ::testing::AssertionSuccess();
        return ::testing::AssertionFailure() << json::serialize(cluster.http(1).get("/v1/tasks?root=whole").json());
    }
};

TEST_F(Children, AParentWaitsForThemAndShowsTheirProgress) {
    auto client = cluster.ws(0);
    client.ok(parts(3, 200, 5));
    ASSERT_TRUE(has(4, "RUNNING"));
    EXPECT_EQ(items(cluster.http().get("/v1/tasks?parent=whole").json(), "tasks").size(), 3);
    ASSERT_TRUE(eventually([&] {
        const auto progress = at(cluster.http().get("/v1/tasks/whole").json(), "progress").to_number<double>();
        return progress > 0 && progress < 1;
    }));
    const auto end = client.pushes_until_type("task.completed").back();
    EXPECT_EQ(number(end, "data.result.parts"), 3);
    EXPECT_EQ(number(end, "data.result.n"), 600);
    EXPECT_TRUE(has(4, "COMPLETED"));
    EXPECT_EQ(cluster.http().get("/v1/tasks?parent=nobody").status, 404);
    const auto listed = cluster.run_cli({"ps", "--tree", "whole", "--json"});
    EXPECT_EQ(parse_lines(listed.out).size(), 4) << listed.err;
}

TEST_F(Children, ACancelReachesThemAll) {
    auto client = cluster.ws(0);
    client.ok(parts(3, 100'000, 10));
    ASSERT_TRUE(has(4, "RUNNING"));
    client.ok({{"cmd", "cancel"}, {"task", "whole"}});
    client.pushes_until_type("task.cancelled");
    EXPECT_TRUE(has(4, "CANCELLED"));
}

TEST_F(Children, AParentWhoseWorkerIsKilledFindsThemAgain) {
    cluster.start_worker("demo", "second").wait_for_line("ready");
    auto client = cluster.ws(0);
    client.ok(parts(4, 400, 5));
    const auto first = text(client.pushes_until_type("task.started").back(), "data.worker");
    ASSERT_TRUE(has(5, "RUNNING"));
    Cluster::kill(cluster.worker(first));
    EXPECT_EQ(number(client.pushes_until_type("task.completed").back(), "data.result.n"), 1'600);
    EXPECT_TRUE(has(5, "COMPLETED"));
    EXPECT_EQ(tree().size(), 5) << "none was started twice";
}

TEST_F(Children, AKilledEdgeAndAKilledWorkerOfAChildLeaveTheParentWaiting) {
    cluster.start_worker("demo", "second").wait_for_line("ready");
    auto client = cluster.ws(1);
    client.ok(parts(4, 400, 5));
    const auto first = text(client.pushes_until_type("task.started").back(), "data.worker");
    ASSERT_TRUE(has(5, "RUNNING"));
    Cluster::kill(cluster.edge(0));
    Cluster::kill(cluster.worker(first == "demo" ? "second" : "demo"));
    const auto story = client.pushes_until_type("task.completed");
    EXPECT_EQ(number(story.back(), "data.result.n"), 1'600);
    EXPECT_TRUE(data_of(story, "task.retrying").empty());
    cluster.start_edge(0);
    cluster.wait_until_ready(0);
}

class RoomForOne : public ClusterTest {
  protected:
    RoomForOne() : ClusterTest({.worker = {"--capacity", "1"}}) {}
};

TEST_F(RoomForOne, IsEnoughForParentsAndTheirChildren) {
    auto client = cluster.ws(0);
    for (const auto* task : {"one", "two", "three"}) {
        client.ok({{"cmd", "start"},
                   {"kind", "demo.parts"},
                   {"task", task},
                   {"input", {{"parts", 3}, {"n", 2}, {"interval_ms", 1}}}});
    }
    for (const auto* task : {"one", "two", "three"}) wait_for_state(task, "COMPLETED");
}

TEST_F(RoomForOne, IsNotTakenByATaskThatWaitsForAnAnswer) {
    auto client = cluster.ws(0);
    client.ok({{"cmd", "start"}, {"kind", "demo.echo"}, {"task", "question"}});
    wait_for_state("question", "RUNNING");
    client.ok({{"cmd", "start"}, {"kind", "demo.count"}, {"task", "count"}, {"input", {{"n", 3}}}});
    wait_for_state("count", "COMPLETED");
    client.ok({{"cmd", "input"}, {"task", "question"}, {"data", {{"end", true}}}});
    wait_for_state("question", "COMPLETED");
}

}  // namespace
}  // namespace longwire::integration
