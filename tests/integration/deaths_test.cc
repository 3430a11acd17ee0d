// Processes die in the middle of a task; what is promised about the others is held.
#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class Deaths : public ClusterTest {
  protected:
    Deaths() : ClusterTest({.broker = {"--lease-ms", kIsSanitized ? "6000" : "1500"}}) {}

    static json::object subscribe(const std::string& topic, json::value from) {
        return {{"cmd", "subscribe"}, {"topic", topic}, {"from", std::move(from)}};
    }

    /// What a resuming client asks for after the last of these.
    static json::value place_after(const std::string& epoch, const std::vector<json::value>& pushes) {
        return {{"epoch", epoch}, {"offset", number(pushes.back(), "offset")}};
    }
};

TEST_F(Deaths, AClientOfAKilledEdgeResumesOnTheOther) {
    const int n = 1'500;
    const auto task = start_task({{"kind", "demo.count"}, {"input", {{"n", n}, {"interval_ms", 1}}}});
    auto doomed = cluster.ws(0);
    const auto epoch = text(doomed.ok(subscribe("task/" + task, "start")), "epoch");
    std::vector<json::value> seen;
    while (seen.size() < 200) seen.push_back(doomed.next_push());
    Cluster::kill(cluster.edge(0));
    EXPECT_EQ(doomed.wait_closed(), 1006);
    auto client = cluster.ws(1);
    const auto start = client.ok(subscribe("task/" + task, place_after(epoch, seen)));
    EXPECT_EQ(at(start, "resumed"), json::value(true));
    for (auto& push : client.pushes_until_type("task.completed")) seen.push_back(std::move(push));
    expect_seamless(seen, 1);
    expect_counts_to(seen, n);

    cluster.start_edge(0);
    cluster.wait_until_ready(0);
    auto late = cluster.ws(0);
    late.ok(subscribe("task/" + task, "start"));
    expect_counts_to(late.pushes_until_type("task.completed"), n);
}

TEST_F(Deaths, TheProgramThatFollowsGoesOnAtTheNextEdge) {
    const int n = 1'500;
    const auto input = "{\"n\":" + std::to_string(n) + ",\"interval_ms\":1}";
    const auto follower = cluster.start_cli({"start", "demo.count", "--input", input, "--follow", "--json", "--url",
                                             cluster.url(0), "--url", cluster.url(1)});
    ASSERT_TRUE(eventually([&] { return follower->out_lines().size() > 200; }));
    Cluster::kill(cluster.edge(0));
    EXPECT_EQ(follower->wait(), (Ending{0, 0})) << follower->err();
    const auto seen = parse_lines(follower->out());
    expect_seamless(seen, 1);
    expect_counts_to(seen, n);
}

TEST_F(Deaths, AnEdgeAskedToEndTellsItsClientsAndLosesNothing) {
    const auto task = start_task({{"kind", "demo.count"}, {"input", {{"n", 800}, {"interval_ms", 1}}}});
    auto client = cluster.ws(0);
    const auto epoch = text(client.ok(subscribe("task/" + task, "start")), "epoch");
    std::vector<json::value> seen;
    while (seen.size() < 100) seen.push_back(client.next_push());
    cluster.edge(0).send_signal(SIGTERM);
    json::value push = client.next_push();
    for (; !has(push, "notice"); push = client.next_push()) seen.push_back(push);
    EXPECT_EQ(text(push, "notice"), "draining");
    EXPECT_GE(number(push, "reconnect_ms"), 0);
    EXPECT_EQ(client.wait_closed(), 1012);
    EXPECT_EQ(cluster.edge(0).wait(), (Ending{0, 0}));
    auto other = cluster.ws(1);
    other.ok(subscribe("task/" + task, place_after(epoch, seen)));
    for (auto& one : other.pushes_until_type("task.completed")) seen.push_back(std::move(one));
    expect_seamless(seen, 1);
    expect_counts_to(seen, 800);
}

TEST_F(Deaths, ATaskOfAKilledWorkerIsTriedAgainByAnother) {
    cluster.start_worker("demo", "second").wait_for_line("ready");
    auto client = cluster.ws(1);
    const json::object request{{"cmd", "start"},
                               {"kind", "demo.count"},
                               {"input", {{"n", 600}, {"interval_ms", 2}}},
                               {"max_attempts", 2},
                               {"watch", true}};
    client.ok(request);
    auto story = client.pushes_until_type("task.started");
    const auto first = text(story.back(), "data.worker");
    for (int i = 0; i < 50; ++i) story.push_back(client.next_push());
    Cluster::kill(cluster.worker(first));
    for (auto& push : client.pushes_until_type("task.completed")) story.push_back(std::move(push));
    expect_seamless(story, 1);
    const auto retries = data_of(story, "task.retrying");
    ASSERT_EQ(retries.size(), 1);
    EXPECT_EQ(text(retries[0], "reason"), "worker_lost");
    const auto starts = data_of(story, "task.started");
    ASSERT_EQ(starts.size(), 2);
    EXPECT_EQ(text(starts[1], "worker"), first == "demo" ? "second" : "demo");
    EXPECT_EQ(number(starts[1], "supersedes"), 1);
    std::vector<json::value> second_attempt;
    for (const auto& push : story) {
        if (number(push, "attempt") == 2) second_attempt.push_back(push);
    }
    expect_counts_to(second_attempt, 600);

    const auto audited = cluster.run_cli({"audit", text(story.back(), "task"), "--json"});
    EXPECT_EQ(audited.ending, (Ending{0, 0})) << audited.out << audited.err;
    EXPECT_EQ(items(parse_json(audited.out), "hops").size(), 3U) << audited.out;
    const auto attempts = items(parse_json(audited.out), "attempts");
    ASSERT_EQ(attempts.size(), 2);
    EXPECT_TRUE(at(attempts[0], "produced").is_null()) << "the dead do not tell";
    EXPECT_EQ(at(attempts[1], "produced"), at(attempts[1], "committed"));
    EXPECT_GE(number(attempts[1], "committed"), 600);
}

TEST_F(Deaths, InputsComeOnceToEachAttemptAndAreGivenToTheNextOneInTheirOrder) {
    cluster.start_worker("demo", "second").wait_for_line("ready");
    auto client = cluster.ws(0);
    client.ok({{"cmd", "start"},
               {"kind", "demo.echo"},
               {"input", json::object{}},
               {"task", "talk"},
               {"max_attempts", 2},
               {"watch", true}});
    auto story = client.pushes_until_type("task.waiting");
    EXPECT_EQ(text(cluster.http().get("/v1/tasks/talk").json(), "prompt"), text(story.back(), "data.prompt"));
    const auto say = [&](json::value data) {
        client.ok({{"cmd", "input"}, {"task", "talk"}, {"data", std::move(data)}});
    };
    const auto echoes = [&](std::int64_t attempt) {
        std::vector<std::int64_t> said;
        for (const auto& push : story) {
            const bool is_echo = text(push, "type") == "agent.message" && number(push, "attempt") == attempt;
            if (is_echo) said.push_back(number(push, "data.data"));
        }
        return said;
    };
    const auto listen_until = [&](std::int64_t attempt, std::size_t count) {
        while (echoes(attempt).size() < count) story.push_back(client.next_push());
    };
    for (int i = 1; i <= 3; ++i) say(i);
    listen_until(1, 3);
    Cluster::kill(cluster.worker(text(data_of(story, "task.started").at(0), "worker")));
    listen_until(2, 3);
    say(4);
    listen_until(2, 4);
    say({{"end", true}});
    for (auto& push : client.pushes_until_type("task.completed")) story.push_back(std::move(push));
    expect_seamless(story, 1);
    EXPECT_EQ(echoes(1), (std::vector<std::int64_t>{1, 2, 3}));
    EXPECT_EQ(echoes(2), (std::vector<std::int64_t>{1, 2, 3, 4}));
    EXPECT_EQ(number(story.back(), "data.result.echoed"), 4);
}

TEST_F(Deaths, WithoutAttemptsLeftATaskOfAKilledWorkerFails) {
    const auto task = start_task({{"kind", "demo.sleep"}, {"input", {{"ms", 60'000}}}, {"max_attempts", 1}});
    wait_for_state(task, "RUNNING");
    Cluster::kill(cluster.worker("demo"));
    EXPECT_EQ(text(wait_for_state(task, "FAILED"), "error.code"), "worker_lost");
    // The same name comes back as another incarnation, and serves.
    cluster.start_worker("demo", "demo").wait_for_line("ready");
    wait_for_state(start_task({{"kind", "demo.count"}, {"input", {{"n", 5}}}}), "COMPLETED");
}

TEST_F(Deaths, AWorkerThatComesBackUnderItsNameLosesItsOldTasksAtOnce) {
    const auto task = start_task({{"kind", "demo.sleep"}, {"input", {{"ms", 300}}}, {"max_attempts", 2}});
    wait_for_state(task, "RUNNING");
    Cluster::kill(cluster.worker("demo"));
    cluster.start_worker("demo", "demo").wait_for_line("ready");
    EXPECT_EQ(number(wait_for_state(task, "COMPLETED"), "attempt"), 2);
}

TEST_F(Deaths, AWorkerAskedToEndHandsItsTasksBack) {
    cluster.start_worker("demo", "second").wait_for_line("ready");
    cluster.worker("second").end(SIGTERM);
    // Draining with a grace time of its own.
    EXPECT_EQ(cluster.worker("second").ending(), (std::optional<Ending>{Ending{0, 0}}));
    wait_for_state(start_task({{"kind", "demo.count"}, {"input", {{"n", 5}}}}), "COMPLETED");
}

TEST_F(Deaths, AStoppedWorkerThatWakesUpIsToldThatItsTaskIsAnothers) {
    cluster.start_worker("demo", "second").wait_for_line("ready");
    auto client = cluster.ws(0);
    client.ok({{"cmd", "start"},
               {"kind", "demo.count"},
               {"input", {{"n", 2'000}, {"interval_ms", 1}}},
               {"max_attempts", 2},
               {"watch", true}});
    auto story = client.pushes_until_type("task.started");
    const auto first = text(story.back(), "data.worker");
    for (int i = 0; i < 50; ++i) story.push_back(client.next_push());
    cluster.worker(first).send_signal(SIGSTOP);
    for (auto& push : client.pushes_until_type("task.started")) story.push_back(std::move(push));
    cluster.worker(first).send_signal(SIGCONT);
    for (auto& push : client.pushes_until_type("task.completed")) story.push_back(std::move(push));
    expect_seamless(story, 1);
    std::vector<json::value> second_attempt;
    bool has_started_again = false;
    for (const auto& push : story) {
        has_started_again = has_started_again || number(push, "data.attempt") == 2;
        if (has_started_again) second_attempt.push_back(push);
    }
    expect_counts_to(second_attempt, 2'000);
    ASSERT_TRUE(eventually([&] {
        const auto workers = items(cluster.http().get("/v1/workers").json(), "workers");
        return workers.size() == 2 && number(workers[0], "running") == 0 && number(workers[1], "running") == 0;
    }));
    wait_for_state(start_task({{"kind", "demo.count"}, {"input", {{"n", 5}}}}), "COMPLETED");
}

}  // namespace
}  // namespace longwire::integration
