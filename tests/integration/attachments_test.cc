// Tasks that end when nobody is there for them, through the deaths of edges and brokers.
#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

constexpr int kGraceS = kIsSanitized ? 10 : 3;

class Attachments : public ClusterTest {
  protected:
    Attachments() : ClusterTest({.log = "rocksdb"}) {}

    /// It goes on for twice the grace time, or for as good as ever.
    static json::object counting(const std::string& task, bool is_endless = false) {
        return {{"cmd", "start"},
                {"kind", "demo.count"},
                {"task", task},
                {"input", {{"n", is_endless ? 100'000 : kGraceS * 200}, {"interval_ms", 10}}},
                {"on_disconnect", "cancel"},
                {"disconnect_grace_s", kGraceS}};
    }
};

TEST_F(Attachments, AClientThatComesBackElsewhereKeepsItsTask) {
    {
        auto client = cluster.ws(0);
        client.ok(counting("kept"));
        client.ok(counting("lost", true));
        wait_for_state("kept", "RUNNING");
    }
    auto client = cluster.ws(1);
    EXPECT_EQ(text(client.ok({{"cmd", "attach"}, {"task", "kept"}}), "state"), "RUNNING");
    client.ok({{"cmd", "subscribe"}, {"topic", "task/lost"}, {"from", "start"}});
    EXPECT_EQ(text(data_of(client.pushes_until_type("task.cancelled"), "task.cancelling").at(0), "reason"),
              "disconnected");
    wait_for_state("kept", "COMPLETED", 1);
}

TEST_F(Attachments, AKilledEdgeCountsAsAllItsConnectionsGone) {
    auto doomed = cluster.ws(0);
    doomed.ok(counting("of-the-dead", true));
    auto client = cluster.ws(1);
    client.ok(counting("of-the-living"));
    Cluster::kill(cluster.edge(0));
    wait_for_state("of-the-dead", "CANCELLED", 1);
    wait_for_state("of-the-living", "COMPLETED", 1);
}

TEST_F(Attachments, ABrokerThatDiesIsToldAnewWhoIsThere) {
    auto client = cluster.ws(0);
    client.ok(counting("t"));
    wait_for_state("t", "RUNNING");
    Cluster::kill(cluster.broker());
    cluster.start_broker();
    cluster.wait_until_ready(0);
    wait_for_state("t", "COMPLETED");
    EXPECT_EQ(client.error({{"cmd", "attach"}, {"task", "nobody"}}), "not_found");
}

TEST_F(Attachments, AStartOverHttpWaitsForSomebodyToAttach) {
    const auto begin = [&](const std::string& task, bool is_endless) {
        auto body = counting(task, is_endless);
        body["connection"] = "conn-of-nobody";
        return cluster.http().post("/v1/tasks", json::value(body)).status;
    };
    EXPECT_EQ(begin("adopted", false), 201);
    EXPECT_EQ(begin("orphan", true), 201);
    auto client = cluster.ws(1);
    client.ok({{"cmd", "attach"}, {"task", "adopted"}});
    wait_for_state("orphan", "CANCELLED");
    wait_for_state("adopted", "COMPLETED");
}

}  // namespace
}  // namespace longwire::integration
