// Much is behind: an edge that stood still, and a client that comes back with hundreds of topics.
#include <csignal>

#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

constexpr std::int64_t kWindowBytes = 1 << 20;

class CatchUp : public ClusterTest {
  protected:
    CatchUp() : ClusterTest({.edge = {"--window-bytes", std::to_string(kWindowBytes)}}) {}

    void publish(const std::string& topic, int count, std::size_t bytes_each, int edge) const {
        const json::value data(std::string(bytes_each, 'x'));
        json::array events(static_cast<std::size_t>(count), json::object{{"type", "note"}, {"data", data}});
        const auto reply = cluster.http(edge).post("/v1/topics/" + topic + "/events", json::value(std::move(events)));
        ASSERT_EQ(reply.status, 201) << reply.body;
    }

    std::int64_t broker_bytes() {
        for (const auto& line : lines_of(read_text("/proc/" + std::to_string(cluster.broker().pid()) + "/status"))) {
            if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6)) * 1024;
        }
        return -1;
    }
};

TEST_F(CatchUp, AnEdgeThatStoodStillGoesOnWithoutAGapAndCostTheBrokerNoQueue) {
    constexpr int kPosts = 16;
    constexpr int kPerPost = 50;
    constexpr std::size_t kEventBytes = 20'000;
    auto client = cluster.ws(0);
    client.ok({{"cmd", "subscribe"}, {"topic", "room/a"}, {"conflate_ms", 0}});
    std::vector<json::value> offsets;
    const auto publish_all = [&] {
        for (int i = 0; i < kPosts; ++i) publish("room/a", kPerPost, kEventBytes, 1);
    };
    const auto read_all = [&] {
        for (int i = 0; i < kPosts * kPerPost; ++i)
            offsets.push_back({{"offset", number(client.next_push(), "offset")}});
    };
    const auto empty = broker_bytes();
    publish_all();
    read_all();
    const auto kept = broker_bytes() - empty;

    cluster.edge(0).send_signal(SIGSTOP);
    publish_all();
    const auto more = broker_bytes() - empty - kept;
    cluster.edge(0).send_signal(SIGCONT);
    read_all();
    expect_seamless(offsets, 1);
    // The log keeps both halves alike. A queue for the edge would be the second one over again.
    const std::int64_t half = kPosts * kPerPost * static_cast<std::int64_t>(kEventBytes);
    if (!kIsSanitized) {
        EXPECT_LT(more, kept + kWindowBytes + half / 2);
    }
}

TEST_F(CatchUp, HundredsOfTopicsAreResumedElsewhereByOneRequest) {
    const int n = scaled(500);
    const auto name = [](int i) { return "room/" + std::to_string(i); };
    for (int i = 0; i < n; ++i) publish(name(i), 3, 10, 0);
    const auto subscribe = [&](WsClient& client, const std::function<json::value(int)>& from) {
        json::array topics;
        for (int i = 0; i < n; ++i) topics.push_back({{"topic", name(i)}, {"from", from(i)}});
        return items(client.ok({{"cmd", "subscribe"}, {"topics", std::move(topics)}}), "topics");
    };
    auto client = cluster.ws(0);
    const auto first = subscribe(client, [](int) { return json::value("start"); });
    ASSERT_EQ(first.size(), static_cast<std::size_t>(n));
    std::map<std::string, std::vector<json::value>> seen;
    const auto read = [&](WsClient& from, int count) {
        for (int i = 0; i < count; ++i) {
            auto push = from.next_push();
            seen[text(push, "topic")].push_back(std::move(push));
        }
    };
    read(client, n * 3);
    Cluster::kill(cluster.edge(0));
    for (int i = 0; i < n; ++i) publish(name(i), 2, 10, 1);
    auto other = cluster.ws(1);
    const auto again = subscribe(other, [&](int i) -> json::value {
        return {{"epoch", at(first[static_cast<std::size_t>(i)], "epoch")}, {"offset", 3}};
    });
    for (int i = 0; i < n; ++i) {
        const auto& answer = again.at(static_cast<std::size_t>(i));
        EXPECT_EQ(text(answer, "topic"), name(i));
        EXPECT_EQ(at(answer, "resumed"), json::value(true));
    }
    read(other, n * 2);
    for (int i = 0; i < n; ++i) {
        EXPECT_EQ(seen[name(i)].size(), 5);
        expect_seamless(seen[name(i)], 1);
    }
    EXPECT_TRUE(other.is_quiet(50));
    cluster.start_edge(0);
}

}  // namespace
}  // namespace longwire::integration
