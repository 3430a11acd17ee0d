// The ends of tasks, told to a webhook by real processes.
#include "tests/integration/support/cluster.h"
#include "tests/integration/support/webhook_receiver.h"

namespace longwire::integration {
namespace {

class Webhook : public ClusterTest {
  protected:
    Webhook()
        : ClusterTest({.edges = 1,
                       .log = "rocksdb",
                       .broker = {"--lease-ms", kIsSanitized ? "6000" : "1500"},
                       .workers = {"demo", "webhook"}}) {}

    static json::object count_to(int n, const WebhookReceiver& receiver, int interval_ms = 0) {
        return {{"kind", "demo.count"},
                {"task", "t"},
                {"input", {{"n", n}, {"interval_ms", interval_ms}}},
                {"webhook", receiver.url()}};
    }
    /// What the ten lines of Python in docs/operations/webhooks.md say.
    std::string verify_as_documented(const std::string& secret, const WebhookReceiver::Received& got,
                                     const std::string& body) {
        const auto page = read_text(std::string(LONGWIRE_DOCS) + "/operations/webhooks.md");
        const auto begin = page.find("```python\n") + 10;
        const auto script =
            page.substr(begin, page.find("```", begin) - begin) +
            "import sys, json\nprint(verify(sys.argv[1], json.loads(sys.argv[2]), sys.argv[3].encode()))";
        json::object headers;
        for (const char* name : {"webhook-id", "webhook-timestamp", "webhook-signature"}) {
            headers[name] = got.header(name);
        }
        const auto finished = run({"/usr/bin/python3", {"-c", script, secret, json::serialize(headers), body}, {}, {}},
                                  folder / "python-" + std::to_string(++scripts_));
        EXPECT_EQ(finished.ending, (Ending{0, 0})) << finished.err;
        return finished.out;
    }
    std::vector<json::value> deliveries() {
        return items(cluster.http().get("/v1/tasks?kind=longwire.webhook").json(), "tasks");
    }
    /// Waits for the one delivery that there is to have this state.
    json::value delivery(const std::string& state) {
        std::vector<json::value> found;
        eventually(
            [&] {
                found = deliveries();
                return found.size() == 1 && text(found[0], "state") == state;
            },
            Deadline(60'000));
        EXPECT_EQ(found.size(), 1u);
        if (found.empty()) return nullptr;
        EXPECT_EQ(text(found[0], "state"), state) << json::serialize(found[0]);
        return found[0];
    }

    int scripts_ = 0;
};

TEST_F(Webhook, IsToldOfATasksEnd) {
    WebhookReceiver receiver;
    start_task(count_to(3, receiver));
    ASSERT_TRUE(receiver.wait_for(1));
    const auto got = receiver.received()[0];
    EXPECT_TRUE(got.head.starts_with("POST /hook HTTP/1.1\r\n")) << got.head;
    EXPECT_EQ(got.header("content-type"), "application/json");
    EXPECT_TRUE(got.header("webhook-signature").starts_with("v1,")) << got.head;
    const auto body = parse_json(got.body);
    EXPECT_EQ(text(body, "type"), "task.completed");
    EXPECT_EQ(text(body, "data.task"), "t");
    EXPECT_EQ(number(body, "data.run"), 1);
    EXPECT_EQ(number(body, "data.result.n"), 3);
    EXPECT_EQ(number(delivery("COMPLETED"), "result.status"), 200);
    const auto secret = lines_of(read_text(folder / "webhook-secret")).at(0);
    EXPECT_EQ(verify_as_documented(secret, got, got.body), "True\n");
    EXPECT_EQ(verify_as_documented(secret, got, got.body + " "), "False\n");
    EXPECT_EQ(verify_as_documented("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", got, got.body), "False\n");
    EXPECT_EQ(text(cluster.http().get("/v1/tasks/t").json(), "webhook"), receiver.url());
}

TEST_F(Webhook, IsTriedAgainAcrossTheDeathsOfTheBroker) {
    WebhookReceiver receiver({500, 503});
    start_task(count_to(50, receiver, 10));
    Cluster::kill(cluster.broker());  // while the task runs
    cluster.start_broker();
    ASSERT_TRUE(receiver.wait_for(1));
    Cluster::kill(cluster.broker());  // while its delivery waits or is under way
    cluster.start_broker();
    ASSERT_TRUE(receiver.wait_for(3));
    delivery("COMPLETED");
    // What an attempt has come to may die with the broker, so that it is made again: known by its id.
    const auto got = receiver.received();
    for (const auto& one : got) {
        EXPECT_EQ(one.header("webhook-id"), got[0].header("webhook-id"));
        EXPECT_EQ(one.body, got[0].body);
    }
    EXPECT_EQ(text(parse_json(got[0].body), "type"), "task.completed");
}

TEST_F(Webhook, EachRunIsToldOnce) {
    WebhookReceiver receiver;
    start_task(count_to(1, receiver));
    ASSERT_TRUE(receiver.wait_for(1));
    cluster.http().post("/v1/tasks/t/run", std::string());
    ASSERT_TRUE(receiver.wait_for(2));
    EXPECT_TRUE(eventually([&] { return deliveries().size() == 2; }));
    const auto got = receiver.received();
    EXPECT_NE(got[0].header("webhook-id"), got[1].header("webhook-id"));
    EXPECT_EQ(number(parse_json(got[1].body), "data.run"), 2);
}

TEST_F(Webhook, GoneIsGone) {
    WebhookReceiver receiver({410});
    start_task(count_to(1, receiver));
    EXPECT_EQ(text(delivery("FAILED"), "error.code"), "gone");
    EXPECT_EQ(receiver.received().size(), 1u);
}

TEST_F(Webhook, AUrlThatIsNoneIsRefusedByItsField) {
    for (const char* url : {"", "hook.test", "ftp://hook.test", "http://user:pass@hook.test"}) {
        const auto reply = cluster.http().post("/v1/tasks", json::value{{"kind", "demo.count"}, {"webhook", url}});
        EXPECT_EQ(reply.status, 400) << url;
        EXPECT_EQ(text(reply.json(), "field"), "webhook") << reply.body;
    }
    const auto own = cluster.http().post("/v1/tasks", json::value{{"kind", "longwire.webhook"}});
    EXPECT_EQ(own.status, 403) << own.body;
    EXPECT_EQ(text(own.json(), "field"), "kind");
}

TEST_F(Webhook, TheCommandLineNamesIt) {
    WebhookReceiver receiver;
    const auto started = cluster.run_cli({"start", "demo.count", "--input", R"({"n":1})", "--webhook", receiver.url()});
    EXPECT_EQ(started.ending, (Ending{0, 0})) << started.err;
    EXPECT_TRUE(receiver.wait_for(1));
}

}  // namespace
}  // namespace longwire::integration
