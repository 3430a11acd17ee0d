// Clients, and an edge, that are too slow for what there is for them.
#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>

#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

constexpr int kSmallBufferBytes = 4096;
constexpr int kPosts = 30;
constexpr int kPerPost = 100;

json::object subscribe(const std::string& topic, json::value from) {
    return {{"cmd", "subscribe"}, {"topic", topic}, {"from", std::move(from)}};
}

std::string piece(int i) {
    return std::to_string(i) + std::string(300, '.') + " ";
}

/// What a client knows after some pushes, and that it may.
class Reader {
  public:
    explicit Reader(std::int64_t after) : place_(after) {}

    void read(const json::value& push) {
        if (has(push, "merged")) {
            ++merged_;
            EXPECT_EQ(left_, 0) << "within another stretch";
            EXPECT_EQ(number(push, "merged.from"), place_ + 1);
            EXPECT_EQ(number(push, "merged.events"), number(push, "merged.to") - place_);
            end_ = number(push, "merged.to");
            left_ = number(push, "merged.left");
        } else if (has(push, "gap")) {
            EXPECT_EQ(text(push, "gap.reason"), "slow") << json::serialize(push);
            EXPECT_GT(number(push, "gap.from"), place_);
            place_ = number(push, "gap.to");
        } else {
            read_event(push);
        }
    }

    /// The connection has ended, perhaps within a stretch.
    void end_stretch() { left_ = 0; }

    std::int64_t place() const { return place_; }
    int merged() const { return merged_; }
    const std::string& text_so_far() const { return text_; }
    const std::vector<std::int64_t>& calls() const { return calls_; }

  private:
    void read_event(const json::value& push) {
        const auto offset = number(push, "offset");
        if (left_ > 0) {
            EXPECT_GT(offset, place_);
            --left_;
            EXPECT_EQ(left_ == 0, offset == end_);
        } else {
            EXPECT_EQ(offset, place_ + 1) << json::serialize(push).substr(0, 200);
        }
        place_ = offset;
        if (text(push, "type") == "text.delta") text_ += text(push, "data.text");
        if (text(push, "type") == "tool.call") calls_.push_back(number(push, "data.i"));
    }

    std::int64_t place_;
    std::int64_t end_ = 0;
    std::int64_t left_ = 0;
    int merged_ = 0;
    std::string text_;
    std::vector<std::int64_t> calls_;
};

class LaggingClient : public ClusterTest {
  protected:
    explicit LaggingClient(Arguments more = {}, std::string log = "memory")
        : ClusterTest(options(std::move(more), std::move(log))) {}

    WsClient slow(int edge = 0) const { return WsClient(TcpStream(cluster.port(edge), kSmallBufferBytes)); }

    /// Texts, progress, and now and then a call of a tool: much more than fits into a connection. Then "the.end".
    void publish_all(const std::string& topic, int edge = 0) const {
        for (int post = 0; post < kPosts; ++post) publish_post(topic, post, edge);
        publish(topic, {{{"type", "the.end"}}}, edge);
    }
    void publish_post(const std::string& topic, int post, int edge) const {
        json::array events;
        for (int i = 0; i < kPerPost; ++i) {
            events.push_back({{"type", "text.delta"}, {"data", {{"stream", "s"}, {"text", piece(i)}}}});
            events.push_back({{"type", "task.progress"}, {"data", {{"progress", 0.01 * i}}}});
        }
        events.push_back({{"type", "tool.call"}, {"data", {{"i", post}}}});
        publish(topic, std::move(events), edge);
    }
    void publish(const std::string& topic, json::array events, int edge) const {
        const auto reply = cluster.http(edge).post("/v1/topics/" + topic + "/events", json::value(std::move(events)));
        ASSERT_EQ(reply.status, 201) << reply.body;
    }

    /// That a reader of all of it has read all that matters.
    static void expect_whole(const Reader& reader, int posts = kPosts) {
        std::string all;
        for (int i = 0; i < posts * kPerPost; ++i) all += piece(i % kPerPost);
        EXPECT_TRUE(reader.text_so_far() == all) << reader.text_so_far().size() << " bytes instead of " << all.size();
        std::vector<std::int64_t> calls(static_cast<std::size_t>(posts));
        std::iota(calls.begin(), calls.end(), 0);
        EXPECT_EQ(reader.calls(), calls);
        EXPECT_EQ(reader.place(), posts * (2 * kPerPost + 1) + 1);
    }

    static void read_to_the_end(WsClient& client, Reader& reader) {
        for (const auto& push : client.pushes_until_type("the.end", Deadline(60'000))) reader.read(push);
    }

    double metric(const std::string& name, int edge = 0) const {
        for (const auto& line : lines_of(cluster.http(edge).get("/metrics").body)) {
            if (line.starts_with(name + " ")) return std::stod(line.substr(name.size()));
        }
        return -1;
    }

  private:
    static Cluster::Options options(Arguments more, std::string log) {
        Cluster::Options options;
        options.log = std::move(log);
        options.edge = {"--outbox-full-bytes", "65536", "--outbox-bytes-max", "524288"};
        options.merge_after_ms = 0;
        options.edge.insert(options.edge.end(), more.begin(), more.end());
        return options;
    }
};

TEST_F(LaggingClient, IsMergedAndMissesNothingThatMatters) {
    auto client = slow();
    auto quick = cluster.ws(0);
    client.ok(subscribe("room/a", "now"));
    quick.ok({{"cmd", "subscribe"}, {"topic", "room/a"}, {"conflate_ms", 0}});
    publish_all("room/a");
    Reader every(0);
    read_to_the_end(quick, every);
    expect_whole(every);
    EXPECT_EQ(every.merged(), 0);
    Reader reader(0);
    read_to_the_end(client, reader);
    expect_whole(reader);
    EXPECT_GT(reader.merged(), 0);
    const auto ledger = client.ok({{"cmd", "ledger"}, {"topic", "room/a"}});
    const auto given = [&](const std::string& what) { return number(ledger, "received.given." + what); };
    EXPECT_EQ(given("due"), 2 * reader.place());
    EXPECT_EQ(given("due"), given("events") + given("merged") + given("gap"));
    EXPECT_GT(given("merged"), 0);
    EXPECT_EQ(metric("longwire_ledger_differences_total{hop=\"edge to client\"}"), 0);
}

TEST_F(LaggingClient, IsNamedUntilItHasCaughtUp) {
    auto client = slow();
    const auto connection = text(client.ok({{"cmd", "hello"}}), "connection");
    client.ok({{"cmd", "subscribe"}, {"topic", "room/a"}, {"conflate_ms", 0}});
    publish_all("room/a");
    const auto named = [&] { return parse_lines(cluster.run_cli({"slow", "--json"}).out); };
    ASSERT_TRUE(eventually([&] { return !named().empty(); }));
    const auto behind = named().at(0);
    EXPECT_EQ(text(behind, "connection"), connection);
    EXPECT_EQ(text(behind, "user"), "dev");
    EXPECT_EQ(text(behind, "address"), "127.0.0.1");
    EXPECT_EQ(number(behind, "topics"), 1);
    EXPECT_GT(number(behind, "events"), 0);
    EXPECT_GE(number(behind, "unsent_bytes"), 65'536);
    EXPECT_NE(cluster.run_cli({"slow"}).out.find(connection), std::string::npos);
    Reader reader(0);
    read_to_the_end(client, reader);
    expect_whole(reader);
    EXPECT_TRUE(eventually([&] { return named().empty(); }));
}

TEST_F(LaggingClient, ThatAsksForEveryEventGetsItLate) {
    auto client = slow();
    client.ok({{"cmd", "subscribe"}, {"topic", "room/a"}, {"conflate_ms", 0}});
    publish_all("room/a");
    Reader reader(0);
    read_to_the_end(client, reader);
    expect_whole(reader);
    EXPECT_EQ(reader.merged(), 0);
}

TEST_F(LaggingClient, OfAFilterIsToldWhatItMissed) {
    auto client = slow();
    client.ok({{"cmd", "subscribe"}, {"filter", "room/+"}});
    publish_all("room/a");
    // What it can't be given is told when there is room again: until then it is not known when that will be.
    const auto is_gap = [](const json::value& push) { return has(push, "gap"); };
    const auto pushes = client.pushes_until(is_gap);
    std::int64_t expected = 1;
    for (const auto& push : pushes) {
        if (is_gap(push)) continue;
        EXPECT_EQ(number(push, "offset"), expected++);
    }
    EXPECT_EQ(number(pushes.back(), "gap.from"), expected);
    EXPECT_EQ(text(pushes.back(), "gap.reason"), "slow");
    publish("room/a", {{{"type", "after"}}}, 1);
    const auto last = client.pushes_until_type("after");
    EXPECT_EQ(number(last.back(), "offset"), kPosts * (2 * kPerPost + 1) + 2);
}

class StalledClient : public LaggingClient {
  protected:
    explicit StalledClient(const std::string& stalled_ms = "500", const std::string& log = "memory")
        : LaggingClient({"--stalled-ms", stalled_ms}, log) {}

    bool is_closed() const { return metric("longwire_edge_too_slow_total") == 1; }

    /// Of a client that has been closed as too slow.
    static void read_what_is_left(WsClient& client, Reader& reader) {
        int code = 0;
        try {
            while (true) reader.read(client.next_push());
        } catch (const std::runtime_error&) {
            code = client.wait_closed(Deadline(0));
        }
        EXPECT_EQ(code, 4410);
        reader.end_stretch();
    }

    void go_on_elsewhere(const std::string& epoch, Reader& reader) const {
        auto other = cluster.ws(1);
        const auto start = other.ok(subscribe("room/a", {{"epoch", epoch}, {"offset", reader.place()}}));
        EXPECT_EQ(at(start, "resumed"), json::value(true));
        read_to_the_end(other, reader);
    }
};

TEST_F(StalledClient, IsClosedAndResumesOnTheOtherEdge) {
    auto client = slow(0);
    const auto epoch = text(client.ok(subscribe("room/a", "now")), "epoch");
    publish_all("room/a", 1);
    ASSERT_TRUE(eventually([&] { return is_closed(); }));
    Reader reader(0);
    read_what_is_left(client, reader);
    EXPECT_LT(reader.place(), kPosts * (2 * kPerPost + 1));
    go_on_elsewhere(epoch, reader);
    expect_whole(reader);
    EXPECT_EQ(metric("longwire_edge_too_slow_total", 1), 0) << "those who read are left alone";
}

class SlowStalledClient : public StalledClient {
  protected:
    SlowStalledClient() : StalledClient("60000", "rocksdb") {}

    std::int64_t edge_resident_kib() {
        const auto status = read_text("/proc/" + std::to_string(cluster.edge(0).pid()) + "/status");
        return std::stoll(status.substr(status.find("VmRSS:") + 6));
    }
};

TEST_F(SlowStalledClient, ThatReadsNothingForAMinuteUnderLoadLosesNothingAndCostsNothing) {
    constexpr std::int64_t kGrowthKibMax = 16 << 10;
    constexpr int kPostsToBeMerged = 30;  // more than its outbox and the sockets between hold
    auto client = slow(0);
    const auto epoch = text(client.ok(subscribe("room/a", "now")), "epoch");
    std::atomic<int> posts = 0;
    std::atomic<bool> is_over = false;
    std::thread load([&] {
        // About 4,000 events/s.
        while (!eventually([&] { return is_over.load(); }, Deadline(50))) {
            publish_post("room/a", posts, 1);
            ++posts;
        }
        publish("room/a", {{{"type", "the.end"}}}, 1);
    });
    Reader reader(0);
    EXPECT_TRUE(eventually([&] { return posts > kPostsToBeMerged; }, Deadline(60'000)));
    while (reader.merged() == 0) reader.read(client.next_push());

    const auto before_kib = edge_resident_kib();
    std::int64_t most_kib = 0;
    const auto is_closed_now = [&] {
        most_kib = std::max(most_kib, edge_resident_kib());
        return is_closed();
    };
    EXPECT_TRUE(eventually(is_closed_now, Deadline(120'000)));
    EXPECT_LT(most_kib, before_kib + kGrowthKibMax);
    is_over = true;
    load.join();
    read_what_is_left(client, reader);
    go_on_elsewhere(epoch, reader);
    expect_whole(reader, posts);
}

}  // namespace
}  // namespace longwire::integration
