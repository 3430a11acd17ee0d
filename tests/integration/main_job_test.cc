// A real task through the whole cluster, watched by several clients at once: what Longwire is for.
#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

using MainJob = ClusterTest;

json::object subscribe(const std::string& topic, json::value from) {
    return {{"cmd", "subscribe"}, {"topic", topic}, {"from", std::move(from)}};
}

TEST_F(MainJob, ThreeClientsOnTwoEdgesSeeEveryEventOfABusyTaskOnceInOrder) {
    const int n = scaled(100'000);
    const Deadline deadline(60'000);
    const auto input = "{\"n\":" + std::to_string(n) + ",\"interval_ms\":0}";
    const auto starter =
        cluster.start_cli({"start", "demo.count", "--input", input, "--task", "busy", "--follow", "--json"});
    starter->wait_for_error_line("task busy");
    const auto tail = cluster.start_cli({"tail", "task/busy", "--from", "start", "--json"}, 0);
    auto watcher = cluster.ws(1);
    watcher.ok(subscribe("task/busy", "start"));
    const auto watched = watcher.pushes_until_type("task.completed", deadline);
    expect_counts_to(watched, n);
    expect_seamless(watched, 1);

    EXPECT_EQ(starter->wait(deadline), (Ending{0, 0})) << starter->err();
    const auto followed = parse_lines(starter->out());
    expect_counts_to(followed, n);
    expect_seamless(followed, 1);
    EXPECT_EQ(text(followed.back(), "type"), "task.completed");

    ASSERT_TRUE(eventually([&] { return tail->out_lines().size() >= watched.size(); }, deadline)) << tail->err();
    tail->end(SIGINT);
    const auto tailed = parse_lines(tail->out());
    EXPECT_EQ(tailed, followed);
    EXPECT_EQ(tailed, watched);
}

}  // namespace
}  // namespace longwire::integration
