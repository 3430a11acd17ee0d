// Subscriptions over real sockets: from every starting point, across edges, seen by sequence alone.
#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class Subscribe : public ClusterTest {
  protected:
    /// Publishes events with data {"i": first} … {"i": last}, in one request.
    void publish(const std::string& topic, int first, int last, int edge = 0) {
        json::array events;
        for (int i = first; i <= last; ++i) events.push_back({{"type", "log"}, {"data", {{"i", i}}}});
        const auto reply = cluster.http(edge).post("/v1/topics/" + topic + "/events", json::value(events));
        ASSERT_EQ(reply.status, 201) << reply.body;
    }

    static json::object from(const std::string& topic, json::value from) {
        return {{"cmd", "subscribe"}, {"topic", topic}, {"from", std::move(from)}};
    }

    static std::vector<json::value> take(WsClient& client, std::size_t count) {
        std::vector<json::value> pushes;
        while (pushes.size() < count) pushes.push_back(client.next_push());
        return pushes;
    }
};

TEST_F(Subscribe, FromNowGetsOnlyWhatComesLater) {
    publish("room/a", 1, 5);
    auto client = cluster.ws(1);
    const auto start = client.ok({{"cmd", "subscribe"}, {"topic", "room/a"}});
    EXPECT_EQ(number(start, "offset"), 5);
    EXPECT_EQ(number(start, "head"), 5);
    EXPECT_EQ(number(start, "tail"), 1);
    EXPECT_EQ(at(start, "resumed"), json::value(false));
    publish("room/a", 6, 9);
    expect_seamless(take(client, 4), 6);
    EXPECT_TRUE(client.is_quiet(100));
}

TEST_F(Subscribe, FromStartLastAndAfterBeginWhereTheySay) {
    publish("room/a", 1, 10);
    auto client = cluster.ws(1);
    const auto start = client.ok(from("room/a", "start"));
    EXPECT_EQ(number(start, "offset"), 0);
    const auto all = take(client, 10);
    expect_counts_to(all, 10);
    expect_seamless(all, 1);
    client.ok({{"cmd", "unsubscribe"}, {"topic", "room/a"}});
    EXPECT_EQ(number(client.ok(from("room/a", {{"last", 3}})), "offset"), 7);
    expect_seamless(take(client, 3), 8);
    client.ok({{"cmd", "unsubscribe"}, {"topic", "room/a"}});
    EXPECT_EQ(number(client.ok(from("room/a", {{"last", 300}})), "offset"), 0);
    expect_seamless(take(client, 10), 1);
    client.ok({{"cmd", "unsubscribe"}, {"topic", "room/a"}});
    const auto after = client.ok(from("room/a", {{"epoch", at(start, "epoch")}, {"offset", 6}}));
    EXPECT_EQ(number(after, "offset"), 6);
    EXPECT_EQ(at(after, "resumed"), json::value(true));
    expect_seamless(take(client, 4), 7);
    EXPECT_TRUE(client.is_quiet(50));
}

TEST_F(Subscribe, ATopicWithoutEventsIsWatchedFromItsFirst) {
    auto client = cluster.ws(0);
    const auto start = client.ok(from("room/new", "start"));
    EXPECT_EQ(number(start, "head"), 0);
    publish("room/new", 1, 3, 1);
    expect_seamless(take(client, 3), 1);
}

TEST_F(Subscribe, OfAnotherEpochIsToldAndBeginsAtTheStart) {
    publish("room/a", 1, 4);
    auto client = cluster.ws(0);
    const auto start = client.ok(from("room/a", {{"epoch", "0123456789abcdef"}, {"offset", 2}}));
    EXPECT_EQ(at(start, "resumed"), json::value(false));
    const auto gap = client.next_push();
    EXPECT_EQ(text(gap, "gap.reason"), "epoch_changed");
    EXPECT_EQ(text(gap, "gap.topic"), "room/a");
    expect_seamless(take(client, 4), 1);
}

TEST_F(Subscribe, ResumeOnTheOtherEdgeGoesOnWithoutLoss) {
    const int n = 1'000;
    const auto task = start_task({{"kind", "demo.count"}, {"input", {{"n", n}, {"interval_ms", 1}}}});
    std::vector<json::value> seen;
    json::value place = "start";
    std::string epoch;
    for (int visit = 0; seen.empty() || text(seen.back(), "type") != "task.completed"; ++visit) {
        auto client = cluster.ws(visit % 2);
        const auto start = client.ok(from("task/" + task, place));
        ASSERT_EQ(at(start, "resumed"), json::value(visit > 0));
        ASSERT_TRUE(epoch.empty() || epoch == text(start, "epoch"));
        epoch = text(start, "epoch");
        for (int i = 0; i < 150 && (seen.empty() || text(seen.back(), "type") != "task.completed"); ++i) {
            seen.push_back(client.next_push());
        }
        place = {{"epoch", epoch}, {"offset", number(seen.back(), "offset")}};
    }
    expect_seamless(seen, 1);
    expect_counts_to(seen, n);
}

TEST_F(Subscribe, SnapshotComesFirstAndThenWhatFollowsIt) {
    const auto task = start_task({{"kind", "demo.count"}, {"input", {{"n", 400}, {"interval_ms", 2}}}});
    ASSERT_TRUE(eventually([&] { return number(cluster.http().get("/v1/tasks/" + task).json(), "offset") > 40; }));
    auto client = cluster.ws(1);
    const auto start = client.ok(from("task/" + task, "snapshot"));
    const auto first = client.next_push();
    EXPECT_EQ(text(first, "snapshot.task"), task);
    EXPECT_EQ(text(first, "snapshot.state"), "RUNNING");
    EXPECT_EQ(text(first, "topic"), "task/" + task);
    EXPECT_EQ(number(first, "offset"), number(start, "offset"));
    EXPECT_EQ(number(first, "snapshot.offset"), number(start, "offset"));
    const auto rest = client.pushes_until_type("task.completed");
    expect_seamless(rest, number(start, "offset") + 1);
    EXPECT_EQ(client.error(from("room/a", "snapshot")), "bad_request");
    EXPECT_EQ(client.error(from("task/unknown", "snapshot")), "not_found");
}

TEST_F(Subscribe, FilterGetsWhatMatchesAndEachEventOnce) {
    auto client = cluster.ws(0);
    client.ok({{"cmd", "subscribe"}, {"filter", "room/#"}});
    client.ok({{"cmd", "subscribe"}, {"filter", "+/b"}});
    client.ok(from("room/b", "start"));
    publish("room/a", 1, 3, 1);
    publish("room/b", 1, 3, 1);
    publish("hall/b", 1, 3, 1);
    publish("hall/c", 1, 3, 1);
    publish("room/b/deep", 1, 3, 1);
    std::map<std::string, std::vector<json::value>> by_topic;
    for (auto& push : take(client, 12)) by_topic[text(push, "topic")].push_back(push);
    EXPECT_EQ(by_topic.size(), 4);
    for (const auto* topic : {"room/a", "room/b", "hall/b", "room/b/deep"}) {
        EXPECT_EQ(by_topic[topic].size(), 3) << topic;
        expect_seamless(by_topic[topic], 1);
    }
    EXPECT_TRUE(client.is_quiet(100));
    client.ok({{"cmd", "unsubscribe"}, {"filter", "room/#"}});
    publish("room/a", 4, 4);
    publish("hall/b", 4, 4);
    EXPECT_EQ(text(client.next_push(), "topic"), "hall/b");
    EXPECT_TRUE(client.is_quiet(100));
    for (const auto* wrong : {"room/#/x", "ro#m", "a+", "", "/", "#/"}) {
        EXPECT_EQ(client.error({{"cmd", "subscribe"}, {"filter", wrong}}), "bad_request") << wrong;
    }
    EXPECT_EQ(client.error({{"cmd", "subscribe"}, {"filter", "+/b"}}), "conflict");
}

TEST_F(Subscribe, ATopicThatAFilterHasBroughtAlreadyIsTakenUpWithoutSeam) {
    auto filtering = cluster.ws(0);
    filtering.ok({{"cmd", "subscribe"}, {"filter", "task/#"}});
    // At the same edge: a filter is answered before the broker has heard of it.
    const auto task = start_task({{"kind", "demo.count"}, {"input", {{"n", 600}, {"interval_ms", 1}}}}, 0);
    std::vector<json::value> all;
    while (all.size() < 100) all.push_back(filtering.next_push());
    auto other = cluster.ws(0);
    const auto start = other.ok(from("task/" + task, "now"));
    for (auto& push : filtering.pushes_until_type("task.completed")) all.push_back(std::move(push));
    expect_seamless(all, 1);
    expect_seamless(other.pushes_until_type("task.completed"), number(start, "offset") + 1);
}

TEST_F(Subscribe, ManyInOneRequestAreAnsweredOneByOne) {
    publish("room/a", 1, 2);
    auto client = cluster.ws(0);
    const auto answer = client.ok({{"cmd", "subscribe"},
                                   {"topics",
                                    {{{"topic", "room/a"}, {"from", "start"}},
                                     {{"topic", "room/b"}},
                                     {{"topic", "not//valid"}},
                                     {{"topic", "room/c"}, {"from", "yesterday"}}}}});
    const auto topics = items(answer, "topics");
    ASSERT_EQ(topics.size(), 4);
    EXPECT_EQ(text(topics[0], "topic"), "room/a");
    EXPECT_EQ(text(topics[1], "topic"), "room/b");
    EXPECT_EQ(text(topics[2], "error.code"), "bad_request");
    EXPECT_EQ(text(topics[3], "error.code"), "bad_request");
    expect_seamless(take(client, 2), 1);
    publish("room/b", 1, 1);
    EXPECT_EQ(text(client.next_push(), "topic"), "room/b");
}

TEST_F(Subscribe, TwiceIsAConflictAndUnsubscribingStopsTheEvents) {
    auto client = cluster.ws(0);
    client.ok(from("room/a", "now"));
    EXPECT_EQ(client.error(from("room/a", "now")), "conflict");
    client.ok({{"cmd", "unsubscribe"}, {"topic", "room/a"}});
    EXPECT_EQ(client.error({{"cmd", "unsubscribe"}, {"topic", "room/a"}}), "not_found");
    publish("room/a", 1, 3);
    EXPECT_TRUE(client.is_quiet(100));
    EXPECT_EQ(number(client.ok(from("room/a", "now")), "offset"), 3);
}

TEST_F(Subscribe, HistoryPagesForthAndBack) {
    publish("room/a", 1, 25);
    auto client = cluster.ws(1);
    std::vector<json::value> forth;
    std::int64_t after = 0;
    while (forth.size() < 25) {
        const auto page = client.ok({{"cmd", "history"}, {"topic", "room/a"}, {"after", after}, {"limit", 10}});
        EXPECT_EQ(number(page, "head"), 25);
        EXPECT_EQ(number(page, "tail"), 1);
        const auto events = items(page, "events");
        ASSERT_FALSE(events.empty());
        forth.insert(forth.end(), events.begin(), events.end());
        after = number(forth.back(), "offset");
    }
    expect_seamless(forth, 1);
    const auto newest = client.ok({{"cmd", "history"}, {"topic", "room/a"}, {"limit", 2}, {"reverse", true}});
    EXPECT_EQ(number(items(newest, "events").at(0), "offset"), 25);
    EXPECT_EQ(number(items(newest, "events").at(1), "offset"), 24);
    const auto older =
        client.ok({{"cmd", "history"}, {"topic", "room/a"}, {"limit", 3}, {"reverse", true}, {"after", 3}});
    ASSERT_EQ(items(older, "events").size(), 2);
    EXPECT_EQ(number(items(older, "events").at(0), "offset"), 2);
    const auto none = client.ok({{"cmd", "history"}, {"topic", "room/a"}, {"after", 25}});
    EXPECT_TRUE(items(none, "events").empty());
    const auto over_http = cluster.http(0).get("/v1/topics/room/a/events?after=20&limit=3").json();
    EXPECT_EQ(items(over_http, "events").size(), 3);
    EXPECT_EQ(number(items(over_http, "events").at(0), "offset"), 21);
}

}  // namespace
}  // namespace longwire::integration
