// Members of topics, while what holds them there is killed.
#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class PresenceTest : public ClusterTest {
  protected:
    PresenceTest() : ClusterTest({.log = "rocksdb", .broker = {"--presence-grace-ms", "4000"}}) {}

    static void join(WsClient& client, const std::string& member) {
        client.ok({{"cmd", "join"}, {"topic", "room/a"}, {"as", member}, {"info", {{"n", 1}}}});
    }
    static std::string members(WsClient& client) {
        std::string names;
        for (const auto& member : items(client.ok({{"cmd", "presence"}, {"topic", "room/a"}}), "members")) {
            names += text(member, "id") + " ";
        }
        return names;
    }
    static std::string brief(const json::value& push) {
        const auto& data = at(push, "data");
        const auto what = text(push, "type") + " " + text(data, "member");
        return text(push, "type") == "presence.leave" ? what + " " + text(data, "reason") : what;
    }
};

TEST_F(PresenceTest, WhoMovesFromAKilledEdgeWasNeverGoneAndWhoDoesNotIs) {
    auto watcher = cluster.ws(1);
    watcher.ok({{"cmd", "subscribe"}, {"topic", "room/a"}});
    auto ann = cluster.ws(0);
    auto bob = cluster.ws(0);
    join(ann, "ann");
    join(bob, "bob");
    EXPECT_EQ(brief(watcher.next_push()), "presence.join ann");
    EXPECT_EQ(brief(watcher.next_push()), "presence.join bob");
    Cluster::kill(cluster.edge(0));
    auto moved = cluster.ws(1);
    join(moved, "ann");
    EXPECT_EQ(members(watcher), "ann bob ");
    EXPECT_EQ(brief(watcher.next_push()), "presence.leave bob lost");
    EXPECT_EQ(members(watcher), "ann ");
    moved.ok({{"cmd", "leave"}, {"topic", "room/a"}});
    EXPECT_EQ(brief(watcher.next_push()), "presence.leave ann left");
}

TEST_F(PresenceTest, EdgesTellARestartedBrokerWhoIsThere) {
    auto watcher = cluster.ws(1);
    watcher.ok({{"cmd", "subscribe"}, {"topic", "room/a"}, {"from", "start"}});
    auto ann = cluster.ws(1);
    auto bob = cluster.ws(0);
    join(ann, "ann");
    join(bob, "bob");
    EXPECT_EQ(brief(watcher.next_push()), "presence.join ann");
    EXPECT_EQ(brief(watcher.next_push()), "presence.join bob");
    Cluster::kill(cluster.edge(0));
    Cluster::kill(cluster.broker());
    cluster.start_broker();
    // By the time bob's grace is over, so is that of whoever has not been told of.
    EXPECT_EQ(brief(watcher.next_push()), "presence.leave bob lost");
    EXPECT_EQ(members(watcher), "ann ");
    ann.ok({{"cmd", "leave"}, {"topic", "room/a"}});
    EXPECT_EQ(brief(watcher.next_push()), "presence.leave ann left");
}

TEST_F(PresenceTest, ACleanCloseIsALeave) {
    auto watcher = cluster.ws(1);
    watcher.ok({{"cmd", "subscribe"}, {"topic", "room/a"}});
    auto ann = cluster.ws(0);
    join(ann, "ann");
    EXPECT_EQ(brief(watcher.next_push()), "presence.join ann");
    ann.send_frame(8, std::string("\x03\xe8", 2));
    EXPECT_EQ(brief(watcher.next_push()), "presence.leave ann left");
}

}  // namespace
}  // namespace longwire::integration
