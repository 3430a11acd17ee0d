// The broker is killed in the middle of its writes, again and again, while clients publish and a task runs.
#include <atomic>
#include <thread>

#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class KilledCommit : public ClusterTest {
  protected:
    KilledCommit() : ClusterTest({.edges = 1, .log = "rocksdb"}) {}

    /// Publishes under its own keys until told to stop, many at a time, and keeps what was acknowledged: key -> offset.
    class Publisher {
      public:
        Publisher(const Cluster& cluster, std::string topic)
            : client_(cluster.ws(0)), topic_(std::move(topic)), thread_([this] { publish_until_stopped(); }) {}
        ~Publisher() { stop(); }
        Publisher(const Publisher&) = delete;
        Publisher& operator=(const Publisher&) = delete;

        void stop() {
            is_stopped_ = true;
            if (thread_.joinable()) thread_.join();
        }
        const std::string& topic() const { return topic_; }
        const std::vector<std::int64_t>& offsets() const { return offsets_; }  // by key
        std::size_t acknowledged() const { return acknowledged_; }

      private:
        void publish_until_stopped() {
            for (int key = 0; !is_stopped_; ++key) {
                const json::object event{{"cmd", "publish"},
                                         {"topic", topic_},
                                         {"type", "note"},
                                         {"data", key},
                                         {"key", "k" + std::to_string(key)}};
                json::value reply;
                while (!reply.is_object() || !reply.as_object().contains("ok")) reply = client_.ask(event);
                offsets_.push_back(number(reply, "ok.offset"));
                ++acknowledged_;
            }
        }

        WsClient client_;
        const std::string topic_;
        std::vector<std::int64_t> offsets_;
        std::atomic<std::size_t> acknowledged_{0};
        std::atomic<bool> is_stopped_{false};
        std::thread thread_;
    };

    /// All that the topic has, which must hold each acknowledged event once, at the place it was acknowledged at.
    void expect_kept(const Publisher& publisher) {
        auto client = cluster.ws(0);
        std::vector<json::value> events;
        while (true) {
            const auto page =
                client.ok({{"cmd", "history"}, {"topic", publisher.topic()}, {"after", events.size()}, {"limit", 500}});
            const auto more = at(page, "events").as_array();
            if (more.empty()) break;
            events.insert(events.end(), more.begin(), more.end());
        }
        expect_seamless(events, 1);
        ASSERT_EQ(events.size(), publisher.offsets().size()) << "each key is stored once";
        for (std::size_t key = 0; key < events.size(); ++key) {
            const auto offset = static_cast<std::size_t>(publisher.offsets()[key]);
            ASSERT_LE(offset, events.size());
            EXPECT_EQ(number(events[offset - 1], "data"), static_cast<std::int64_t>(key));
        }
    }

    void kill_under_load(int times) {
        const auto task = start_task({{"kind", "demo.echo"}, {"input", json::object{}}});
        const auto counting =
            start_task({{"kind", "demo.count"}, {"input", {{"n", 1'000'000}, {"interval_ms", 1}, {"bytes", 200}}}});
        wait_for_state(counting, "RUNNING");
        {
            Publisher first(cluster, "room/first");
            Publisher second(cluster, "room/second");
            for (int i = 0; i < times; ++i) {
                const auto before = first.acknowledged() + second.acknowledged();
                const auto enough = before + 3 + static_cast<std::size_t>(i % 7) * 5;
                ASSERT_TRUE(eventually([&] { return first.acknowledged() + second.acknowledged() >= enough; }))
                    << "after " << i << " deaths";
                Cluster::kill(cluster.broker());
                cluster.start_broker();
            }
            first.stop();
            second.stop();
            expect_kept(first);
            expect_kept(second);
        }
        auto client = cluster.ws(0);
        client.ok({{"cmd", "cancel"}, {"task", counting}});
        client.ok({{"cmd", "input"}, {"task", task}, {"data", {{"end", true}}}});
        wait_for_state(task, "COMPLETED");
        EXPECT_EQ(number(wait_for_state(counting, "CANCELLED"), "attempt"), 1) << "no attempt was lost";
        client.ok({{"cmd", "subscribe"}, {"topic", "task/" + counting}, {"from", "start"}});
        const auto story = client.pushes_until_type("task.cancelled");
        expect_seamless(story, 1);
        std::int64_t expected = 0;
        for (const auto& data : data_of(story, "log")) ASSERT_EQ(number(data, "i"), ++expected);
        EXPECT_GT(expected, 0);
        cluster.stop();
        const auto checked =
            run({program_path("longwire-broker"), {"--check", "--data-dir", folder / "broker-data"}, {}, {}},
                folder / "check");
        EXPECT_EQ(checked.ending, (Ending{0, 0})) << checked.err;
        EXPECT_NE(checked.out.find("sound: "), std::string::npos) << checked.out;
    }
};

TEST_F(KilledCommit, NothingAcknowledgedIsLostOverTwentyDeaths) {
    kill_under_load(scaled(20));
}

using SlowKilledCommit = KilledCommit;

TEST_F(SlowKilledCommit, NothingAcknowledgedIsLostOverTwoHundredDeaths) {
    kill_under_load(scaled(200));
}

}  // namespace
}  // namespace longwire::integration
