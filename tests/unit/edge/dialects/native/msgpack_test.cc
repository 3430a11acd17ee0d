#include <gtest/gtest.h>

#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_writer.h"
#include "tests/unit/edge/dialects/native/client.h"

namespace longwire::edge {
namespace {

/// A client of longwire.v1.msgpack.
struct NativeMsgpack : testing::Test, NativeClient {
    NativeMsgpack() : NativeClient({}, msgpack_encoding()) {}

    /// Sends JSON as MessagePack; returns what came back as JSON.
    std::string say_packed(std::string_view json) {
        dialect->on_message(*json_to_msgpack(json), true);
        return heard_unpacked();
    }
    std::string heard_unpacked() {
        std::string lines;
        for (const auto& message : std::exchange(transport.sent, {})) {
            EXPECT_TRUE(message.is_binary);
            if (!lines.empty()) lines += '\n';
            EXPECT_TRUE(append_json(message.payload, lines));
        }
        return lines;
    }
};

TEST_F(NativeMsgpack, TheObjectsAreTheSameAsInJson) {
    EXPECT_EQ(say_packed(R"({"id":1,"cmd":"ping"})"), R"({"id":1,"ok":{"time_us":1000000}})");
    EXPECT_EQ(say_packed(R"({"id":1,"cmd":"fly"})"),
              R"({"id":1,"error":{"code":"bad_request","message":"is unknown: fly","field":"cmd"}})");
    say_packed(R"({"id":2,"cmd":"subscribe","topic":"task/t1","from":"start"})");
    ready("dev/task/t1", 0);
    events("task/t1", 1, 2);
    EXPECT_EQ(
        heard_unpacked(),
        R"({"id":2,"ok":{"topic":"task/t1","epoch":"000000000000000e","offset":0,"head":0,"tail":1,"resumed":false}})"
        "\n" +
            event_push("task/t1", 1) + "\n" + event_push("task/t1", 2));
    say_packed(R"({"id":3,"cmd":"history","topic":"task/t1"})");
    page({0xe, 1, 1, make_batch("dev/task/t1", 0xe, 1, 1)});
    EXPECT_EQ(heard_unpacked(), R"({"id":3,"ok":{"epoch":"000000000000000e","head":1,"tail":1,"events":[)" +
                                    event_push("task/t1", 1) + "]}}");
    hub.on_trimmed({"dev/task/t1", 3, 4});
    EXPECT_EQ(heard_unpacked(), R"({"gap":{"topic":"task/t1","from":3,"to":4,"reason":"trimmed"}})");
    dialect->on_draining(5);
    EXPECT_EQ(heard_unpacked(), R"({"notice":"draining","reconnect_ms":5})");
}

TEST_F(NativeMsgpack, AFrameMayHoldSeveralObjectsBackToBack) {
    dialect->on_message(*json_to_msgpack(R"({"id":1,"cmd":"ping"})") + *json_to_msgpack(R"({"id":2,"cmd":"ping"})"),
                        true);
    EXPECT_EQ(heard_unpacked(), "{\"id\":1,\"ok\":{\"time_us\":1000000}}\n{\"id\":2,\"ok\":{\"time_us\":1000000}}");
}

TEST_F(NativeMsgpack, PayloadsAreForwardedAsTheyAre) {
    const std::string data("\xC4\x03\x00\xff\x80", 5);
    std::string object;
    MsgpackWriter writer(object);
    writer.map(5);
    writer.field("id", std::uint64_t{1});
    writer.field("cmd", "publish");
    writer.field("topic", "room/ops");
    writer.field("type", "t");
    writer.field_raw("data", data);
    dialect->on_message(object, true);
    EXPECT_EQ(all<SendCommand>().at(0).fields, object);

    say_packed(R"({"id":2,"cmd":"subscribe","topic":"room/ops"})");
    ready("dev/room/ops", 0);
    transport.sent.clear();
    Envelope envelope;
    envelope.producer = "w";
    envelope.type = "t";
    envelope.payload = data;
    std::string bytes;
    write_envelope(envelope, bytes);
    hub.on_events(EventBatch::make(SharedText("dev/room/ops"), 0xe, 1, {bytes}));
    ASSERT_EQ(transport.sent.size(), 1U);
    EXPECT_EQ(MsgpackFields::parse(transport.sent[0].payload, "event")->raw("data"), data);
}

TEST_F(NativeMsgpack, WhatIsNoObjectIsGarbage) {
    for (const auto* bytes : {"", "\xC1", "\x05", "\x91\x01", "\x82\xa2id"}) {
        dialect->on_message(bytes, true);
        EXPECT_TRUE(heard_unpacked().starts_with(R"({"error":{"code":"bad_request")")) << bytes;
    }
    dialect->on_message(R"({"id":1,"cmd":"ping"})", false);
    EXPECT_EQ(heard_unpacked(), R"({"error":{"code":"bad_request","message":"must be a binary one","field":"frame"}})");
    for (int i = 0; i < 4; ++i) dialect->on_message("\xC1", true);
    EXPECT_EQ(transport.closed_with, 1008);
}

TEST_F(NativeMsgpack, WhatFollowsABrokenObjectIsNotGuessedAt) {
    dialect->on_message(
        *json_to_msgpack(R"({"id":1,"cmd":"ping"})") + "\xC1" + *json_to_msgpack(R"({"id":2,"cmd":"ping"})"), true);
    const auto answers = heard_unpacked();
    EXPECT_TRUE(answers.starts_with(R"({"id":1,"ok")")) << answers;
    EXPECT_EQ(answers.find("\"id\":2"), std::string::npos) << answers;
}

TEST_F(NativeMsgpack, ClientsOfBothEncodingsShareABatch) {
    FakeTransport text_transport;
    NativeDialect text(services, text_transport, {"dev", "anna"}, json_encoding());
    text.on_message(R"({"id":1,"cmd":"subscribe","topic":"a"})", false);
    say_packed(R"({"id":1,"cmd":"subscribe","topic":"a"})");
    ready("dev/a", 0);
    text_transport.take_lines();
    heard_unpacked();
    events("a", 1, 1);
    EXPECT_EQ(text_transport.take_lines(), event_push("a", 1));
    EXPECT_EQ(heard_unpacked(), event_push("a", 1));
}

}  // namespace
}  // namespace longwire::edge
