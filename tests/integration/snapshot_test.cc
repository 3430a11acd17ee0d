// Who comes late gets what was shown so far, and then what comes.
#include <algorithm>

#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

std::string words(int count) {
    std::string text;
    for (int i = 1; i <= count; ++i) text += (i > 1 ? " w" : "w") + std::to_string(i);
    return text;
}

/// Says only where the two part: they are long.
void expect_same(const std::string& text, const std::string& whole) {
    const auto end = std::mismatch(text.begin(), text.end(), whole.begin(), whole.end()).first - text.begin();
    const auto at = static_cast<std::size_t>(end);
    EXPECT_TRUE(text == whole) << "the texts of " << text.size() << " and " << whole.size() << " bytes part at " << at
                               << ": \"" << text.substr(at, 40) << "\" and \"" << whole.substr(at, 40) << '"';
}

json::object from_snapshot(const std::string& task) {
    return {{"cmd", "subscribe"}, {"topic", "task/" + task}, {"from", "snapshot"}, {"conflate_ms", 0}};
}

/// The first text of a snapshot's push.
std::string text_of(const json::value& push) {
    const auto texts = items(at(at(push, "snapshot"), "output"), "texts");
    return texts.empty() ? std::string() : text(texts.front(), "text");
}

class LateJoiner : public ClusterTest {
  protected:
    LateJoiner() : ClusterTest({.log = "rocksdb"}) {}

    std::string run_tokens(const std::string& whole) const {
        const auto task = start_task({{"kind", "demo.tokens"}, {"input", {{"text", whole}, {"delay_ms", 0}}}});
        wait_for_state(task, "COMPLETED");
        return task;
    }
};

TEST_F(LateJoiner, GetsTheWholeTextOfManyThousandTokensInOnePush) {
    const auto whole = words(9'000);
    const auto task = run_tokens(whole);
    for (const int edge : {0, 1}) {
        auto late = cluster.ws(edge);
        const auto answer = late.ok(from_snapshot(task));
        const auto push = late.next_push();
        expect_same(text_of(push), whole);
        EXPECT_EQ(text(at(push, "snapshot"), "state"), "COMPLETED");
        EXPECT_EQ(number(push, "offset"), number(answer, "offset"));
        EXPECT_EQ(number(push, "offset"), number(answer, "head"));
        EXPECT_GT(number(push, "offset"), 9'000);
        EXPECT_LT(json::serialize(at(at(push, "snapshot"), "output")).size(), whole.size() + 1'000);
    }
}

TEST_F(LateJoiner, GetsTheSameFromABrokerThatHasBeenKilled) {
    const auto whole = words(9'000);
    const auto task = run_tokens(whole);
    Cluster::kill(cluster.broker());
    cluster.start_broker();
    cluster.wait_until_ready(0);
    auto late = cluster.ws(0);
    late.ok(from_snapshot(task));
    expect_same(text_of(late.next_push()), whole);
    const auto shown = cluster.http(0).get("/v1/tasks/" + task + "?output=true").json();
    expect_same(text(items(at(shown, "output"), "texts").at(0), "text"), whole);
    EXPECT_EQ(cluster.http(0).get("/v1/tasks/" + task).body.find("\"output\""), std::string::npos);
    SseClient stream(cluster.port(1), "/v1/events?topic=task/" + task + "&from=snapshot");
    const auto first = stream.next();
    expect_same(text_of(first.json()), whole);
    EXPECT_EQ(stream.last_id(), text(first.json(), "epoch") + ":" + std::to_string(number(first.json(), "offset")));
}

TEST_F(LateJoiner, OfATaskThatRunsGoesOnWithoutASeamAlsoAfterItsLinkIsLost) {
    const auto whole = words(2'000);
    const auto task = start_task({{"kind", "demo.tokens"}, {"input", {{"text", whole}, {"delay_ms", 1}}}});
    auto early = cluster.ws(0);
    early.ok({{"cmd", "subscribe"}, {"topic", "task/" + task}, {"from", "start"}, {"conflate_ms", 0}});
    int seen = 0;
    early.pushes_until([&](const json::value&) { return ++seen == 200; });

    std::string text_so_far;
    std::int64_t offset = 0;
    json::value epoch;
    const auto take = [&](const json::value& push) {
        EXPECT_EQ(number(push, "offset"), ++offset);
        if (text(push, "type") == "text.delta") text_so_far += text(at(push, "data"), "text");
    };
    {
        auto late = cluster.ws(1);
        epoch = at(late.ok(from_snapshot(task)), "epoch");
        const auto push = late.next_push();
        text_so_far = text_of(push);
        EXPECT_FALSE(text_so_far.empty());
        offset = number(push, "offset");
        for (int i = 0; i < 50; ++i) take(late.next_push());
    }
    auto again = cluster.ws(0);
    again.ok({{"cmd", "subscribe"},
              {"topic", "task/" + task},
              {"from", {{"epoch", epoch}, {"offset", offset}}},
              {"conflate_ms", 0}});
    for (const auto& push : again.pushes_until_type("task.completed")) take(push);
    expect_same(text_so_far, whole);
}

TEST_F(LateJoiner, IsToldWhereThereIsNoSnapshot) {
    auto client = cluster.ws(0);
    EXPECT_EQ(client.error(from_snapshot("none")), "not_found");
    EXPECT_EQ(client.error({{"cmd", "subscribe"}, {"topic", "room/a"}, {"from", "snapshot"}}), "bad_request");
    EXPECT_EQ(cluster.http(0).get("/v1/events?topic=room/a&from=snapshot").status, 400);
}

}  // namespace
}  // namespace longwire::integration
