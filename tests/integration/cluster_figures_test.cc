// How brokers and edges say that they are doing.
#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class ClusterFigures : public ClusterTest {
  protected:
    json::value figures(int edge = 0) const {
        auto reply = cluster.http(edge).get("/v1/cluster");
        EXPECT_EQ(reply.status, 200) << reply.body;
        return reply.json();
    }
    /// How many events have lately come by a hop, at all nodes of that kind.
    static std::int64_t passed(const json::value& figures, const std::string& nodes, const std::string& hop) {
        std::int64_t events = 0;
        for (const auto& node : items(figures, nodes)) {
            for (const auto& ages : items(node, "ages")) {
                if (text(ages, "hop") == hop) events += number(ages, "events");
            }
        }
        return events;
    }
    bool metric_is_above(const std::string& name, double least, int edge = 0) const {
        for (const auto& line : lines_of(cluster.http(edge).get("/metrics").body)) {
            if (line.starts_with(name + " ")) return std::stod(line.substr(name.size())) > least;
        }
        return false;
    }
};

TEST_F(ClusterFigures, AnyEdgeTellsOfAllAndOfEachHop) {
    auto client = cluster.ws(1);
    client.ok({{"cmd", "start"}, {"kind", "demo.count"}, {"input", {{"n", 100}}}, {"watch", true}});
    client.pushes_until_type("task.completed");
    const auto is_told = [&] {
        const auto told = figures();
        return passed(told, "brokers", "broker") >= 100 && passed(told, "brokers", "log") >= 100 &&
               passed(told, "edges", "edge") >= 100 && passed(told, "edges", "client") >= 100;
    };
    EXPECT_TRUE(eventually(is_told)) << json::serialize(figures());
    const auto told = client.ok({{"cmd", "cluster"}});
    ASSERT_EQ(items(told, "brokers").size(), 1U);
    const auto broker = items(told, "brokers").at(0);
    EXPECT_GE(number(broker, "events"), 103);
    EXPECT_EQ(number(broker, "workers"), 1);
    EXPECT_EQ(at(broker, "takes_work"), json::value(true));
    EXPECT_TRUE(text(broker, "version").starts_with("longwire-broker "));
    ASSERT_EQ(items(told, "edges").size(), 2U);
    std::int64_t delivered = 0;
    for (const auto& edge : items(told, "edges")) {
        EXPECT_GT(number(edge, "reported_us"), number(edge, "started_us"));
        EXPECT_TRUE(items(edge, "slow").empty());
        delivered += number(edge, "delivered");
    }
    EXPECT_GE(delivered, 100);
    EXPECT_TRUE(eventually([&] {
        return metric_is_above("longwire_event_age_seconds_count{hop=\"edge\"}", 99, 1) &&
               metric_is_above("longwire_event_age_seconds_count{hop=\"client\"}", 99, 1) &&
               metric_is_above("longwire_event_age_seconds_bucket{hop=\"client\",le=\"+Inf\"}", 99, 1);
    }));
}

TEST_F(ClusterFigures, AnEdgeThatIsKilledIsGoneFromThem) {
    ASSERT_TRUE(eventually([&] { return items(figures(1), "edges").size() == 2; }));
    Cluster::kill(cluster.edge(0));
    EXPECT_TRUE(eventually([&] { return items(figures(1), "edges").size() == 1; }));
}

TEST_F(ClusterFigures, ATerminalShowsThem) {
    const auto shown = cluster.run_cli({"cluster"});
    ASSERT_EQ(shown.ending, (Ending{0, 0})) << shown.err;
    for (const auto* const word : {"BROKER", "EDGE", "edge-1", "longwire-broker"}) {
        EXPECT_NE(shown.out.find(word), std::string::npos) << shown.out;
    }
    const auto as_json = cluster.run_cli({"cluster", "--json"});
    EXPECT_EQ(items(parse_lines(as_json.out).at(0), "edges").size(), 2U);
    const auto slow = cluster.run_cli({"slow"});
    EXPECT_EQ(slow.ending, (Ending{0, 0}));
    EXPECT_EQ(slow.out, "no client is behind\n");
}

}  // namespace
}  // namespace longwire::integration
