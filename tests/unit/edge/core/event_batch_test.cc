#include "edge/core/event_batch.h"

#include <gtest/gtest.h>

#include <thread>

#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_writer.h"
#include "tests/unit/edge/core/batches.h"

namespace longwire::edge {
namespace {

std::string json_of(std::string_view topic, const Envelope& envelope) {
    std::string json;
    append_event_json(topic, 7, envelope, json);
    return json;
}

Envelope plain_envelope() {
    Envelope envelope;
    envelope.producer = "worker-1";
    envelope.time_us = 1'234;
    envelope.type = "log";
    envelope.payload = "\xC0";
    return envelope;
}

TEST(EventJson, HasTheFieldsOfThePushInTheirOrder) {
    auto envelope = plain_envelope();
    const auto payload = json_to_msgpack(R"({"i":1,"message":"a"})");
    envelope.payload = *payload;
    EXPECT_EQ(json_of("room/ops", envelope),
              R"({"topic":"room/ops","offset":7,"type":"log","time_us":1234,"data":{"i":1,"message":"a"},)"
              R"("source":"worker-1"})");
}

TEST(EventJson, NamesTheTaskAndAttemptOfATasksEvent) {
    auto envelope = plain_envelope();
    envelope.attempt = 2;
    EXPECT_EQ(json_of("task/t1", envelope),
              R"({"topic":"task/t1","offset":7,"type":"log","time_us":1234,"data":null,"task":"t1","attempt":2,)"
              R"("source":"worker-1"})");
}

TEST(EventJson, NamesTheTaskThatTheEnvelopeSaysElsewhere) {
    auto envelope = plain_envelope();
    envelope.task = "t9";
    envelope.attempt = 1;
    EXPECT_NE(json_of("agent/a1", envelope).find(R"("task":"t9","attempt":1)"), std::string::npos);
}

TEST(EventJson, TheSourceOfAPublishedEventIsItsUser) {
    std::string headers;
    MsgpackWriter writer(headers);
    writer.map(1);
    writer.field("user", "anna");
    auto envelope = plain_envelope();
    envelope.headers = headers;
    EXPECT_NE(json_of("room/ops", envelope).find(R"("source":"anna"})"), std::string::npos);
}

TEST(EventJson, BytesThatAreNoUtf8BecomeReplacementCharacters) {
    std::string payload;
    MsgpackWriter(payload).string("a\xff\xc3\xa9");
    auto envelope = plain_envelope();
    envelope.payload = payload;
    EXPECT_NE(json_of("room/ops", envelope).find("\"data\":\"a\xEF\xBF\xBD\xc3\xa9\""), std::string::npos);
}

TEST(EventMsgpack, HasTheSameFieldsWithThePayloadAsItIs) {
    auto envelope = plain_envelope();
    const auto payload = std::string("\xC4\x02\x00\xff", 4);  // bin, which JSON has no form for
    envelope.payload = payload;
    envelope.attempt = 3;
    std::string object;
    append_event_msgpack("task/t1", 7, envelope, object);
    const auto fields = MsgpackFields::parse(object, "event");
    ASSERT_TRUE(fields);
    EXPECT_EQ(fields->raw("data"), payload);
    EXPECT_EQ(*fields->string("topic"), "task/t1");
    EXPECT_EQ(*fields->string("task"), "t1");
    EXPECT_EQ(*fields->string("source"), "worker-1");
    EXPECT_EQ(*fields->integer("offset", 0, 100), 7);
    EXPECT_EQ(*fields->integer("attempt", 0, 100), 3);
    EXPECT_EQ(*fields->integer("time_us", 0, 10'000), 1'234);
    EXPECT_EQ(fields->all().size(), 8U);
}

TEST(EventBatch, FramesAreContiguousAndASliceBeginsAtAnyEvent) {
    const auto batch = make_batch("dev/room/ops", 5, 11, 3);
    std::string expected;
    for (std::size_t i = 1; i < 3; ++i) {
        const auto json = batch->json(i);
        EXPECT_EQ(json.front(), '{');
        EXPECT_EQ(json.back(), '}');
        ASSERT_LT(json.size(), 126U);
        expected += "\x81";
        expected += static_cast<char>(json.size());
        expected += json;
    }
    EXPECT_EQ(batch->json_frames(1).bytes, expected);
    EXPECT_EQ(batch->json_frames(0).owner, batch->json_frames(2).owner);
    EXPECT_NE(batch->json(2).find("\"offset\":13"), std::string::npos);
    EXPECT_EQ(batch->last(), 13U);
    EXPECT_EQ(batch->topic(), "room/ops");
    EXPECT_EQ(batch->realm(), "dev");
}

TEST(EventBatch, FrameHeadersGrowWithThePayload) {
    for (const std::size_t padding : {std::size_t{10}, std::size_t{300}, std::size_t{70'000}, std::size_t{1'000'000}}) {
        const auto batch = make_batch("dev/room/ops", 5, 1, 2, padding);
        const auto frames = batch->json_frames(0).bytes;
        const auto header = padding < 100 ? 2U : padding < 65'000 ? 4U : 10U;
        EXPECT_EQ(static_cast<unsigned char>(frames[1]), padding < 100 ? batch->json(0).size()
                                                         : header == 4 ? 126U
                                                                       : 127U);
        EXPECT_EQ(frames.size(), 2 * header + batch->json(0).size() + batch->json(1).size());
        EXPECT_EQ(frames.substr(header, batch->json(0).size()), batch->json(0));
        EXPECT_EQ(batch->msgpack_frames(1).bytes.size(), header + batch->msgpack(1).size());
    }
}

TEST(EventBatch, AnUnreadableEnvelopeIsAnEventAndNoHole) {
    const auto good = envelope_bytes("log", "1");
    const auto batch = EventBatch::make(SharedText("dev/room/ops"), 5, 1, {good, "\xC1garbage", good});
    ASSERT_EQ(batch->size(), 3U);
    EXPECT_EQ(batch->json(1),
              R"({"topic":"room/ops","offset":2,"type":"unreadable","time_us":0,"data":null,"source":"edge"})");
    EXPECT_NE(batch->json(2).find("\"offset\":3"), std::string::npos);
}

TEST(EventBatch, AnEventStreamsMessagesHaveTheirPlaceAsId) {
    const auto batch = make_batch("dev/room/ops", 0xab, 11, 2);
    EXPECT_EQ(batch->event_stream(1).bytes, "id: 00000000000000ab:12\ndata: " + std::string(batch->json(1)) + "\n\n");
    EXPECT_EQ(batch->event_stream(0).bytes.substr(0, 28), "id: 00000000000000ab:11\ndata");
}

TEST(EventBatch, ShardsMayAskForTheSameFormAtOnce) {
    for (int round = 0; round < 20; ++round) {
        const auto batch = make_batch("dev/room/ops", 5, 1, 20);
        std::array<SharedSlice, 4> frames;
        std::vector<std::thread> shards;
        for (auto& mine : frames) shards.emplace_back([&] { mine = batch->msgpack_frames(0); });
        for (auto& shard : shards) shard.join();
        for (const auto& mine : frames) EXPECT_EQ(mine.owner, frames[0].owner);
    }
}

TEST(EventBatch, ItsSizeIsThatOfItsEventsInBothForms) {
    const auto envelope = envelope_bytes("log", "1");
    const auto one = make_batch("dev/room/ops", 5, 1, 1);
    EXPECT_EQ(one->bytes(), sizeof(EventBatch) + envelope.size() + one->json_frames(0).bytes.size());
    const auto three = make_batch("dev/room/ops", 5, 1, 3);
    EXPECT_EQ(three->bytes(), sizeof(EventBatch) + 3 * envelope.size() + three->json_frames(0).bytes.size() +
                                  2 * (sizeof(Envelope) + sizeof(std::uint32_t)));
}

TEST(EventBatch, WhatIsRenderedNextDoesNotTouchWhatWasBefore) {
    const auto large = make_batch("dev/room/ops", 5, 1, 2, 1'000'000);
    const auto frames = std::string(large->json_frames(0).bytes);
    const auto small = make_batch("dev/room/ops", 5, 3, 1);
    EXPECT_NE(small->msgpack(0).find("room/ops"), std::string_view::npos);
    EXPECT_EQ(small->json_frames(0).bytes.size(), 2 + small->json(0).size());
    EXPECT_EQ(large->json_frames(0).bytes, frames);
}

TEST(EventBatch, ItsSizeDoesNotChangeWithTheFormsThatAreRenderedLater) {
    const auto batch = make_batch("dev/room/ops", 5, 1, 20);
    const auto bytes = batch->bytes();
    static_cast<void>(batch->msgpack(0));
    static_cast<void>(batch->event_stream(0));
    EXPECT_EQ(batch->bytes(), bytes);
}

}  // namespace
}  // namespace longwire::edge
