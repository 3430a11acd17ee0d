#include "edge/core/link_router.h"

#include <gtest/gtest.h>

#include <deque>

#include "protocol/json.h"
#include "protocol/msgpack_writer.h"
#include "tests/unit/edge/core/batches.h"

namespace longwire::edge {
namespace {

const std::string kPath = "dev/room/ops";

/// A router with three shards, and a broker that says what a test lets it.
struct LinkRouterTest : testing::Test {
    LinkRouter router{{"edge-1", 1 << 20, 1000}, 3};
    std::int64_t now_us = 1'000'000;
    std::uint64_t said = 0;
    std::vector<link::EdgeToBroker> heard;
    std::deque<std::string> bytes;  // that the views of `heard` are into

    void SetUp() override { connect(); }

    void connect() {
        router.link().tick(now_us);
        said = 0;
        say(link::EdgeWelcome{kProtocolVersion, "broker-1", 32});
        listen();
    }
    template <class Message>
    void say(const Message& message) {
        router.link().receive(link::encode(++said, message), now_us);
    }
    void listen() {
        for (auto& frame : router.link().take_outgoing()) {
            link::decode_each<link::EdgeToBroker>(bytes.emplace_back(std::move(frame)), [&](const auto& decoded) {
                EXPECT_TRUE(decoded);
                heard.push_back(decoded->message);
                return true;
            });
        }
    }
    template <class Message>
    std::vector<Message> all() {
        listen();
        std::vector<Message> found;
        for (const auto& message : heard) {
            if (const auto* one = std::get_if<Message>(&message)) found.push_back(*one);
        }
        return found;
    }
    template <class Message>
    std::vector<Message> told(std::size_t shard) {
        std::vector<Message> found;
        for (auto& message : router.take_for(shard)) {
            if (auto* one = std::get_if<Message>(&message)) found.push_back(std::move(*one));
        }
        return found;
    }
    void watch(std::size_t shard) { router.take(shard, WatchTopic{SharedText(kPath)}, now_us); }
    void subscribed(std::uint64_t after, std::uint64_t epoch = 1) {
        say(link::Subscribed{all<link::Subscribe>().back().request, epoch, after, after, 1});
    }
    void deliver(std::uint64_t first, std::size_t count, std::string_view path = kPath, std::uint64_t epoch = 1) {
        const auto envelope = envelope_bytes("log", "1");
        link::Deliver message;
        message.topics.push_back({path, epoch, first, std::vector<link::Blob>(count, link::Blob{envelope})});
        say(message);
    }
};

TEST_F(LinkRouterTest, ManyShardsShareOneSubscription) {
    watch(0);
    watch(1);
    EXPECT_EQ(all<link::Subscribe>().size(), 1U);
    subscribed(10);
    for (const std::size_t shard : {0U, 1U}) {
        const auto ready = told<TopicReady>(shard);
        ASSERT_EQ(ready.size(), 1U);
        EXPECT_EQ(ready[0].last, 10U);
        EXPECT_EQ(ready[0].epoch, 1U);
        EXPECT_EQ(ready[0].tail, 1U);
    }
    EXPECT_TRUE(told<TopicReady>(2).empty());
    router.take(0, UnwatchTopic{kPath}, now_us);
    EXPECT_TRUE(all<link::Unsubscribe>().empty());
    router.take(1, UnwatchTopic{kPath}, now_us);
    EXPECT_EQ(all<link::Unsubscribe>().size(), 1U);
}

TEST_F(LinkRouterTest, EventsAreRenderedOnceAndGoOnlyToShardsThatWantThem) {
    watch(0);
    watch(1);
    subscribed(10);
    deliver(11, 2);
    const auto first = told<EventsArrived>(0);
    const auto second = told<EventsArrived>(1);
    ASSERT_EQ(first.size(), 1U);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(first[0].batch, second[0].batch);
    EXPECT_EQ(first[0].batch->first(), 11U);
    EXPECT_EQ(first[0].batch->last(), 12U);
    EXPECT_TRUE(router.take_for(2).size() <= 1U) << "at most that the link is up";
    EXPECT_EQ(router.events(), 2U);
}

TEST_F(LinkRouterTest, BatchesOfATopicShareItsPath) {
    watch(0);
    subscribed(10);
    deliver(11, 1);
    deliver(12, 1);
    const auto events = told<EventsArrived>(0);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].batch->path(), kPath);
    EXPECT_EQ(events[0].batch->path().data(), events[1].batch->path().data());
}

TEST_F(LinkRouterTest, ALateShardIsReadyBehindWhatHasPassed) {
    watch(0);
    subscribed(10);
    deliver(11, 3);
    watch(2);
    const auto ready = told<TopicReady>(2);
    ASSERT_EQ(ready.size(), 1U);
    EXPECT_EQ(ready[0].last, 13U);
    deliver(14, 1);
    const auto events = told<EventsArrived>(2);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].batch->first(), 14U);
}

TEST_F(LinkRouterTest, ATopicThatNobodyWantsAnyMoreIsNotDelivered) {
    watch(0);
    subscribed(10);
    router.take_for(0);
    router.take(0, UnwatchTopic{kPath}, now_us);
    deliver(11, 1);
    EXPECT_TRUE(router.take_for(0).empty());
    EXPECT_EQ(router.events(), 0U);
}

TEST_F(LinkRouterTest, ARefusedTopicIsToldToAllWhoWantedItAndForgotten) {
    watch(0);
    watch(1);
    const auto request = all<link::Subscribe>().back().request;
    say(link::Reply{request, {}, "bad_request", "no such thing", "topic", 0});
    for (const std::size_t shard : {0U, 1U}) {
        const auto refused = told<TopicRefused>(shard);
        ASSERT_EQ(refused.size(), 1U);
        EXPECT_EQ(refused[0].error.code, Errc::bad_request);
        EXPECT_EQ(refused[0].error.field, "topic");
    }
    watch(0);
    EXPECT_EQ(all<link::Subscribe>().size(), 2U);
}

TEST_F(LinkRouterTest, AGapIsToldToShardsThatWantTheTopic) {
    watch(1);
    subscribed(10);
    say(link::DeliveryGap{kPath, 1, 11, 20});
    const auto trimmed = told<EventsTrimmed>(1);
    ASSERT_EQ(trimmed.size(), 1U);
    EXPECT_EQ(trimmed[0].from, 11U);
    EXPECT_EQ(trimmed[0].to, 20U);
    watch(2);
    const auto ready = told<TopicReady>(2);
    EXPECT_EQ(ready.at(0).last, 20U);
    EXPECT_EQ(ready.at(0).tail, 1U) << "what lies before the gap may still be there";
}

TEST_F(LinkRouterTest, AGapIsToldToShardsWithAFilterThatMatches) {
    // What a filter missed of a topic that nobody watched was told nowhere.
    router.take(0, WatchFilter{"dev", "room/+"}, now_us);
    watch(1);
    subscribed(10);
    say(link::DeliveryGap{"dev/room/other", 1, 3, 4});
    EXPECT_EQ(told<EventsTrimmed>(0).at(0).path, "dev/room/other");
    EXPECT_TRUE(told<EventsTrimmed>(1).empty());
    say(link::DeliveryGap{kPath, 1, 11, 20});
    EXPECT_EQ(told<EventsTrimmed>(0).at(0).to, 20U);
    EXPECT_EQ(told<EventsTrimmed>(1).at(0).to, 20U);
    say(link::DeliveryGap{"dev/task/t", 1, 3, 4});
    EXPECT_TRUE(told<EventsTrimmed>(0).empty());
}

TEST_F(LinkRouterTest, AFilterInForceAgainIsToldToItsShards) {
    router.take(0, WatchFilter{"dev", "room/+"}, now_us);
    router.take(1, WatchFilter{"dev", "task/+"}, now_us);
    router.take(2, WatchFilter{"dev", "room/+"}, now_us);
    router.link().unreachable(now_us);
    now_us += 1'000'000;
    heard.clear();
    connect();
    for (const auto& asked : all<link::SubscribeFilter>()) {
        if (asked.filter == "room/+") say(link::Subscribed{asked.request, 0, 0, 0, 0});
    }
    EXPECT_EQ(told<FilterInForce>(0).at(0).filter, "room/+");
    EXPECT_TRUE(told<FilterInForce>(1).empty());
    EXPECT_EQ(told<FilterInForce>(2).size(), 1U);
}

TEST_F(LinkRouterTest, AShardThatComesToAFilterInForceIsToldSo) {
    router.take(0, WatchFilter{"dev", "room/+"}, now_us);
    router.take(1, WatchFilter{"dev", "room/+"}, now_us);
    EXPECT_TRUE(told<FilterInForce>(1).empty());
    say(link::Subscribed{all<link::SubscribeFilter>().back().request, 0, 0, 0, 0});
    EXPECT_FALSE(told<FilterInForce>(1).at(0).was_lost);
    router.take(2, WatchFilter{"dev", "room/+"}, now_us);
    EXPECT_FALSE(told<FilterInForce>(2).at(0).was_lost);
}

TEST_F(LinkRouterTest, FiltersAreSharedAndBringEventsOfUnwatchedTopics) {
    router.take(0, WatchFilter{"dev", "room/+"}, now_us);
    router.take(1, WatchFilter{"dev", "room/+"}, now_us);
    EXPECT_EQ(all<link::SubscribeFilter>().size(), 1U);
    deliver(5, 1);
    EXPECT_EQ(told<EventsArrived>(0).size(), 1U);
    EXPECT_EQ(told<EventsArrived>(1).size(), 1U);
    EXPECT_TRUE(told<EventsArrived>(2).empty());
    deliver(1, 1, "dev/task/t1");
    EXPECT_TRUE(told<EventsArrived>(0).empty());
    router.take(0, UnwatchFilter{"dev", "room/+"}, now_us);
    EXPECT_TRUE(all<link::UnsubscribeFilter>().empty());
    router.take(1, UnwatchFilter{"dev", "room/+"}, now_us);
    EXPECT_EQ(all<link::UnsubscribeFilter>().size(), 1U);
}

TEST_F(LinkRouterTest, AFilterThatAShardWantsTwiceIsGivenUpWhenItSaysSo) {
    router.take(0, WatchFilter{"dev", "room/+"}, now_us);
    router.take(0, WatchFilter{"dev", "room/+"}, now_us);
    router.take(0, UnwatchFilter{"dev", "room/+"}, now_us);
    EXPECT_EQ(all<link::UnsubscribeFilter>().size(), 1U);
}

TEST_F(LinkRouterTest, AnAnswerFindsTheShardThatAsked) {
    router.take(2, SendCommand{77, "dev", "anna", "state", "\x80", true}, now_us);
    const auto requests = all<link::Request>();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].user, "anna");
    say(link::Reply{requests[0].request, {"\x80"}, {}, {}, {}, 0});
    const auto answers = told<CommandAnswered>(2);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].token, 77U);
    EXPECT_EQ(*answers[0].reply, "\x80");
    say(link::Reply{requests[0].request, {"\x80"}, {}, {}, {}, 0});
    EXPECT_TRUE(told<CommandAnswered>(2).empty()) << "once";
}

TEST_F(LinkRouterTest, APageFindsTheShardThatAsked) {
    router.take(1, FetchEvents{5, kPath, 1, 3, 10}, now_us);
    const auto fetches = all<link::Fetch>();
    ASSERT_EQ(fetches.size(), 1U);
    EXPECT_EQ(fetches[0].after, 3U);
    const auto envelope = envelope_bytes("log", "1");
    say(link::Fetched{fetches[0].request, 1, 9, 1, 4, {{envelope}, {envelope}}});
    auto pages = told<EventsFetched>(1);
    ASSERT_EQ(pages.size(), 1U);
    EXPECT_EQ(pages[0].token, 5U);
    EXPECT_EQ(pages[0].page->head, 9U);
    EXPECT_EQ(pages[0].page->batch->first(), 4U);
    EXPECT_EQ(pages[0].page->batch->size(), 2U);
    router.take(1, FetchEvents{6, kPath, 1, 9, 10}, now_us);
    say(link::Fetched{all<link::Fetch>().back().request, 1, 9, 1, 0, {}});
    EXPECT_EQ(told<EventsFetched>(1).at(0).page->batch, nullptr);
}

TEST_F(LinkRouterTest, TheLinksStateIsToldToAllShards) {
    for (std::size_t shard = 0; shard < 3; ++shard) {
        const auto up = told<LinkChanged>(shard);
        ASSERT_EQ(up.size(), 1U);
        EXPECT_TRUE(up[0].is_up);
    }
    router.link().unreachable(now_us);
    for (std::size_t shard = 0; shard < 3; ++shard) EXPECT_FALSE(told<LinkChanged>(shard).at(0).is_up);
}

TEST_F(LinkRouterTest, AfterALossTheSubscriptionGoesOnWhereItStoodAndShardsNoticeNothing) {
    watch(0);
    subscribed(10);
    deliver(11, 2);
    router.take_for(0);
    router.link().unreachable(now_us);
    now_us += 1'000'000;
    connect();
    const auto again = all<link::Subscribe>().back();
    EXPECT_EQ(again.after, 12U);
    EXPECT_EQ(again.epoch, 1U);
    subscribed(12);
    deliver(13, 1);
    EXPECT_TRUE(std::get_if<TopicReady>(&router.take_for(0).back()) == nullptr);
}

TEST_F(LinkRouterTest, WhatAFilterIsOwedWhileASubscriptionIsRenewedComesOnceAndInOrder) {
    // After a loss of the link, an event for a filter that came before the topic's subscription was renewed came again
    // with it: those who watch by filter got it twice, and out of order.
    watch(0);
    router.take(1, WatchFilter{"dev", "room/+"}, now_us);
    subscribed(10);
    router.link().unreachable(now_us);
    now_us += 1'000'000;
    connect();
    for (std::size_t shard = 0; shard < 2; ++shard) router.take_for(shard);
    deliver(12, 1);
    subscribed(10);
    deliver(11, 2);
    for (std::size_t shard = 0; shard < 2; ++shard) {
        std::vector<std::uint64_t> offsets;
        for (const auto& arrived : told<EventsArrived>(shard)) {
            for (auto o = arrived.batch->first(); o <= arrived.batch->last(); ++o) offsets.push_back(o);
        }
        EXPECT_EQ(offsets, (std::vector<std::uint64_t>{11, 12})) << "shard " << shard;
    }
}

TEST_F(LinkRouterTest, ANewEpochIsToldToShards) {
    watch(0);
    subscribed(10);
    router.take_for(0);
    router.link().unreachable(now_us);
    now_us += 1'000'000;
    connect();
    router.take_for(0);
    subscribed(0, 2);
    deliver(1, 1, kPath, 2);
    const auto messages = router.take_for(0);
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(std::get<TopicReady>(messages[0]).epoch, 2U);
    EXPECT_EQ(std::get<TopicReady>(messages[0]).last, 0U);
    EXPECT_EQ(std::get<EventsArrived>(messages[1]).batch->epoch(), 2U);
}

TEST_F(LinkRouterTest, ALedgerIsTheBrokersAnswerAndWhatAllShardsCount) {
    std::string fields;
    MsgpackWriter writer(fields);
    writer.map(1);
    writer.field("topic", "room/ops");
    router.take(1, SendCommand{7, "dev", "anna", "ledger", fields, true}, now_us);
    say(link::Reply{all<link::Request>().back().request, {"\x80"}, {}, {}, {}, 0});
    std::uint64_t survey = 0;
    for (const std::size_t shard : {0U, 1U, 2U}) {
        const auto asked = told<LedgerAsked>(shard);
        ASSERT_EQ(asked.size(), 1U);
        EXPECT_EQ(asked[0].path, kPath);
        survey = asked[0].survey;
    }
    router.take(0, LedgerCounted{survey, {11, 1, {4, 4, 0, 0}, {4, 3, 1, 0}}}, now_us);
    router.take(1, LedgerCounted{survey, {}}, now_us);
    EXPECT_TRUE(told<CommandAnswered>(1).empty()) << "not before all have answered";
    router.take(2, LedgerCounted{survey, {12, 2, {5, 4, 0, 1}, {9, 9, 0, 0}}}, now_us);
    const auto answers = told<CommandAnswered>(1);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].token, 7U);
    std::string json;
    ASSERT_TRUE(append_json(*answers[0].reply, json));
    EXPECT_EQ(json, R"({"received":{"edge":"edge-1","offset":12,"watches":3,)"
                    R"("received":{"due":9,"events":8,"merged":0,"gap":1},)"
                    R"("given":{"due":13,"events":12,"merged":1,"gap":0}}})");
}

}  // namespace
}  // namespace longwire::edge
