// Commands on tasks over WebSocket and HTTP.
#include <set>

#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class Tasks : public ClusterTest {
  protected:
    Tasks() : ClusterTest({.broker = {"--disconnect-grace-ms", "50"}}) {}

    static json::object start(const std::string& kind, json::value input, json::object more = {}) {
        more["cmd"] = "start";
        more["kind"] = kind;
        more["input"] = std::move(input);
        return more;
    }
};

TEST_F(Tasks, StartWithWatchGetsTheStoryFromItsFirstEvent) {
    auto client = cluster.ws(1);
    const auto answer =
        client.ok(start("demo.tokens", {{"text", "one two three"}, {"delay_ms", 0}}, {{"watch", true}}));
    EXPECT_EQ(at(answer, "created"), json::value(true));
    EXPECT_EQ(text(answer, "topic"), "task/" + text(answer, "task"));
    const auto story = client.pushes_until_type("task.completed");
    expect_seamless(story, 1);
    EXPECT_EQ(text(story[0], "type"), "task.queued");
    EXPECT_EQ(text(story[1], "type"), "task.started");
    std::string all;
    for (const auto& data : data_of(story, "text.delta")) all += text(data, "text");
    EXPECT_EQ(all, "one two three");
    EXPECT_EQ(text(story.back(), "data.result.text"), "one two three");
}

TEST_F(Tasks, StartWithTheSameKeyIsTheSameTaskFromEitherEdge) {
    auto one = cluster.ws(0);
    auto two = cluster.ws(1);
    const auto request = start("demo.count", {{"n", 3}}, {{"key", "order-17"}});
    const auto first = one.ok(request);
    const auto second = two.ok(request);
    EXPECT_EQ(at(first, "task"), at(second, "task"));
    EXPECT_EQ(at(first, "created"), json::value(true));
    EXPECT_EQ(at(second, "created"), json::value(false));
    EXPECT_EQ(two.error(start("demo.count", {{"n", 4}}, {{"key", "order-17"}})), "conflict");
    EXPECT_EQ(two.error(start("demo.sleep", {{"n", 3}}, {{"key", "order-17"}})), "conflict");

    const json::value body{{"kind", "demo.count"}, {"input", {{"n", 3}}}};
    const auto again = cluster.http(1).post("/v1/tasks", body, {{"Idempotency-Key", "order-17"}});
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(at(again.json(), "task"), at(first, "task"));
    const auto named = cluster.http(0).post("/v1/tasks", json::value{{"kind", "demo.count"}, {"task", "mine"}});
    EXPECT_EQ(named.status, 201);
    EXPECT_EQ(cluster.http(1).post("/v1/tasks", json::value{{"kind", "demo.echo"}, {"task", "mine"}}).status, 409);
}

TEST_F(Tasks, AHeldTaskWaitsForRunAndAnEndedOneRunsAgain) {
    auto client = cluster.ws(0);
    const auto answer = client.ok(start("demo.count", {{"n", 2}}, {{"hold", true}, {"task", "held"}, {"watch", true}}));
    EXPECT_EQ(text(answer, "state"), "PENDING");
    EXPECT_EQ(text(client.next_push(), "type"), "task.queued");
    EXPECT_TRUE(client.is_quiet(150));
    EXPECT_EQ(at(client.ok({{"cmd", "state"}, {"task", "held"}}), "held"), json::value(true));
    EXPECT_EQ(number(client.ok({{"cmd", "run"}, {"task", "held"}}), "run"), 1);
    expect_counts_to(client.pushes_until_type("task.completed"), 2);
    const auto reply = cluster.http(1).post("/v1/tasks/held/run", std::string());
    EXPECT_EQ(reply.status, 202) << reply.body;
    EXPECT_EQ(number(reply.json(), "run"), 2);
    expect_counts_to(client.pushes_until_type("task.completed"), 2);
    EXPECT_EQ(number(client.ok({{"cmd", "state"}, {"task", "held"}}), "run"), 2);
    EXPECT_EQ(client.error({{"cmd", "run"}, {"task", "nobody"}}), "not_found");
}

TEST_F(Tasks, AFollowerOfATaskThatRanBeforeWaitsForTheEndOfItsPresentRun) {
    auto client = cluster.ws(0);
    client.ok(start("demo.echo", json::object{}, {{"task", "again"}, {"watch", true}}));
    client.pushes_until_type("task.waiting");
    client.ok({{"cmd", "cancel"}, {"task", "again"}});
    client.pushes_until_type("task.cancelled");
    client.ok({{"cmd", "run"}, {"task", "again"}});
    client.pushes_until_type("task.waiting");
    const auto follower =
        cluster.start_cli({"start", "demo.echo", "--input", "{}", "--task", "again", "--follow", "--json"}, 1);
    ASSERT_TRUE(eventually([&] { return data_of(parse_lines(follower->out()), "task.waiting").size() == 2; }));
    client.ok({{"cmd", "input"}, {"task", "again"}, {"data", {{"end", true}}}});
    EXPECT_EQ(follower->wait(), (Ending{0, 0})) << follower->err();
    expect_seamless(parse_lines(follower->out()), 1);
}

TEST_F(Tasks, CancelReachesARunningAHeldAndAnEndedOne) {
    auto client = cluster.ws(1);
    client.ok(start("demo.sleep", {{"ms", 60'000}}, {{"task", "long"}, {"watch", true}}));
    client.pushes_until_type("task.started");
    const auto answer = client.ok({{"cmd", "cancel"}, {"task", "long"}, {"reason", "no time"}});
    EXPECT_EQ(at(answer, "cancelling"), json::value(true));
    const auto story = client.pushes_until_type("task.cancelled");
    EXPECT_EQ(text(data_of(story, "task.cancelling").at(0), "reason"), "no time");
    client.ok(start("demo.sleep", {{"ms", 60'000}}, {{"task", "held"}, {"hold", true}}));
    EXPECT_EQ(text(client.ok({{"cmd", "cancel"}, {"task", "held"}}), "state"), "CANCELLED");
    EXPECT_EQ(text(client.ok({{"cmd", "cancel"}, {"task", "long"}}), "state"), "CANCELLED");
    EXPECT_EQ(client.error({{"cmd", "cancel"}, {"task", "nobody"}}), "not_found");
    EXPECT_EQ(cluster.http().post("/v1/tasks/nobody/cancel", std::string("{}")).status, 404);
}

TEST_F(Tasks, InputReachesTheTaskAndComesBack) {
    auto client = cluster.ws(0);
    client.ok(start("demo.echo", json::object{}, {{"task", "echo"}, {"watch", true}}));
    client.pushes_until_type("task.waiting");
    EXPECT_EQ(at(client.ok({{"cmd", "state"}, {"task", "echo"}}), "waiting"), json::value(true));
    const auto answer = client.ok({{"cmd", "input"}, {"task", "echo"}, {"data", {{"say", "häh? \u0001 \U0001F600"}}}});
    const auto story = client.pushes_until_type("agent.message");
    EXPECT_EQ(text(story.back(), "data.data.say"), "häh? \u0001 \U0001F600");
    EXPECT_EQ(text(story.at(0), "type"), "task.input");
    EXPECT_EQ(number(story.at(0), "offset"), number(answer, "offset"));
    const auto reply = cluster.http(1).post("/v1/tasks/echo/input", json::value{{"data", {{"end", true}}}});
    EXPECT_EQ(reply.status, 202) << reply.body;
    EXPECT_EQ(number(client.pushes_until_type("task.completed").back(), "data.result.echoed"), 1);
    EXPECT_EQ(client.error({{"cmd", "input"}, {"task", "echo"}, {"data", 1}}), "conflict");
    EXPECT_EQ(client.error({{"cmd", "input"}, {"task", "echo"}}), "bad_request");
}

TEST_F(Tasks, ListComesInPagesNewestFirst) {
    auto client = cluster.ws(0);
    for (int i = 1; i <= 7; ++i) {
        client.ok(start(i % 2 == 0 ? "demo.count" : "demo.sleep", {{"n", 1}, {"ms", 1}},
                        {{"task", "t" + std::to_string(i)}}));
    }
    for (int i = 1; i <= 7; ++i) wait_for_state("t" + std::to_string(i), "COMPLETED");
    std::vector<std::string> listed;
    json::object request{{"cmd", "tasks"}, {"limit", 3}};
    for (int page = 0; page < 3; ++page) {
        const auto answer = client.ok(request);
        for (const auto& task : items(answer, "tasks")) listed.push_back(text(task, "task"));
        EXPECT_EQ(has(answer, "next"), page < 2);
        request["after"] = at(answer, "next");
    }
    EXPECT_EQ(listed, (std::vector<std::string>{"t7", "t6", "t5", "t4", "t3", "t2", "t1"}));
    const auto counts = cluster.http(1).get("/v1/tasks?kind=demo.count&state=COMPLETED&limit=10").json();
    EXPECT_EQ(items(counts, "tasks").size(), 3);
    EXPECT_TRUE(items(cluster.http(1).get("/v1/tasks?state=RUNNING").json(), "tasks").empty());
    EXPECT_EQ(cluster.http().get("/v1/tasks?state=running").status, 400);
    EXPECT_EQ(cluster.http().get("/v1/tasks?limit=0").status, 400);
    EXPECT_EQ(cluster.http().get("/v1/tasks?limit=many").status, 400);
    EXPECT_EQ(cluster.http().get("/v1/tasks?after=nobody").status, 404);
}

TEST_F(Tasks, LimitsOfTimeEndATask) {
    auto client = cluster.ws(0);
    client.ok(start("demo.sleep", {{"ms", 60'000}}, {{"task", "slow"}, {"timeout_s", 0.2}}));
    EXPECT_EQ(text(wait_for_state("slow", "FAILED"), "error.code"), "timeout");
    client.ok(start("nobody.serves.this", nullptr, {{"task", "lonely"}, {"ttl_s", 0.2}}));
    wait_for_state("lonely", "EXPIRED");
    client.ok(start("demo.count", {{"n", 1}}, {{"task", "later"}, {"delay_s", 0.3}, {"watch", true}}));
    const auto story = client.pushes_until_type("task.completed");
    EXPECT_GE(number(story.at(1), "time_us") - number(story.at(0), "time_us"), 300'000);
}

TEST_F(Tasks, AFailureIsTriedAgainUpToItsAttempts) {
    auto client = cluster.ws(0);
    client.ok(start("demo.fail", {{"times", 1}}, {{"max_attempts", 2}, {"watch", true}}));
    const auto story = client.pushes_until_type("task.completed");
    const auto starts = data_of(story, "task.started");
    ASSERT_EQ(starts.size(), 2);
    EXPECT_EQ(number(starts[0], "attempt"), 1);
    EXPECT_EQ(number(starts[1], "attempt"), 2);
    EXPECT_EQ(number(starts[1], "supersedes"), 1);
    EXPECT_EQ(data_of(story, "task.retrying").size(), 1);
    client.ok(start("demo.fail", json::object{}, {{"max_attempts", 1}, {"watch", true}}));
    EXPECT_EQ(data_of(client.pushes_until_type("task.failed"), "task.started").size(), 1);
}

TEST_F(Tasks, OnDisconnectCancelEndsTheTaskOfAClientThatWent) {
    {
        auto client = cluster.ws(0);
        client.ok(start("demo.sleep", {{"ms", 60'000}}, {{"task", "mine"}, {"on_disconnect", "cancel"}}));
        client.ok(start("demo.sleep", {{"ms", 60'000}}, {{"task", "theirs"}}));
        wait_for_state("mine", "RUNNING");
        wait_for_state("theirs", "RUNNING");
    }
    wait_for_state("mine", "CANCELLED", 1);
    wait_for_state("theirs", "RUNNING");
    cluster.ws(0).ok({{"cmd", "cancel"}, {"task", "theirs"}});
    wait_for_state("theirs", "CANCELLED");
}

TEST_F(Tasks, PublishStoresAKeyOnceFromEitherEdge) {
    auto one = cluster.ws(0);
    auto two = cluster.ws(1);
    const json::object event{{"cmd", "publish"}, {"topic", "room/k"}, {"type", "note"}, {"data", 1}, {"key", "k1"}};
    const auto first = one.ok(event);
    EXPECT_EQ(number(first, "offset"), 1);
    EXPECT_EQ(at(first, "duplicate"), json::value(false));
    const auto second = two.ok(event);
    EXPECT_EQ(number(second, "offset"), 1);
    EXPECT_EQ(at(second, "duplicate"), json::value(true));
    const json::value body{{"type", "note"}, {"data", 1}};
    const auto third = cluster.http(1).post("/v1/topics/room/k/events", body, {{"Idempotency-Key", "k1"}});
    EXPECT_EQ(at(third.json(), "duplicate"), json::value(true)) << third.body;
    EXPECT_EQ(cluster.http(1).post("/v1/topics/room/k/events", body).status, 201);
    EXPECT_EQ(number(one.ok({{"cmd", "history"}, {"topic", "room/k"}}), "head"), 2);
    EXPECT_EQ(one.error({{"cmd", "publish"}, {"topic", "task/x"}, {"type", "note"}}), "forbidden");
    EXPECT_EQ(one.error({{"cmd", "publish"}, {"topic", "room/k"}}), "bad_request");
    EXPECT_EQ(cluster.http().post("/v1/topics/task/x/events", body).status, 403);
}

TEST_F(Tasks, HelloPingAndWorkersSayWhoIsThere) {
    auto client = cluster.ws(1);
    const auto hello = client.ok({{"cmd", "hello"}, {"client", {{"name", "test"}, {"version", "1"}}}});
    EXPECT_EQ(text(hello, "edge"), "edge-1");
    EXPECT_EQ(text(hello, "user"), "dev");
    EXPECT_EQ(text(hello, "realm"), "dev");
    EXPECT_GT(number(hello, "heartbeat_ms"), 0);
    EXPECT_EQ(number(hello, "max_message_bytes"), 1 << 20);
    EXPECT_GT(number(client.ok({{"cmd", "ping"}}), "time_us"), 0);
    const auto workers = items(client.ok({{"cmd", "workers"}}), "workers");
    ASSERT_EQ(workers.size(), 1);
    EXPECT_EQ(text(workers[0], "worker"), "demo");
    EXPECT_GT(number(workers[0], "capacity"), 0);
    EXPECT_EQ(items(cluster.http().get("/v1/workers").json(), "workers").size(), 1);
}

}  // namespace
}  // namespace longwire::integration
