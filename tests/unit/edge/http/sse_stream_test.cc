#include "edge/http/sse_stream.h"

#include <gtest/gtest.h>

#include "tests/unit/edge/http/api_fixture.h"

namespace longwire::edge {
namespace {

struct EventStream : testing::Test, ApiFixture {
    void events(const std::string& topic, std::uint64_t first, std::size_t count, std::uint64_t epoch = 0xe) {
        hub.on_events(make_batch("dev/" + topic, epoch, first, count));
    }
    static std::string data(const std::string& topic, std::uint64_t offset) {
        return "data: " + std::string(make_batch("dev/" + topic, 0xe, offset, 1)->json(0)) + "\n\n";
    }
    /// Watches a topic from elsewhere, so that it is ready.
    void open_topic(const std::string& topic, std::uint64_t last, std::uint64_t tail = 1) {
        warmers.push_back(get("/v1/events?topic=" + topic));
        ready("dev/" + topic, last, tail);
    }
    std::vector<Exchange> warmers;
};

const std::string kEpoch = "000000000000000e";

TEST_F(EventStream, BeginsAtOnceAndSaysItsPlace) {
    const auto stream = get("/v1/events?topic=room/ops");
    EXPECT_TRUE(stream->is_stream);
    EXPECT_EQ(stream->status(), 200U);
    EXPECT_EQ(stream->response.content_type, "text/event-stream");
    EXPECT_EQ(stream->header("Cache-Control"), "no-cache");
    EXPECT_EQ(stream->take_stream(), ": longwire\n\n");
    ready("dev/room/ops", 10);
    EXPECT_EQ(stream->take_stream(), "id: " + kEpoch + ":10\n\n");
    events("room/ops", 11, 2);
    EXPECT_EQ(stream->take_stream(),
              "id: " + kEpoch + ":11\n" + data("room/ops", 11) + "id: " + kEpoch + ":12\n" + data("room/ops", 12));
}

TEST_F(EventStream, GoesOnBehindALastEventIdOrAfter) {
    open_topic("a", 2);
    events("a", 3, 3);
    for (const auto& stream : {request("GET", "/v1/events?topic=a", {}, {{"last-event-id", kEpoch + ":4"}}),
                               get("/v1/events?topic=a&after=" + kEpoch + ":4"),
                               request("GET", "/v1/events?topic=a&after=x", {}, {{"last-event-id", kEpoch + ":4"}})}) {
        EXPECT_EQ(stream->take_stream(), ": longwire\n\nid: " + kEpoch + ":4\n\nid: " + kEpoch + ":5\n" + data("a", 5));
    }
}

TEST_F(EventStream, MayBeginAtTheStart) {
    const auto stream = get("/v1/events?topic=a&from=start");
    ready("dev/a", 2);
    page({0xe, 2, 1, make_batch("dev/a", 0xe, 1, 2)});
    EXPECT_EQ(stream->take_stream(), ": longwire\n\nid: " + kEpoch + ":0\n\nid: " + kEpoch + ":1\n" + data("a", 1) +
                                         "id: " + kEpoch + ":2\n" + data("a", 2));
}

TEST_F(EventStream, MayBeginWithASnapshot) {
    const auto stream = get("/v1/events?topic=task/t&from=snapshot");
    EXPECT_EQ(command(), R"(state {"task":"t","output":true})");
    answer(R"({"task":"t","epoch":"000000000000000e","offset":2})");
    ready("dev/task/t", 3);
    page({0xe, 3, 1, make_batch("dev/task/t", 0xe, 3, 1)});
    EXPECT_EQ(stream->take_stream(),
              ": longwire\n\nid: " + kEpoch + ":2\n\nid: " + kEpoch +
                  ":2\ndata: {\"snapshot\":{\"task\":\"t\",\"epoch\":\"000000000000000e\",\"offset\":2},"
                  "\"topic\":\"task/t\",\"epoch\":\"000000000000000e\",\"offset\":2}\n\nid: " +
                  kEpoch + ":3\n" + data("task/t", 3));
}

TEST_F(EventStream, ACursorGoesBeforeASnapshot) {
    const auto stream = get("/v1/events?topic=task/t&from=snapshot&after=" + kEpoch + ":2");
    EXPECT_TRUE(all<SendCommand>().empty());
    ready("dev/task/t", 2);
    EXPECT_EQ(stream->take_stream(), ": longwire\n\nid: " + kEpoch + ":2\n\n");
}

TEST_F(EventStream, ASnapshotIsForTasksThatAreThere) {
    EXPECT_EQ(get("/v1/events?topic=task/t&topic=room/a&from=snapshot")->status(), 400U);
    const auto stream = get("/v1/events?topic=task/t&from=snapshot");
    refuse({Errc::not_found, "there is no task t", "task", 0});
    EXPECT_NE(stream->take_stream().find("event: error\ndata: {\"code\":\"not_found\""), std::string::npos);
    const auto left = get("/v1/events?topic=task/t&from=snapshot");
    left->leave();
    answer(R"({"task":"t","epoch":"000000000000000e","offset":2})");
    EXPECT_TRUE(all<WatchTopic>().empty());
}

TEST_F(EventStream, OverSeveralTopicsAnIdSaysWhereAllStand) {
    const auto stream = get("/v1/events?topic=a&topic=b");
    ready("dev/a", 1);
    EXPECT_EQ(stream->take_stream(), ": longwire\n\nid: " + kEpoch + ":1,-\n\n");
    ready("dev/b", 7);
    events("a", 2, 2);
    events("b", 8, 1);
    EXPECT_EQ(stream->take_stream(),
              "id: " + kEpoch + ":1," + kEpoch + ":7\n\n" +                   //
                  "id: " + kEpoch + ":2," + kEpoch + ":7\n" + data("a", 2) +  //
                  "id: " + kEpoch + ":3," + kEpoch + ":7\n" + data("a", 3) +  //
                  "id: " + kEpoch + ":3," + kEpoch + ":8\n" + data("b", 8));
    const auto resumed = get("/v1/events?topic=a&topic=b&after=" + kEpoch + ":2,-");
    EXPECT_EQ(resumed->take_stream(), ": longwire\n\nid: " + kEpoch + ":2,-\n\n" + "id: " + kEpoch + ":3,-\n" +
                                          data("a", 3) + "id: " + kEpoch + ":3," + kEpoch + ":8\n\n");
}

TEST_F(EventStream, AnIdOfAnotherStreamIsRefused) {
    for (const auto* after : {"x", "000000000000000e", "000000000000000e:", "000000000000000e:x", "0:1",
                              "000000000000000e:1,000000000000000e:1", "000000000000000e:1,"}) {
        const auto stream = get("/v1/events?topic=a&after=" + std::string(after));
        EXPECT_FALSE(stream->is_stream) << after;
        EXPECT_EQ(stream->status(), 400U) << after;
        EXPECT_NE(stream->body().find("\"field\":\"after\""), std::string::npos) << after;
    }
    EXPECT_EQ(get("/v1/events?topic=a&topic=b&after=" + kEpoch + ":1")->status(), 400U);
}

TEST_F(EventStream, WantsTopicsThatDiffer) {
    // A topic given twice brought each event twice.
    EXPECT_EQ(get("/v1/events?topic=a&topic=b&topic=a")->status(), 400U);
    EXPECT_EQ(get("/v1/events")->status(), 400U);
    EXPECT_EQ(get("/v1/events?topic=")->status(), 400U);
    EXPECT_EQ(get("/v1/events?topic=a/%2B")->status(), 400U);
    std::string many = "/v1/events?topic=a";
    for (int i = 0; i < 100; ++i) many += "&topic=a" + std::to_string(i);
    EXPECT_EQ(get(many)->status(), 400U);
    EXPECT_TRUE(asked.empty());
}

TEST_F(EventStream, AGapIsDataAndMovesTheId) {
    open_topic("a", 9, 6);
    const auto stream = get("/v1/events?topic=a&after=" + kEpoch + ":2");
    EXPECT_EQ(stream->take_stream(),
              ": longwire\n\nid: " + kEpoch + ":5\n\nid: " + kEpoch +
                  ":5\ndata: {\"gap\":{\"topic\":\"a\",\"from\":3,\"to\":5,\"reason\":\"trimmed\"}}\n\n");
}

TEST_F(EventStream, BehindANewEpochTheIdIsItsPlace) {
    // The id behind a new epoch was the old one's offset in the new one: who came back with it missed the beginning.
    const auto stream = get("/v1/events?topic=a");
    ready("dev/a", 9);
    stream->take_stream();
    hub.on_ready({"dev/a", 0xf, 0, 1});
    EXPECT_EQ(
        stream->take_stream(),
        "id: 000000000000000f:0\ndata: {\"gap\":{\"topic\":\"a\",\"from\":10,\"to\":9,\"reason\":\"epoch_changed\","
        "\"epoch\":\"000000000000000f\"}}\n\n");
}

TEST_F(EventStream, ACommentKeepsAQuietOneOpen) {
    const auto stream = get("/v1/events?topic=a");
    ready("dev/a", 0);
    stream->take_stream();
    services.now_us += 14'999'999;
    api.tick();
    EXPECT_EQ(stream->take_stream(), "");
    services.now_us += 1;
    api.tick();
    EXPECT_EQ(stream->take_stream(), ": keep-alive\n\n");
    services.now_us += 10'000'000;
    events("a", 1, 1);
    stream->take_stream();
    services.now_us += 10'000'000;
    api.tick();
    EXPECT_EQ(stream->take_stream(), "") << "the event has kept it open";
}

TEST_F(EventStream, ASlowOneLagsWithoutLoss) {
    const auto stream = get("/v1/events?topic=a");
    ready("dev/a", 0);
    stream->take_stream();
    stream->unsent = 1U << 20;
    events("a", 1, 1);
    events("a", 2, 1);
    api.tick();
    EXPECT_EQ(stream->take_stream(), "");
    stream->drain();
    EXPECT_EQ(stream->take_stream(), "id: " + kEpoch + ":1\n" + data("a", 1) + "id: " + kEpoch + ":2\n" + data("a", 2));
}

TEST_F(EventStream, AnAbandonedOneFreesItsWatches) {
    const auto stream = get("/v1/events?topic=a&topic=b");
    stream->leave();
    hub.tick(services.now_us + 100'000'000);
    EXPECT_EQ(hub.topics(), 0U);
    api.tick();
}

TEST_F(EventStream, AloneKeepsItsExchangeWhoseCallbacksHoldIt) {
    const auto stream = get("/v1/events?topic=a");
    ready("dev/a", 0);
    stream->unsent = 1U << 20;
    events("a", 1, 1);  // asks to be told when there is room
    EXPECT_EQ(stream.use_count(), 2) << "the test's and the stream's";
    stream->leave();
    EXPECT_EQ(stream.use_count(), 1);
}

TEST_F(EventStream, AClientThatHasGoneAlreadyIsHarmless) {
    // A client that had gone before its stream was opened had the stream opened after it was destroyed.
    net::HttpRequest request;
    request.method = "GET";
    request.path = "/v1/events";
    request.query = "topic=a";
    const auto exchange = std::make_shared<FakeExchange>();
    exchange->has_gone = true;
    api.handle(request, exchange);
    hub.tick(services.now_us + 100'000'000);
    EXPECT_EQ(hub.topics(), 0U);
}

TEST_F(EventStream, ARefusedTopicEndsTheStreamAndFreesTheOthers) {
    // A stream that was ended from this side was kept, with its watches, for ever.
    const auto stream = get("/v1/events?topic=a&topic=b");
    stream->take_stream();
    hub.on_refused({"dev/a", Error{Errc::forbidden, "not for you", "topic", 0}});
    EXPECT_EQ(stream->take_stream(),
              "event: error\ndata: {\"code\":\"forbidden\",\"message\":\"not for you\",\"field\":\"topic\"}\n\n");
    EXPECT_TRUE(stream->has_ended);
    api.tick();
    hub.tick(services.now_us + 100'000'000);
    EXPECT_EQ(hub.topics(), 0U);
}

TEST_F(EventStream, ThatTakesNothingForLongIsEnded) {
    const auto stream = get("/v1/events?topic=room/ops");
    ready("dev/room/ops", 0);
    stream->unsent = 100;
    stream->sent = 10;
    api.tick();
    services.now_us += services.limits.stalled_ms * 1000 - 1;
    api.tick();
    stream->sent = 11;
    api.tick();
    services.now_us += services.limits.stalled_ms * 1000 - 1;
    api.tick();
    EXPECT_GT(stream.use_count(), 1);
    services.now_us += 1;
    api.tick();
    EXPECT_EQ(stream.use_count(), 1) << "an exchange that is dropped before its end is cut";
}

}  // namespace
}  // namespace longwire::edge
