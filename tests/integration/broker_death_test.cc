// The broker dies with its log in memory, or is not there for a while: what is gone with it, everyone is told of.
#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class BrokerDeath : public ClusterTest {
  protected:
    BrokerDeath() : ClusterTest({.log = "memory"}) {}

    static json::object subscribe(const std::string& topic, json::value from) {
        return {{"cmd", "subscribe"}, {"topic", topic}, {"from", std::move(from)}};
    }

    void restart_broker() {
        Cluster::kill(cluster.broker());
        cluster.start_broker();
    }

    /// Again and again, as a client does whose cluster is away for a moment: the key makes that safe.
    void publish(const std::string& topic, int i, int edge = 0) {
        const json::value event{{"type", "log"}, {"data", {{"i", i}}}};
        const Headers key{{"Idempotency-Key", topic + std::to_string(i)}};
        HttpReply reply;
        EXPECT_TRUE(eventually([&] {
            reply = cluster.http(edge).post("/v1/topics/" + topic + "/events", event, key);
            return reply.status == 201;
        })) << reply.body;
    }

    void expect_new_tasks_to_work() {
        for (int edge : {0, 1}) cluster.wait_until_ready(edge);
        ASSERT_TRUE(eventually([&] { return items(cluster.http().get("/v1/workers").json(), "workers").size() == 1; }));
        auto client = cluster.ws(1);
        client.ok({{"cmd", "start"}, {"kind", "demo.count"}, {"input", {{"n", 100}}}, {"watch", true}});
        const auto story = client.pushes_until_type("task.completed");
        expect_seamless(story, 1);
        expect_counts_to(story, 100);
    }
};

TEST_F(BrokerDeath, ReadyzSays503WhileItIsAwayAnd200After) {
    Cluster::kill(cluster.broker());
    for (int edge : {0, 1}) {
        const auto http = cluster.http(edge);
        ASSERT_TRUE(eventually([&] { return http.status_of("/readyz") == 503; }));
        EXPECT_EQ(items(http.get("/readyz").json(), "missing"), std::vector<json::value>{"broker"});
        EXPECT_EQ(http.get("/healthz").status, 200);
        EXPECT_EQ(http.post("/v1/tasks/x/run", std::string()).status, 503) << "what may not be repeated is not queued";
    }
    cluster.start_broker();
    expect_new_tasks_to_work();
}

TEST_F(BrokerDeath, ATaskAskedForMeanwhileStartsWhenItIsBack) {
    Cluster::kill(cluster.broker());
    ASSERT_TRUE(eventually([&] { return cluster.http().status_of("/readyz") == 503; }));
    const auto starter = cluster.start_cli({"start", "demo.count", "--input", "{\"n\":10}", "--follow", "--json"});
    ASSERT_TRUE(throughout(300, [&] { return !starter->has_ended(); }));
    cluster.start_broker();
    EXPECT_EQ(starter->wait(), (Ending{0, 0})) << starter->err();
    expect_counts_to(parse_lines(starter->out()), 10);
}

TEST_F(BrokerDeath, AFilterIsToldThatItMayHaveMissedSomething) {
    auto filtering = cluster.ws(0);
    filtering.ok({{"cmd", "subscribe"}, {"filter", "room/+"}});
    publish("room/a", 1);
    EXPECT_EQ(number(filtering.next_push(), "offset"), 1);
    restart_broker();
    const auto gap = filtering.next_push();
    EXPECT_EQ(text(gap, "gap.filter"), "room/+") << json::serialize(gap);
    EXPECT_EQ(text(gap, "gap.reason"), "link_lost");
    cluster.wait_until_ready(1);
    publish("room/a", 2, 1);
    EXPECT_EQ(text(filtering.next_push(), "topic"), "room/a") << "it is in force again when that is said";
}

TEST_F(BrokerDeath, WatchersAreToldOfTheNewEpochAndGetWhatComesThen) {
    for (int i = 1; i <= 5; ++i) publish("room/a", i);
    auto early = cluster.ws(0);
    const auto old_epoch = text(early.ok(subscribe("room/a", "start")), "epoch");
    for (int i = 1; i <= 5; ++i) EXPECT_EQ(number(early.next_push(), "offset"), i);
    // The edge with the watcher comes back last, when the topic has events again already.
    cluster.edge(0).send_signal(SIGSTOP);
    restart_broker();
    cluster.wait_until_ready(1);
    for (int i = 1; i <= 3; ++i) publish("room/a", i, 1);
    cluster.edge(0).send_signal(SIGCONT);
    const auto gap = early.next_push();
    EXPECT_EQ(text(gap, "gap.reason"), "epoch_changed") << json::serialize(gap);
    EXPECT_EQ(text(gap, "gap.topic"), "room/a");
    EXPECT_NE(text(gap, "gap.epoch"), old_epoch);
    std::vector<json::value> seen;
    while (seen.size() < 3) seen.push_back(early.next_push());
    publish("room/a", 4, 1);
    seen.push_back(early.next_push());
    expect_seamless(seen, 1);

    auto resumed = cluster.ws(1);
    const auto start = resumed.ok(subscribe("room/a", {{"epoch", old_epoch}, {"offset", 5}}));
    EXPECT_EQ(at(start, "resumed"), json::value(false));
    EXPECT_EQ(text(resumed.next_push(), "gap.reason"), "epoch_changed");
    for (int i = 1; i <= 4; ++i) EXPECT_EQ(number(resumed.next_push(), "offset"), i);
}

TEST_F(BrokerDeath, FiltersGoOnByThemselves) {
    auto client = cluster.ws(0);
    client.ok({{"cmd", "subscribe"}, {"filter", "room/#"}});
    publish("room/a", 1);
    EXPECT_EQ(number(client.next_push(), "offset"), 1);
    restart_broker();
    // An edge takes up its filters when it links again, and that is when it answers again.
    publish("room/c", 1, 0);
    publish("room/b", 1, 1);
    while (text(client.next_push(), "topic") != "room/b") {
    }
}

TEST_F(BrokerDeath, WorkersGiveUpTasksThatTheNewOneDoesNotKnow) {
    const auto task = start_task({{"kind", "demo.count"}, {"input", {{"n", 100'000}, {"interval_ms", 20}}}});
    // RUNNING says that it was handed out; only an event of its own says that the worker has it.
    ASSERT_TRUE(eventually([&] { return number(cluster.http().get("/v1/tasks/" + task).json(), "offset") > 2; }));
    restart_broker();
    cluster.worker("demo").wait_for_error_line("no longer ours");
    expect_new_tasks_to_work();
    EXPECT_EQ(cluster.http().get("/v1/tasks/" + task).status, 404);
    EXPECT_EQ(number(items(cluster.http().get("/v1/workers").json(), "workers").at(0), "running"), 0);
}

TEST_F(BrokerDeath, AFollowerOfALostTaskIsToldAndDoesNotHang) {
    const auto follower = cluster.start_cli(
        {"start", "demo.count", "--input", "{\"n\":100000,\"interval_ms\":5}", "--task", "lost", "--follow", "--json"});
    ASSERT_TRUE(eventually([&] { return follower->out_lines().size() > 20; }));
    restart_broker();
    EXPECT_EQ(follower->wait(), (Ending{1, 0}));
    EXPECT_NE(follower->err().find("there is no task lost"), std::string::npos) << follower->err();
    const auto told = parse_lines(follower->out());
    EXPECT_EQ(text(told.back(), "gap.reason"), "epoch_changed") << "the reader of the pipe is told, too";
    expect_new_tasks_to_work();
}

TEST_F(BrokerDeath, AWorkerInFullFlightSurvivesIt) {
    start_task({{"kind", "demo.count"}, {"input", {{"n", 10'000'000}}}, {"task", "flood"}});
    wait_for_state("flood", "RUNNING");
    auto client = cluster.ws(0);
    client.ok(subscribe("task/flood", "now"));
    for (int i = 0; i < 100; ++i) client.next_push();
    restart_broker();
    expect_new_tasks_to_work();
    restart_broker();
    expect_new_tasks_to_work();
}

TEST_F(BrokerDeath, AWhileWithoutAnswersLosesNothing) {
    auto watcher = cluster.ws(0);
    auto filtering = cluster.ws(0);
    filtering.ok({{"cmd", "subscribe"}, {"filter", "task/#"}});
    watcher.ok({{"cmd", "start"},
                {"kind", "demo.count"},
                {"input", {{"n", 3'000}, {"interval_ms", 2}}},
                {"task", "paused"},
                {"watch", true}});
    std::vector<json::value> seen;
    while (seen.size() < 300) seen.push_back(watcher.next_push());
    cluster.broker().send_signal(SIGSTOP);
    // Long enough for edges and workers to take it for lost, and for no lease to have been renewed.
    ASSERT_TRUE(eventually([&] { return cluster.http().status_of("/readyz") == 503; }));
    ASSERT_TRUE(throughout(1'500, [&] { return !cluster.worker("demo").has_ended(); }));
    cluster.broker().send_signal(SIGCONT);
    for (auto& push : watcher.pushes_until_type("task.completed")) seen.push_back(std::move(push));
    expect_seamless(seen, 1);
    expect_counts_to(seen, 3'000);
    const auto filtered = filtering.pushes_until_type("task.completed");
    EXPECT_EQ(number(filtered.back(), "offset"), number(seen.back(), "offset"));
}

}  // namespace
}  // namespace longwire::integration
