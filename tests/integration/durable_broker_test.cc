// The broker dies, but its log is on disk: nothing that was acknowledged is lost, and no task begins again.
#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class DurableBroker : public ClusterTest {
  protected:
    DurableBroker() : ClusterTest({.log = "rocksdb"}) {}

    static json::object subscribe(const std::string& topic, json::value from) {
        return {{"cmd", "subscribe"}, {"topic", topic}, {"from", std::move(from)}};
    }

    /// Behind what a filter is told of the time without a broker.
    static json::value next_event(WsClient& client) {
        auto push = client.next_push();
        while (text(push, "gap.reason") == "link_lost") push = client.next_push();
        return push;
    }

    void restart_broker() {
        Cluster::kill(cluster.broker());
        cluster.start_broker();
    }

    /// The answer, asked for again while the cluster is away for a moment.
    json::value ask_until_answered(WsClient& client, const json::object& command) {
        json::value reply;
        EXPECT_TRUE(eventually([&] {
            reply = client.ask(command);
            return text(reply, "error.code") != "unavailable";
        })) << json::serialize(reply);
        return reply;
    }
};

TEST_F(DurableBroker, KilledAgainAndAgainInMidTaskIsNoticedByNobody) {
    const int n = 4'000;
    const auto input = "{\"n\":" + std::to_string(n) + ",\"interval_ms\":1}";
    const auto follower =
        cluster.start_cli({"start", "demo.count", "--input", input, "--task", "long", "--follow", "--json"}, 1);
    follower->wait_for_error_line("task long");
    auto watcher = cluster.ws(0);
    watcher.ok(subscribe("task/long", "start"));
    std::vector<json::value> seen;
    for (int i = 0; i < 3; ++i) {
        for (int more = 0; more < 300; ++more) seen.push_back(watcher.next_push());
        restart_broker();
    }
    for (auto& push : watcher.pushes_until_type("task.completed")) seen.push_back(std::move(push));
    expect_seamless(seen, 1);
    expect_counts_to(seen, n);
    EXPECT_EQ(data_of(seen, "task.started").size(), 1) << "no attempt was lost";
    EXPECT_EQ(follower->wait(), (Ending{0, 0})) << follower->err();
    EXPECT_EQ(parse_lines(follower->out()), seen);
}

TEST_F(DurableBroker, KnowsWhatItHasAcknowledged) {
    auto client = cluster.ws(0);
    const json::object event{{"cmd", "publish"}, {"topic", "room/a"}, {"type", "note"}, {"data", 1}, {"key", "k"}};
    const auto published = client.ok(event);
    const json::object start{{"cmd", "start"}, {"kind", "demo.count"}, {"input", {{"n", 2}}}, {"key", "order"}};
    const auto started = client.ok(start);
    const auto task = text(started, "task");
    wait_for_state(task, "COMPLETED");
    const json::object hold{
        {"cmd", "start"}, {"kind", "demo.count"}, {"task", "held"}, {"hold", true}, {"input", {{"n", 3}}}};
    client.ok(hold);
    restart_broker();
    const auto again = ask_until_answered(client, event);
    EXPECT_EQ(at(again, "ok.duplicate"), json::value(true)) << json::serialize(again);
    EXPECT_EQ(at(again, "ok.epoch"), at(published, "epoch"));
    const auto same = ask_until_answered(client, start);
    EXPECT_EQ(text(same, "ok.task"), task);
    EXPECT_EQ(at(same, "ok.created"), json::value(false));
    EXPECT_EQ(number(wait_for_state(task, "COMPLETED", 1), "result.n"), 2);
    EXPECT_EQ(text(wait_for_state("held", "PENDING"), "kind"), "demo.count");
    EXPECT_EQ(text(ask_until_answered(client, {{"cmd", "run"}, {"task", "held"}}), "ok.task"), "held");
    wait_for_state("held", "COMPLETED");
    client.ok(subscribe("task/held", "start"));
    const auto story = client.pushes_until_type("task.completed");
    expect_seamless(story, 1);
    expect_counts_to(story, 3);
}

TEST_F(DurableBroker, ATaskWhoseWorkerDiedWithItIsTriedAgain) {
    const int n = 400;
    const auto task =
        start_task({{"kind", "demo.count"}, {"input", {{"n", n}, {"interval_ms", 2}}}, {"max_attempts", 2}});
    auto before = cluster.ws(0);
    before.ok(subscribe("task/" + task, "start"));
    std::vector<json::value> seen;
    while (seen.size() < 50) seen.push_back(before.next_push());
    Cluster::kill(cluster.worker("demo"));
    Cluster::kill(cluster.broker());
    Cluster::kill(cluster.edge(0));
    Cluster::kill(cluster.edge(1));
    cluster.start_broker();
    for (int edge : {0, 1}) cluster.start_edge(edge);
    for (int edge : {0, 1}) cluster.wait_until_ready(edge);
    cluster.start_worker("demo", "another").wait_for_line("ready");
    EXPECT_EQ(number(wait_for_state(task, "COMPLETED"), "attempt"), 2);
    auto client = cluster.ws(1);
    client.ok(subscribe("task/" + task, "start"));
    const auto story = client.pushes_until_type("task.completed");
    expect_seamless(story, 1);
    EXPECT_EQ(std::vector(story.begin(), story.begin() + 50), seen) << "what has been seen stays";
    EXPECT_EQ(data_of(story, "task.retrying").size(), 1);
    EXPECT_EQ(data_of(story, "task.started").size(), 2);
    std::vector<json::value> second_attempt;
    for (const auto& push : story) {
        if (number(push, "attempt") == 2) second_attempt.push_back(push);
    }
    expect_counts_to(second_attempt, n);
}

TEST_F(DurableBroker, ItsWatchersAndFiltersGoOnWithoutAGap) {
    auto client = cluster.ws(0);
    client.ok(subscribe("room/a", "now"));
    auto filtering = cluster.ws(1);
    filtering.ok({{"cmd", "subscribe"}, {"filter", "room/#"}});
    std::vector<json::value> seen;
    std::vector<json::value> filtered;
    for (int i = 1; i <= 3; ++i) {
        const json::object event{{"cmd", "publish"},
                                 {"topic", "room/a"},
                                 {"type", "log"},
                                 {"data", {{"i", i}}},
                                 {"key", "k" + std::to_string(i)}};
        // A filter is live only: what its edge answers, it has linked for.
        EXPECT_EQ(number(ask_until_answered(filtering, event), "ok.offset"), i);
        auto push = filtering.next_push();
        if (i > 1) {
            EXPECT_EQ(text(push, "gap.filter"), "room/#") << "it can't know that it has missed nothing";
            push = filtering.next_push();
        }
        filtered.push_back(std::move(push));
        seen.push_back(client.next_push());
        restart_broker();
    }
    expect_seamless(seen, 1);
    expect_seamless(filtered, 1);
}

}  // namespace
}  // namespace longwire::integration
