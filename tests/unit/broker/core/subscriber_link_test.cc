#include <gmock/gmock.h>
#include <optional>

#include "protocol/topic.h"
#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

struct SubscriberLink : ::testing::Test {
    World world;
    FakeEdge& edge = world.edge();

    static Answer publish(FakeEdge& by, const std::string& topic, const std::string& type,
                          const std::string& more = "") {
        return by.ask("publish", R"({"topic":")" + topic + R"(","type":")" + type + "\"" + more + "}");
    }
    Answer publish(const std::string& topic, const std::string& type, const std::string& more = "") {
        return publish(edge, topic, type, more);
    }
    /// A Subscribe of the test's own wording, by an edge that the test plays itself.
    link::Subscribed subscribe_by_hand(std::string_view topic, std::uint64_t epoch, std::uint64_t after) {
        BrokerInbox in;
        BrokerOutbox out;
        const auto path = path_of(topic);
        in.from_edges.push_back({"hand", link::encode(1, link::EdgeHello{1, "hand", 1 << 20})});
        in.from_edges.push_back({"hand", link::encode(2, link::Subscribe{1, path, epoch, after})});
        world.broker().step(world.now_us(), in, out);
        link::Subscribed subscribed;
        for (const auto& frame : out.to_edges) {
            if (frame.peer != "hand") continue;
            link::decode_each<link::BrokerToEdge>(frame.bytes, [&](const auto& message) {
                if (const auto* m = std::get_if<link::Subscribed>(&message->message)) subscribed = *m;
                return true;
            });
        }
        world.broker().peer_unreachable(PeerKind::edge, "hand");
        return subscribed;
    }
};

/// Its words are views of what the outbox has.
std::optional<link::Reply> reply_in(const BrokerOutbox& out) {
    std::optional<link::Reply> reply;
    for (const auto& frame : out.to_edges) {
        link::decode_each<link::BrokerToEdge>(frame.bytes, [&](const auto& message) {
            if (const auto* m = std::get_if<link::Reply>(&message->message)) reply = *m;
            return true;
        });
    }
    return reply;
}

TEST_F(SubscriberLink, FromNowOnMeansWhatComes) {
    publish("room/a", "one");
    edge.subscribe("room/a");
    world.settle();
    EXPECT_THAT(edge.told, Contains("subscribed room/a 1 1 1"));
    publish("room/a", "two");
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("2 two"));
}

TEST_F(SubscriberLink, FromAnOffsetTheLogComesFirstWithoutASeam) {
    for (const auto* type : {"one", "two", "three"}) publish("room/a", type);
    const auto epoch = world.events_of("room/a")[0].epoch;
    auto subscribed = subscribe_by_hand("room/a", epoch, 1);
    EXPECT_EQ(subscribed.epoch, epoch);
    EXPECT_EQ(subscribed.after, 1U);
    EXPECT_EQ(subscribed.head, 3U);
    EXPECT_EQ(subscribed.tail, 1U);
    subscribed = subscribe_by_hand("room/a", epoch, 99);
    EXPECT_EQ(subscribed.after, 3U) << "nobody can have more than there is";
}

TEST_F(SubscriberLink, OfAnotherEpochAllIsNews) {
    for (const auto* type : {"one", "two", "three"}) publish("room/a", type);
    const auto epoch = world.events_of("room/a")[0].epoch;
    const auto subscribed = subscribe_by_hand("room/a", epoch + 1, 2);
    EXPECT_EQ(subscribed.epoch, epoch);
    EXPECT_EQ(subscribed.after, 0U);
}

TEST_F(SubscriberLink, AnEdgeThatComesBackGoesOnWhereItStopped) {
    edge.subscribe("room/a");
    publish("room/a", "one");
    edge.is_connected = false;
    auto& other = world.edge("other");
    publish(other, "room/a", "two");
    publish(other, "room/a", "three");
    edge.is_connected = true;
    world.pass(2000);
    publish(other, "room/a", "four");
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("1 one", "2 two", "3 three", "4 four"));
    EXPECT_THAT(edge.told, Contains("down"));
}

TEST_F(SubscriberLink, ATrimmedBeginningIsToldBeforeWhatIsLeft) {
    // What was left came first, which an edge takes for a lost message: it began anew, and so on for ever.
    auto options = World::defaults();
    options.log_bytes = 1000;
    World small(options);
    auto& e = small.edge();
    auto& other = small.edge("other");
    e.subscribe("room/a");
    publish(e, "room/a", "first");
    e.is_connected = false;
    for (int i = 0; i < 20; ++i) publish(other, "room/a", "more");
    e.is_connected = true;
    small.pass(3000);
    const auto tail = e.events[1].offset;
    EXPECT_GT(tail, 2U);
    EXPECT_THAT(e.told, Contains("gap room/a 2-" + std::to_string(tail - 1)));
    EXPECT_EQ(e.events.back().offset, 21U);
    EXPECT_EQ(e.events.size(), 1 + 21 - tail + 1);
    EXPECT_EQ(std::count(e.told.begin(), e.told.end(), "up"), 2);
}

TEST_F(SubscriberLink, APageOfAnOlderSubscriptionIsNoGapInTheNewOne) {
    // The page was asked for from where the old subscription stood. Taken for the new one, which began earlier, it
    // looked as if all between had been trimmed.
    for (int i = 0; i < 10; ++i) publish("room/a", "e");
    const auto epoch = world.events_of("room/a")[0].epoch;
    const auto path = path_of("room/a");
    BrokerInbox in;
    BrokerOutbox out;
    in.from_edges.push_back({"hand", link::encode(1, link::EdgeHello{1, "hand", 1 << 20})});
    in.from_edges.push_back({"hand", link::encode(2, link::Subscribe{1, path, epoch, 8})});
    world.broker().step(world.now_us(), in, out);
    auto reads = out.reads;
    in.clear();
    out.clear();
    in.from_edges.push_back({"hand", link::encode(3, link::Unsubscribe{path})});
    in.from_edges.push_back({"hand", link::encode(4, link::Subscribe{2, path, epoch, 2})});
    world.broker().step(world.now_us(), in, out);
    std::vector<std::string> heard;
    for (int turn = 0; turn < 4; ++turn) {
        reads.insert(reads.end(), out.reads.begin(), out.reads.end());
        in.clear();
        out.clear();
        for (auto& read : std::exchange(reads, {})) world.log.read(std::move(read));
        in.log = world.log.poll();
        world.broker().step(world.now_us(), in, out);
        for (const auto& frame : out.to_edges) {
            link::decode_each<link::BrokerToEdge>(frame.bytes, [&](const auto& message) {
                if (std::holds_alternative<link::DeliveryGap>(message->message)) heard.emplace_back("gap");
                const auto* deliver = std::get_if<link::Deliver>(&message->message);
                if (deliver == nullptr) return true;
                for (const auto& group : deliver->topics) {
                    heard.push_back(std::to_string(group.first) + "+" + std::to_string(group.envelopes.size()));
                }
                return true;
            });
        }
    }
    EXPECT_THAT(heard, ElementsAre("3+8"));
}

TEST_F(SubscriberLink, UnsubscribedIsOver) {
    edge.subscribe("room/a");
    publish("room/a", "one");
    edge.unsubscribe("room/a");
    publish("room/a", "two");
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("1 one"));
}

TEST_F(SubscriberLink, ATopicNobodyWatchesAndWithoutEventsIsForgotten) {
    edge.subscribe("room/a");
    edge.subscribe("room/b");
    world.settle();
    EXPECT_EQ(world.broker().topics(), 2U);
    publish("room/a", "one");
    edge.unsubscribe("room/a");
    edge.unsubscribe("room/b");
    world.settle();
    EXPECT_EQ(world.broker().topics(), 1U);
}

TEST_F(SubscriberLink, AnEdgeThatDiesLeavesNoTopicsBehind) {
    edge.subscribe("room/a");
    auto& other = world.edge("other");
    other.subscribe("room/a");
    world.settle();
    edge.is_connected = false;
    world.pass(3100);
    EXPECT_EQ(world.broker().topics(), 1U);
    other.is_connected = false;
    world.pass(3100);
    EXPECT_EQ(world.broker().topics(), 0U);
}

TEST_F(SubscriberLink, AFailedPublishLeavesNoTopicBehind) {
    EXPECT_EQ(publish("task/t", "log").code, "forbidden");
    EXPECT_EQ(publish("room/+", "log").field, "topic");
    EXPECT_EQ(world.broker().topics(), 0U);
}

TEST_F(SubscriberLink, ABadTopicIsRefused) {
    edge.subscribe("room//a");
    world.settle();
    EXPECT_THAT(edge.told, Contains("failed room//a bad_request"));
}

TEST_F(SubscriberLink, ARepeatedKeyIsStoredOnce) {
    const auto first = publish("room/a", "one", R"(,"key":"k")");
    EXPECT_EQ(first.number("offset"), 1);
    EXPECT_EQ(first.ok.at("duplicate"), false);
    const auto again = publish("room/a", "one", R"(,"key":"k")");
    EXPECT_EQ(again.number("offset"), 1);
    EXPECT_EQ(again.ok.at("duplicate"), true);
    EXPECT_EQ(again.text("epoch"), first.text("epoch"));
    EXPECT_EQ(publish("room/b", "one", R"(,"key":"k")").ok.at("duplicate"), false) << "keys are per topic";
    world.restart();
    world.pass(2000);
    EXPECT_EQ(publish("room/a", "one", R"(,"key":"k")").ok.at("duplicate"), true) << "and outlive the broker";
}

TEST_F(SubscriberLink, AWorkersHeaderIsNoPublishKey) {
    // A header named key of a worker's event counted as a publish key after a restart, and before it did not.
    auto& worker = world.worker();
    worker.hello();
    world.settle();
    const auto headers = msgpack(R"({"key":"k"})");
    Envelope extra;
    extra.headers = headers;
    worker.publish("room/a", "one", "{}", extra);
    world.settle();
    world.restart();
    world.pass(2000);
    EXPECT_EQ(publish("room/a", "two", R"(,"key":"k")").ok.at("duplicate"), false);
}

TEST_F(SubscriberLink, AFilterGetsWhatMatchesFromNowOn) {
    publish("room/a", "before");
    edge.subscribe_filter("room/+");
    world.settle();
    publish("room/a", "one");
    publish("room/b", "two");
    publish("other/a", "three");
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("2 one"));
    EXPECT_THAT(edge.events_of("room/b"), ElementsAre("1 two"));
    EXPECT_THAT(edge.events_of("other/a"), IsEmpty());
    edge.unsubscribe_filter("room/+");
    publish("room/a", "four");
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("2 one"));
}

TEST_F(SubscriberLink, ATopicAndAFilterThatOverlapDeliverOnce) {
    edge.subscribe_filter("room/#");
    edge.subscribe("room/a");
    world.settle();
    publish("room/a", "one");
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("1 one"));
    edge.unsubscribe("room/a");
    publish("room/a", "two");
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("1 one", "2 two"));
}

TEST_F(SubscriberLink, ATopicLeftBeforeItsFilterIsLeftWithIt) {
    // The cursor of the topic stayed behind, and its events came for ever.
    edge.subscribe_filter("room/#");
    edge.subscribe("room/a");
    world.settle();
    edge.unsubscribe("room/a");
    edge.unsubscribe_filter("room/#");
    publish("room/a", "one");
    EXPECT_THAT(edge.events_of("room/a"), IsEmpty());
}

TEST_F(SubscriberLink, WhatAFilterGetsIsNotOvertakenByASubscription) {
    // The answer to the subscription left before the events that had been released to the filter in the same step: the
    // edge took them for old ones and dropped them.
    edge.subscribe_filter("room/#");
    auto& other = world.edge("other");
    world.settle();
    world.log.hold();
    other.send("publish", R"({"topic":"room/a","type":"one"})");
    world.settle();
    world.log.release();
    edge.subscribe("room/a");
    world.settle();
    EXPECT_THAT(edge.events_of("room/a"), ElementsAre("1 one"));
}

TEST_F(SubscriberLink, WhatAFilterIsOwedIsNotPassedOverByASubscription) {
    // A subscription "from now on" began at the head, while the edge was out of credit and its filter was owed events
    // before that: nobody ever got them.
    World::Options options = World::defaults();
    options.edge_window_bytes = 1;
    World small(options);
    auto& slow = small.edge("slow");
    auto& other = small.edge("other");
    slow.subscribe_filter("room/#");
    small.settle();
    slow.is_reading = false;
    const auto data = std::string(60'000, 'x');
    for (int i = 0; i < 6; ++i) other.send("publish", R"({"topic":"room/a","type":"one","data":")" + data + "\"}");
    small.settle();
    slow.subscribe("room/a");
    small.settle();
    slow.is_reading = true;
    small.settle();
    EXPECT_THAT(slow.events_of("room/a"), ElementsAre("1 one", "2 one", "3 one", "4 one", "5 one", "6 one"));
}

TEST_F(SubscriberLink, ABadFilterIsRefused) {
    BrokerInbox in;
    BrokerOutbox out;
    in.from_edges.push_back({"hand", link::encode(1, link::EdgeHello{1, "hand", 1 << 20})});
    in.from_edges.push_back({"hand", link::encode(2, link::SubscribeFilter{7, "r", "a/#/b"})});
    world.broker().step(world.now_us(), in, out);
    const auto reply = reply_in(out);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->code, "bad_request");
    EXPECT_EQ(reply->request, 7U);
}

TEST_F(SubscriberLink, HistoryIsFetchedInPages) {
    for (const auto* type : {"one", "two", "three"}) publish("room/a", type);
    const auto epoch = world.events_of("room/a")[0].epoch;
    const auto first = edge.fetch("room/a", 0, 0, 2);
    const auto rest = edge.fetch("room/a", epoch, 2, 100);
    const auto none = edge.fetch("room/a", epoch, 3, 100);
    const auto other = edge.fetch("room/a", epoch + 1, 0, 100);
    const auto nobody = edge.fetch("room/z", 0, 0, 100);
    world.settle();
    EXPECT_THAT(edge.fetched[first], ElementsAre("1 one", "2 two"));
    EXPECT_THAT(edge.fetched[rest], ElementsAre("3 three"));
    EXPECT_THAT(edge.fetched[none], IsEmpty());
    EXPECT_THAT(edge.fetched[other], IsEmpty());
    EXPECT_THAT(edge.fetched[nobody], IsEmpty());
    EXPECT_EQ(edge.fetched.size(), 5U);
    EXPECT_EQ(world.broker().topics(), 1U);
}

TEST_F(SubscriberLink, UnknownCommandsAreAnswered) {
    EXPECT_EQ(edge.ask("dance").code, "bad_request");
    EXPECT_EQ(edge.ask("history", R"({"topic":"room/a"})").code, "bad_request");
}

TEST_F(SubscriberLink, ARefusalsWordsReachTheEdge) {
    // They were read after they had been freed.
    BrokerInbox in;
    BrokerOutbox out;
    const auto fields = msgpack(R"({"task":"a-task-that-nobody-knows"})");
    in.from_edges.push_back({"hand", link::encode(1, link::EdgeHello{1, "hand", 1 << 20})});
    in.from_edges.push_back({"hand", link::encode(2, link::Request{1, "r", "ann", "state", {fields}})});
    world.broker().step(world.now_us(), in, out);
    const auto reply = reply_in(out);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->message, "there is no task a-task-that-nobody-knows");
}

// Slow edges.

struct SlowEdge : ::testing::Test {
    static World::Options small_window() {
        auto options = World::defaults();
        options.edge_window_bytes = 100'000;
        return options;
    }
    World world{small_window()};
    FakeEdge& edge = world.edge();
    FakeWorker& worker = world.worker();

    void SetUp() override {
        worker.hello();
        edge.subscribe("room/a");
        edge.subscribe("room/b");
        world.settle();
    }
    void publish(int count) {
        const auto payload = "\"" + std::string(1000, 'x') + "\"";
        for (int i = 0; i < count; ++i) {
            ASSERT_TRUE(worker.publish("room/a", "e", payload));
            ASSERT_TRUE(worker.publish("room/b", "e", payload));
            if (i % 100 == 99) world.settle();
        }
        world.settle();
    }
    void expect_all(std::uint64_t count) {
        std::map<std::string, std::uint64_t> next;
        for (const auto& event : edge.events) ASSERT_EQ(event.offset, ++next[event.topic]) << event.topic;
        EXPECT_EQ(next["room/a"], count);
        EXPECT_EQ(next["room/b"], count);
    }
};

TEST_F(SlowEdge, GetsNoMoreThanItsWindow) {
    edge.is_reading = false;
    const auto before = edge.bytes_received;
    publish(2000);
    EXPECT_LT(edge.bytes_received - before, 120'000U);
}

TEST_F(SlowEdge, CatchesUpWithoutAGap) {
    edge.is_reading = false;
    publish(1000);
    edge.is_reading = true;
    world.settle();
    publish(10);
    expect_all(1010);
}

TEST_F(SlowEdge, IsSentNoMoreThanAnotherWindowWhileItCatchesUp) {
    // Up to sixteen pages of 256 KiB were asked for at once, and all sent, whatever the window.
    for (int i = 0; i < 20; ++i) edge.subscribe("room/c" + std::to_string(i));
    world.settle();
    edge.is_reading = false;
    const auto payload = "\"" + std::string(1000, 'x') + "\"";
    for (int i = 0; i < 20; ++i) {
        for (int n = 0; n < 300; ++n) worker.publish("room/c" + std::to_string(i), "e", payload);
        world.settle();
    }
    edge.is_reading = true;
    world.turn();
    edge.is_reading = false;
    const auto before = edge.bytes_received;
    world.settle();
    EXPECT_LT(edge.bytes_received - before, 2 * 100'000U + 20'000U);
    edge.is_reading = true;
    world.settle();
    std::map<std::string, std::uint64_t> count;
    for (const auto& event : edge.events) ASSERT_EQ(event.offset, ++count[event.topic]) << event.topic;
    for (int i = 0; i < 20; ++i) EXPECT_EQ(count["room/c" + std::to_string(i)], 300U);
}

TEST_F(SlowEdge, DoesNotHoldUpAnother) {
    auto& quick = world.edge("quick");
    quick.subscribe("room/a");
    world.settle();
    edge.is_reading = false;
    publish(500);
    EXPECT_EQ(quick.events_of("room/a").size(), 500U);
}

TEST_F(SlowEdge, ThatWasTooSlowForTheLogIsToldOfTheGap) {
    auto options = small_window();
    options.log_bytes = 400'000;
    World small(options);
    auto& e = small.edge();
    auto& w = small.worker();
    w.hello();
    e.subscribe("room/a");
    small.settle();
    e.is_reading = false;
    const auto payload = "\"" + std::string(1000, 'x') + "\"";
    for (int i = 0; i < 2000; ++i) {
        ASSERT_TRUE(w.publish("room/a", "e", payload));
        if (i % 50 == 49) small.settle();
    }
    e.is_reading = true;
    small.settle();
    std::uint64_t seen_or_told = e.events.size();
    for (const auto& line : e.told) {
        unsigned long long from = 0;
        unsigned long long to = 0;
        if (std::sscanf(line.c_str(), "gap room/a %llu-%llu", &from, &to) == 2) seen_or_told += to - from + 1;
    }
    EXPECT_EQ(seen_or_told, 2000U);
    EXPECT_EQ(e.events.back().offset, 2000U);
    EXPECT_THAT(e.told, Not(Contains("down")));
}

TEST_F(SubscriberLink, TheLedgerSaysWhatEachEdgeWasSent) {
    publish("room/a", "one");
    edge.subscribe("room/a");
    world.settle();
    publish("room/a", "two");
    publish("room/a", "three");
    const auto ledger = edge.ask("ledger", R"({"topic":"room/a"})");
    EXPECT_EQ(ledger.code, "");
    EXPECT_EQ(ledger.number("head"), 3);
    EXPECT_EQ(text_of(ledger.ok.at("sent")), R"([{"edge":"e","offset":3,"due":2,"events":2,"gap":0}])");
    EXPECT_EQ(world.broker().stats().differences_to_edges, 0U);
}

TEST_F(SubscriberLink, ATopicThatDoesNotExistHasNoLedger) {
    EXPECT_EQ(edge.ask("ledger", R"({"topic":"room/none"})").code, "not_found");
}

}  // namespace
}  // namespace longwire::broker::testing
