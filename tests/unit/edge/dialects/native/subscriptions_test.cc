#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/edge/dialects/native/client.h"

namespace longwire::edge {
namespace {

struct NativeSubscribe : testing::Test, NativeClient {
    std::string subscribe(std::string_view topic, std::string_view from = "\"now\"") {
        return say("{\"id\":1,\"cmd\":\"subscribe\",\"topic\":\"" + std::string(topic) +
                   "\",\"from\":" + std::string(from) + "}");
    }
};

std::string subscribed(std::string_view topic, int offset, int head, int tail, bool resumed = false) {
    return "{\"topic\":\"" + std::string(topic) +
           "\",\"epoch\":\"000000000000000e\",\"offset\":" + std::to_string(offset) +
           ",\"head\":" + std::to_string(head) + ",\"tail\":" + std::to_string(tail) +
           ",\"resumed\":" + (resumed ? "true}" : "false}");
}

std::string ok(const std::string& object) {
    return "{\"id\":1,\"ok\":" + object + "}";
}

TEST_F(NativeSubscribe, IsAnsweredWithItsPlaceBeforeTheFirstEvent) {
    EXPECT_EQ(say(R"({"id":1,"cmd":"subscribe","topic":"room/ops"})"), "");
    ready("dev/room/ops", 10, 4);
    events("room/ops", 11, 1);
    EXPECT_EQ(heard(), ok(subscribed("room/ops", 10, 10, 4)) + "\n" + event_push("room/ops", 11));
}

TEST_F(NativeSubscribe, FromStartAndLastAndAfter) {
    subscribe("a", "\"start\"");
    subscribe("b", R"({"last":3})");
    subscribe("c", R"({"epoch":"000000000000000e","offset":9})");
    for (const auto* path : {"dev/a", "dev/b", "dev/c"}) ready(path, 10, 4);
    EXPECT_EQ(heard(), ok(subscribed("a", 3, 10, 4)) + "\n" + ok(subscribed("b", 7, 10, 4)) + "\n" +
                           ok(subscribed("c", 9, 10, 4, true)));
    EXPECT_EQ(all<FetchEvents>().size(), 3U);
}

TEST_F(NativeSubscribe, AChangedEpochIsAGapBehindTheAnswer) {
    subscribe("a", R"({"epoch":"00000000000000aa","offset":9})");
    ready("dev/a", 0);
    page({0xe, 0, 1, nullptr});
    EXPECT_EQ(heard(),
              ok(subscribed("a", 0, 0, 1)) + "\n" +
                  R"({"gap":{"topic":"a","from":10,"to":9,"reason":"epoch_changed","epoch":"000000000000000e"}})");
}

TEST_F(NativeSubscribe, WhatIsTrimmedIsAGapBehindTheAnswer) {
    subscribe("a", R"({"epoch":"000000000000000e","offset":2})");
    ready("dev/a", 5, 6);
    EXPECT_EQ(heard(), ok(subscribed("a", 5, 5, 6, true)) + "\n" +
                           R"({"gap":{"topic":"a","from":3,"to":5,"reason":"trimmed"}})");
}

TEST_F(NativeSubscribe, RefusesWhatIsNoPlace) {
    for (const auto* from : {"\"never\"", "5", "{}", R"({"epoch":"000000000000000e"})", "[]"}) {
        EXPECT_NE(subscribe("a", from).find("\"field\":\"from\""), std::string::npos) << from;
    }
    EXPECT_NE(subscribe("a", R"({"last":-1})").find("\"field\":\"last\""), std::string::npos);
    EXPECT_NE(subscribe("a", R"({"epoch":"e","offset":1})").find("\"field\":\"epoch\""), std::string::npos);
    EXPECT_NE(subscribe("a", R"({"epoch":"000000000000000e","offset":-1})").find("\"field\":\"offset\""),
              std::string::npos);
    EXPECT_TRUE(asked.empty());
    EXPECT_EQ(subscribe("a"), "") << "nothing of them is left";
}

TEST_F(NativeSubscribe, WantsExactlyOneOfTopicTopicsAndFilter) {
    EXPECT_NE(say(R"({"id":1,"cmd":"subscribe"})").find("exactly one"), std::string::npos);
    EXPECT_NE(say(R"({"id":1,"cmd":"subscribe","topic":"a","filter":"b"})").find("exactly one"), std::string::npos);
    EXPECT_NE(say(R"({"id":1,"cmd":"subscribe","topic":""})").find("must not be empty"), std::string::npos);
    EXPECT_NE(say(R"({"id":1,"cmd":"subscribe","topic":"a/+"})").find("\"field\":\"topic\""), std::string::npos);
}

TEST_F(NativeSubscribe, ASecondOneToATopicIsAConflict) {
    subscribe("a");
    EXPECT_EQ(subscribe("a"),
              R"({"id":1,"error":{"code":"conflict","message":"already subscribed to a","field":"topic"}})");
    ready("dev/a", 0);
    EXPECT_EQ(heard(), ok(subscribed("a", 0, 0, 1)));
    EXPECT_NE(subscribe("a").find("conflict"), std::string::npos);
}

TEST_F(NativeSubscribe, ARefusalOfTheBrokerIsTheAnswer) {
    subscribe("a");
    hub.on_refused({"dev/a", Error{Errc::forbidden, "not for you", "topic", 0}});
    EXPECT_EQ(heard(), R"({"id":1,"error":{"code":"forbidden","message":"not for you","field":"topic"}})");
    EXPECT_EQ(subscribe("a"), "") << "it may be tried again";
}

TEST_F(NativeSubscribe, EndsWithUnsubscribe) {
    subscribe("a");
    ready("dev/a", 0);
    heard();
    EXPECT_EQ(say(R"({"id":1,"cmd":"unsubscribe","topic":"a"})"), ok("{}"));
    events("a", 1, 1);
    EXPECT_EQ(heard(), "");
    EXPECT_EQ(say(R"({"id":1,"cmd":"unsubscribe","topic":"a"})"),
              R"({"id":1,"error":{"code":"not_found","message":"is not subscribed to","field":"topic"}})");
    EXPECT_NE(say(R"({"id":1,"cmd":"unsubscribe"})").find("\"field\":\"topic\""), std::string::npos);
    EXPECT_EQ(subscribe("a"), ok(subscribed("a", 1, 1, 1))) << "it lingers, so the answer comes at once";
}

TEST_F(NativeSubscribe, UnsubscribingBeforeItHasBegunAnswersBoth) {
    say(R"({"id":1,"cmd":"subscribe","topic":"a"})");
    EXPECT_EQ(say(R"({"id":2,"cmd":"unsubscribe","topic":"a"})"),
              R"({"id":1,"error":{"code":"conflict","message":"was unsubscribed before it had begun","field":"topic"}})"
              "\n"
              R"({"id":2,"ok":{}})");
    ready("dev/a", 0);
    EXPECT_EQ(heard(), "");
}

TEST_F(NativeSubscribe, ManyAreAnsweredTogetherInTheirOrder) {
    // The answers came sorted by name, and of a topic that came twice one was missing.
    say(R"({"id":1,"cmd":"subscribe","topics":[{"topic":"z"},{"topic":"a","from":"start"},)"
        R"({"topic":"z"},{"topic":"+"},{},5]})");
    ready("dev/a", 3);
    EXPECT_EQ(heard(), "");
    ready("dev/z", 7);
    EXPECT_EQ(heard(),
              ok("{\"topics\":[" + subscribed("z", 7, 7, 1) + "," + subscribed("a", 0, 3, 1) +
                 R"(,{"topic":"z","error":{"code":"conflict","message":"already subscribed to z","field":"topic"}})" +
                 R"(,{"topic":"+","error":{"code":"bad_request",)" +
                 R"("message":"must not hold '+' or '#', which are for filters","field":"topic"}})" +
                 R"(,{"error":{"code":"bad_request","message":"is required","field":"topic"}})" +
                 R"(,{"error":{"code":"bad_request","message":"must be an object","field":"topics"}}]})"));
}

TEST_F(NativeSubscribe, ManyWithNothingButErrorsAreAnsweredAtOnce) {
    EXPECT_EQ(say(R"({"id":1,"cmd":"subscribe","topics":[{}]})"),
              ok(R"({"topics":[{"error":{"code":"bad_request","message":"is required","field":"topic"}}]})"));
    for (const auto* topics : {"[]", "5", "{}"}) {
        EXPECT_NE(
            say("{\"id\":1,\"cmd\":\"subscribe\",\"topics\":" + std::string(topics) + "}").find("\"field\":\"topics\""),
            std::string::npos);
    }
}

TEST_F(NativeSubscribe, OneOfManyMayBeGivenUpOrRefused) {
    say(R"({"id":1,"cmd":"subscribe","topics":[{"topic":"a"},{"topic":"b"}]})");
    EXPECT_EQ(say(R"({"id":2,"cmd":"unsubscribe","topic":"a"})"), R"({"id":2,"ok":{}})");
    hub.on_refused({"dev/b", Error{Errc::forbidden, "no"}});
    EXPECT_EQ(heard(), ok(R"({"topics":[{"topic":"a","error":{"code":"conflict",)"
                          R"("message":"was unsubscribed before it had begun","field":"topic"}},)"
                          R"({"topic":"b","error":{"code":"forbidden","message":"no"}}]})"));
}

TEST_F(NativeSubscribe, AFilterIsLiveAndAnsweredAtOnce) {
    EXPECT_EQ(say(R"({"id":1,"cmd":"subscribe","filter":"room/+"})"), ok(R"({"filter":"room/+"})"));
    events("room/ops", 5, 2);
    events("task/t1", 1, 1);
    EXPECT_EQ(heard(), event_push("room/ops", 5) + "\n" + event_push("room/ops", 6));
    EXPECT_NE(say(R"({"id":1,"cmd":"subscribe","filter":"room/+"})").find("conflict"), std::string::npos);
    EXPECT_NE(say(R"({"id":1,"cmd":"subscribe","filter":"a/#/b"})").find("\"field\":\"filter\""), std::string::npos);
    EXPECT_EQ(say(R"({"id":1,"cmd":"unsubscribe","filter":"room/+"})"), ok("{}"));
    EXPECT_NE(say(R"({"id":1,"cmd":"unsubscribe","filter":"room/+"})").find("not_found"), std::string::npos);
    events("room/ops", 7, 1);
    EXPECT_EQ(heard(), "");
}

TEST_F(NativeSubscribe, ATopicAndFiltersThatOverlapPushOnce) {
    say(R"({"id":1,"cmd":"subscribe","filter":"room/+"})");
    say(R"({"id":1,"cmd":"subscribe","filter":"#"})");
    subscribe("room/ops");
    ready("dev/room/ops", 0);
    heard();
    events("room/ops", 1, 1);
    events("room/x", 1, 1);
    EXPECT_EQ(heard(), event_push("room/ops", 1) + "\n" + event_push("room/x", 1));
}

TEST_F(NativeSubscribe, AClientTooSlowForItsFilterIsToldWhatItMisses) {
    say(R"({"id":1,"cmd":"subscribe","filter":"room/+"})");
    transport.unsent = 3U << 20;
    events("room/ops", 5, 2);
    events("room/ops", 7, 1);
    events("room/x", 1, 1);
    EXPECT_EQ(heard(), "") << "nothing is added to what it can't take";
    EXPECT_TRUE(transport.must_tell);
    transport.unsent = 0;
    dialect->on_drained();
    EXPECT_EQ(heard(), R"({"gap":{"topic":"room/ops","from":5,"to":7,"reason":"slow"}})"
                       "\n"
                       R"({"gap":{"topic":"room/x","from":1,"to":1,"reason":"slow"}})");
    events("room/ops", 8, 1);
    EXPECT_EQ(heard(), event_push("room/ops", 8));
}

TEST_F(NativeSubscribe, AFiltersEventsQueueForLongerThanATopicsBecauseTheyDoNotComeLater) {
    say(R"({"id":1,"cmd":"subscribe","filter":"room/+"})");
    transport.unsent = 2U << 20;
    events("room/ops", 5, 1);
    EXPECT_EQ(heard(), event_push("room/ops", 5));
    transport.unsent = (2U << 20) + 1;
    events("room/ops", 6, 1);
    EXPECT_EQ(heard(), "");
}

TEST_F(NativeSubscribe, AFilterThatMissesGoesOnMissingUntilAllHasLeft) {
    // A busy filter kept the connection full, and topics that had fallen behind never had their turn.
    say(R"({"id":1,"cmd":"subscribe","filter":"room/+"})");
    say(R"({"id":2,"cmd":"subscribe","topic":"task/t"})");
    ready("dev/task/t", 0);
    heard();
    transport.unsent = 3U << 20;
    events("room/ops", 5, 2);
    events("task/t", 1, 1);
    transport.unsent = 100;
    events("room/ops", 7, 1);
    EXPECT_EQ(heard(), "");
    transport.unsent = 0;
    dialect->on_drained();
    EXPECT_EQ(heard(), R"({"gap":{"topic":"room/ops","from":5,"to":7,"reason":"slow"}})"
                       "\n" +
                           event_push("task/t", 1));
    events("room/ops", 8, 1);
    EXPECT_EQ(heard(), event_push("room/ops", 8));
}

TEST_F(NativeSubscribe, MoreTopicsMissedThanAreKeptAreToldByFilter) {
    say(R"({"id":1,"cmd":"subscribe","filter":"room/+"})");
    transport.unsent = 3U << 20;
    for (int i = 0; i <= 1'000; ++i) events("room/" + std::to_string(i), 1, 1);
    transport.unsent = 0;
    dialect->on_drained();
    const auto told = heard();
    EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 1'000);
    EXPECT_TRUE(
        told.ends_with("\n"
                       R"({"gap":{"filter":"room/+","reason":"slow"}})"));
}

TEST_F(NativeSubscribe, AGapOfATopicThatAFilterMatchesIsPushed) {
    say(R"({"id":1,"cmd":"subscribe","filter":"room/+"})");
    hub.on_trimmed({"dev/room/ops", 4, 9});
    EXPECT_EQ(heard(), R"({"gap":{"topic":"room/ops","from":4,"to":9,"reason":"trimmed"}})");
    transport.unsent = 3U << 20;
    hub.on_trimmed({"dev/room/ops", 10, 11});
    EXPECT_EQ(heard(), "");
    transport.unsent = 0;
    dialect->on_drained();
    EXPECT_EQ(heard(), R"({"gap":{"topic":"room/ops","from":10,"to":11,"reason":"slow"}})");
}

TEST_F(NativeSubscribe, AFilterThatWasCutOffIsTold) {
    say(R"({"id":1,"cmd":"subscribe","filter":"room/+"})");
    hub.on_filter_in_force({"dev", "room/+", true});
    EXPECT_EQ(heard(), R"({"gap":{"filter":"room/+","reason":"link_lost"}})");
}

TEST(NativeSubscribeLimits, TooManyAreRefused) {
    NativeClient client({.subscriptions_max = 2});
    client.say(R"({"id":1,"cmd":"subscribe","topic":"a"})");
    client.say(R"({"id":1,"cmd":"subscribe","filter":"x/#"})");
    EXPECT_EQ(client.say(R"({"id":1,"cmd":"subscribe","topic":"b"})"),
              R"({"id":1,"error":{"code":"too_many",)"
              R"("message":"too many subscriptions on this connection","field":"topic"}})");
    EXPECT_EQ(client.say(R"({"id":1,"cmd":"subscribe","filter":"y/#"})"),
              R"({"id":1,"error":{"code":"too_many",)"
              R"("message":"too many subscriptions on this connection","field":"filter"}})");
    client.say(R"({"id":1,"cmd":"unsubscribe","topic":"a"})");
    client.heard();
    EXPECT_EQ(client.say(R"({"id":1,"cmd":"subscribe","topic":"b"})"), "");
}

TEST_F(NativeSubscribe, ASnapshotComesBetweenTheAnswerAndTheEventsBehindIt) {
    EXPECT_EQ(subscribe("task/t1", "\"snapshot\""), "");
    EXPECT_EQ(command(), R"(state {"task":"t1","output":true})");
    events("task/t1", 5, 1);
    answer(R"({"task":"t1","state":"RUNNING","topic":"task/t1","epoch":"000000000000000e","offset":4})");
    ready("dev/task/t1", 6);
    page({0xe, 6, 1, make_batch("dev/task/t1", 0xe, 5, 2)});
    events("task/t1", 7, 1);
    EXPECT_EQ(
        heard(),
        ok(subscribed("task/t1", 4, 6, 1, true)) + "\n" +
            R"({"snapshot":{"task":"t1","state":"RUNNING","topic":"task/t1","epoch":"000000000000000e","offset":4},)"
            R"("topic":"task/t1","epoch":"000000000000000e","offset":4})" +
            "\n" + event_push("task/t1", 5) + "\n" + event_push("task/t1", 6) + "\n" + event_push("task/t1", 7));
}

TEST_F(NativeSubscribe, ASnapshotAheadOfTheEdgeIsNotFollowedByWhatItHolds) {
    // A snapshot taken at an offset that the edge had not been sent yet was followed by the events folded into it.
    FakeTransport other_transport;
    NativeDialect other(services, other_transport, {"dev", "anna"}, json_encoding());
    other.on_message(R"({"id":1,"cmd":"subscribe","topic":"task/t1"})", false);
    ready("dev/task/t1", 2);
    subscribe("task/t1", "\"snapshot\"");
    answer(R"({"task":"t1","epoch":"000000000000000e","offset":4})");
    events("task/t1", 3, 3);
    EXPECT_EQ(heard(), ok(subscribed("task/t1", 4, 4, 1, true)) + "\n" +
                           R"({"snapshot":{"task":"t1","epoch":"000000000000000e","offset":4},)"
                           R"("topic":"task/t1","epoch":"000000000000000e","offset":4})" +
                           "\n" + event_push("task/t1", 5));
}

TEST_F(NativeSubscribe, ASnapshotThatFailsIsTheAnswer) {
    subscribe("task/t1", "\"snapshot\"");
    refuse({Errc::not_found, "no such task", "task", 0});
    EXPECT_EQ(heard(), R"({"id":1,"error":{"code":"not_found","message":"no such task","field":"task"}})");
    EXPECT_EQ(subscribe("task/t1"), "");
    EXPECT_NE(subscribe("room/ops", "\"snapshot\"").find("\"field\":\"from\""), std::string::npos);
}

TEST_F(NativeSubscribe, UnsubscribingWhileTheSnapshotIsAskedForAnswersBoth) {
    // Such a subscribe was never answered.
    say(R"({"id":1,"cmd":"subscribe","topic":"task/t1","from":"snapshot"})");
    EXPECT_EQ(say(R"({"id":2,"cmd":"unsubscribe","topic":"task/t1"})"),
              R"({"id":1,"error":{"code":"conflict","message":"was unsubscribed before it had begun","field":"topic"}})"
              "\n"
              R"({"id":2,"ok":{}})");
    say(R"({"id":3,"cmd":"subscribe","topic":"task/t1","from":"snapshot"})");
    EXPECT_EQ(all<SendCommand>().size(), 1U) << "one answer does for both";
    answer(R"({"task":"t1","epoch":"000000000000000e","offset":2})");
    ready("dev/task/t1", 2);
    EXPECT_TRUE(heard().starts_with(R"({"id":3,"ok":{"topic":"task/t1")"));
}

TEST_F(NativeSubscribe, WhoAsksForASnapshotAtOnceSharesIt) {
    FakeTransport other_transport;
    auto other = std::make_unique<NativeDialect>(services, other_transport, Identity{"dev", "bob"}, json_encoding());
    const auto* const command = R"({"id":1,"cmd":"subscribe","topic":"task/t1","from":"snapshot"})";
    other->on_message(command, false);
    say(command);
    EXPECT_EQ(all<SendCommand>().size(), 1U);
    other.reset();
    answer(R"({"task":"t1","epoch":"000000000000000e","offset":2})");
    ready("dev/task/t1", 2);
    EXPECT_NE(heard().find(R"({"snapshot":{"task":"t1",)"), std::string::npos);
}

TEST_F(NativeSubscribe, SnapshotsMayBeAmongMany) {
    say(R"({"id":1,"cmd":"subscribe","topics":[{"topic":"task/t1","from":"snapshot"},{"topic":"a"}]})");
    answer(R"({"task":"t1","epoch":"000000000000000e","offset":2})");
    ready("dev/a", 0);
    EXPECT_EQ(heard(), "");
    ready("dev/task/t1", 2);
    EXPECT_EQ(heard(),
              ok("{\"topics\":[" + subscribed("task/t1", 2, 2, 1, true) + "," + subscribed("a", 0, 0, 1) + "]}") +
                  "\n" +
                  R"({"snapshot":{"task":"t1","epoch":"000000000000000e","offset":2},)"
                  R"("topic":"task/t1","epoch":"000000000000000e","offset":2})");
}

TEST_F(NativeSubscribe, HundredsOfTopicsAreOneRequestAndOneReply) {
    std::string topics;
    for (int i = 0; i < 500; ++i) {
        topics += std::string(i == 0 ? "" : ",") + R"({"topic":"room/)" + std::to_string(i) +
                  R"(","from":{"epoch":"000000000000000e","offset":10}})";
    }
    EXPECT_EQ(say(R"({"id":7,"cmd":"subscribe","topics":[)" + topics + "]}"), "");
    ASSERT_EQ(all<WatchTopic>().size(), 500U) << "all asked for in the same turn";
    for (int i = 499; i >= 0; --i) {
        EXPECT_EQ(heard(), "");
        ready("dev/room/" + std::to_string(i), 10);
    }
    const auto reply = heard();
    EXPECT_EQ(reply.find('\n'), std::string::npos);
    EXPECT_TRUE(
        reply.starts_with(R"({"id":7,"ok":{"topics":[{"topic":"room/0","epoch":"000000000000000e","offset":10)"));
    std::size_t place = 0;
    for (int i = 0; i < 500; ++i) {
        place = reply.find("\"room/" + std::to_string(i) + "\"", place);
        ASSERT_NE(place, std::string::npos) << "in the order of the request";
    }
}

}  // namespace
}  // namespace longwire::edge
