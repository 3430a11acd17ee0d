// The broker's disk is full: new work is refused, everything else goes on, and nothing is lost.
#include "tests/integration/support/cluster.h"
#include "tests/support/small_disk.h"

namespace longwire::integration {
namespace {

class BrokerOnAFullDisk : public testing::Test {
  protected:
    static constexpr std::uint64_t kReserveBytes = 32 << 20;
    static constexpr int kManyEvents = 1200;  // of 100 kB: more than what a file may have been promised already

    void SetUp() override {
        if (!disk.why_not().empty()) GTEST_SKIP() << "no disk of its own for this test: " << disk.why_not();
    }
    void TearDown() override { disk.make_room(); }

    void start(std::uint64_t reserve_bytes) {
        Cluster::Options options;
        options.edges = 1;
        options.log = "rocksdb";
        options.broker = {"--reserve-bytes", std::to_string(reserve_bytes), "--metrics", "127.0.0.1:0",
                          "--cache-bytes",   std::to_string(32 << 20)};
        cluster.emplace(folder, options);
    }

    /// Publishes until the answer is, or is no longer, that there is no room.
    json::value publish_until(WsClient& client, bool is_refused) {
        json::value reply;
        EXPECT_TRUE(eventually([&] {
            reply = client.ask({{"cmd", "publish"}, {"topic", "room/a"}, {"type", "note"}, {"data", 1}});
            return (text(reply, "error.code") == "unavailable") == is_refused;
        })) << json::serialize(reply);
        return reply;
    }

    /// Fills the disk while a task writes: a write of its gets stuck.
    void fill_under(WsClient& client) {
        client.ok({{"cmd", "start"},
                   {"kind", "demo.count"},
                   {"task", "count"},
                   {"input", {{"n", kManyEvents}, {"bytes", 100'000}, {"interval_ms", 1}}},
                   {"watch", true}});
        client.pushes_until_type("task.started");
        disk.fill();
        cluster->broker().wait_for_error_line("no new work is taken");
    }

    static std::string state_of(WsClient& client, const std::string& task) {
        return text(client.ask({{"cmd", "state"}, {"task", task}}), "ok.state");
    }

    double metric(const std::string& name) {
        const auto line = cluster->broker().wait_for_error_line("metrics are served");
        const auto port = std::stoi(line.substr(line.find("port=") + 5));
        const auto page = HttpClient(static_cast<std::uint16_t>(port)).get("/metrics").body;
        for (const auto& row : lines_of(page)) {
            if (row.starts_with(name + " ")) return std::stod(row.substr(name.size() + 1));
        }
        ADD_FAILURE() << "no metric " << name << " in " << page;
        return -1;
    }

    TestFolder folder;
    SmallDisk disk{folder / "broker-data", 256 << 20};
    std::optional<Cluster> cluster;
};

TEST_F(BrokerOnAFullDisk, NewWorkIsRefusedUntilThereIsRoomAndNothingIsLost) {
    start(kReserveBytes);
    auto client = cluster->ws(0);
    client.ok({{"cmd", "start"}, {"kind", "demo.count"}, {"task", "held"}, {"hold", true}, {"input", {{"n", 1}}}});
    client.ok({{"cmd", "start"}, {"kind", "demo.echo"}, {"task", "echo"}, {"input", json::object{}}});
    client.ok(
        {{"cmd", "start"}, {"kind", "demo.count"}, {"task", "count"}, {"input", {{"n", 4000}, {"interval_ms", 1}}}});
    auto watcher = cluster->ws(0);
    watcher.ok({{"cmd", "subscribe"}, {"topic", "task/count"}, {"from", "start"}});
    std::vector<json::value> seen;
    seen.reserve(5'000);
    for (int i = 0; i < 50; ++i) seen.push_back(watcher.next_push());

    disk.fill(kReserveBytes / 2);
    const auto refusal = publish_until(client, true);
    EXPECT_NE(text(refusal, "error.message").find("disk"), std::string::npos) << json::serialize(refusal);
    EXPECT_GT(number(refusal, "error.retry_after_ms"), 0);
    for (const json::object& command : {json::object{{"cmd", "start"}, {"kind", "demo.count"}, {"input", {{"n", 1}}}},
                                        json::object{{"cmd", "run"}, {"task", "held"}},
                                        json::object{{"cmd", "input"}, {"task", "echo"}, {"data", "hello"}}}) {
        EXPECT_EQ(text(client.ask(command), "error.code"), "unavailable") << json::serialize(command);
    }
    EXPECT_EQ(state_of(client, "echo"), "RUNNING");
    client.ok({{"cmd", "tasks"}});
    client.ok({{"cmd", "subscribe"}, {"topic", "task/count"}, {"from", "start"}});
    EXPECT_EQ(text(client.next_push(), "type"), "task.queued");
    EXPECT_TRUE(eventually([&] { return metric("longwire_broker_takes_work") == 0; }));
    cluster->broker().wait_for_error_line("no new work is taken");

    disk.make_room();
    publish_until(client, false);
    cluster->broker().wait_for_error_line("there is room on the disk again");
    EXPECT_TRUE(eventually([&] { return metric("longwire_broker_takes_work") == 1; }));
    client.ok({{"cmd", "input"}, {"task", "echo"}, {"data", {{"end", true}}}});
    for (auto& push : watcher.pushes_until_type("task.completed")) seen.push_back(std::move(push));
    expect_seamless(seen, 1);
    expect_counts_to(seen, 4000);
    EXPECT_EQ(data_of(seen, "task.started").size(), 1U) << "no attempt was lost";
}

TEST_F(BrokerOnAFullDisk, ABrokerThatDiesWithAWriteStuckLosesNothingThatWasAcknowledged) {
    start(0);
    auto client = cluster->ws(0);
    fill_under(client);
    Cluster::kill(cluster->broker());
    disk.make_room();
    cluster->start_broker();
    EXPECT_TRUE(eventually([&] { return state_of(client, "count") == "COMPLETED"; }));
    auto watcher = cluster->ws(0);
    watcher.ok({{"cmd", "subscribe"}, {"topic", "task/count"}, {"from", "start"}});
    const auto seen = watcher.pushes_until_type("task.completed");
    expect_seamless(seen, 1);
    expect_counts_to(seen, kManyEvents);
}

TEST_F(BrokerOnAFullDisk, ABrokerMayBeStoppedWhileAWriteIsStuck) {
    start(0);
    auto client = cluster->ws(0);
    fill_under(client);
    EXPECT_EQ(cluster->broker().end(SIGTERM), (Ending{0, 0}));
    disk.make_room();
    cluster->start_broker();
    EXPECT_TRUE(eventually([&] { return state_of(client, "count") == "COMPLETED"; }));
}

}  // namespace
}  // namespace longwire::integration
