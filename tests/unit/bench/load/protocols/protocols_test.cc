#include <gtest/gtest.h>

#include "bench/load/protocols/http_post.h"
#include "bench/load/protocols/longwire.h"
#include "bench/load/protocols/mqtt.h"
#include "bench/load/protocols/nats.h"
#include "bench/load/protocols/nchan.h"
#include "bench/load/protocols/plain.h"
#include "bench/load/protocols/socketio.h"
#include "tests/unit/bench/load/protocols/recorded.h"

namespace longwire::load {
namespace {

using Texts = std::vector<std::string>;

const Role kWatcher{"bench/0", false, "watcher-0", "/watch?id=bench/0"};
const Role kPublisher{"", false, "publisher", "/publish?id="};

TEST(LoadProtocols, EachIsKnownByItsName) {
    for (const char* name : {"longwire", "plain", "nats", "socketio", "mqtt", "nchan", "http"}) {
        const auto traits = protocol_of(name);
        ASSERT_TRUE(traits) << name;
        EXPECT_NE((*traits)->make(kWatcher), nullptr);
    }
    EXPECT_FALSE(protocol_of("smoke"));
}

TEST(LoadProtocols, LongwireGoesOnAfterTheLastEvent) {
    LongwireProtocol protocol(kWatcher);
    Recorded seen;
    protocol.on_open(seen, seen);
    protocol.on_message(R"({"id":1,"ok":{"topic":"bench/0","epoch":"00ff","offset":4,"head":4}})", seen, seen);
    EXPECT_EQ(seen.readies, 1);
    protocol.on_message(
        "{\"topic\":\"bench/0\",\"offset\":5,\"data\":1}\n{\"topic\":\"bench/0\",\"offset\":6,\"data\":2}", seen, seen);
    EXPECT_EQ(seen.events.size(), 2U);
    protocol.on_open(seen, seen);
    EXPECT_EQ(seen.sent, (Texts{R"({"id":1,"cmd":"subscribe","topic":"bench/0","from":"now"})",
                                R"({"id":2,"cmd":"subscribe","topic":"bench/0","from":{"epoch":"00ff","offset":6}})"}));
}

TEST(LoadProtocols, LongwireTellsGapsAndErrors) {
    LongwireProtocol protocol(kWatcher);
    Recorded seen;
    protocol.on_message(R"({"gap":{"topic":"bench/0","from":1,"to":2,"reason":"slow"}})", seen, seen);
    protocol.on_message(R"({"id":1,"error":{"code":"conflict"}})", seen, seen);
    protocol.on_message(R"({"notice":"draining"})", seen, seen);
    EXPECT_EQ(seen.gaps, 1);
    EXPECT_EQ(seen.refusals.size(), 1U);
    EXPECT_EQ(seen.readies, 0);
}

TEST(LoadProtocols, LongwireCountsWhatWasAccepted) {
    LongwireProtocol protocol(kPublisher);
    Recorded seen;
    protocol.on_open(seen, seen);
    EXPECT_EQ(seen.readies, 1);
    protocol.publish("bench/1", R"({"a":1})", seen);
    EXPECT_EQ(seen.sent, (Texts{R"({"id":1,"cmd":"publish","topic":"bench/1","type":"bench","data":{"a":1}})"}));
    protocol.on_message(R"({"id":1,"ok":{"topic":"bench/1","epoch":"00ff","offset":1,"duplicate":false}})", seen, seen);
    protocol.on_message(R"({"id":2,"error":{"code":"unavailable"}})", seen, seen);
    EXPECT_EQ(seen.accepted, 1);
    EXPECT_EQ(seen.refusals.size(), 1U);
}

TEST(LoadProtocols, NatsReadsItsStreamInPiecesOfAnySize) {
    const std::string_view stream =
        "INFO {\"a\":1}\r\nPONG\r\nMSG bench/0 1 5\r\nhe\r\no\r\nPING\r\nMSG bench/0 1 0\r\n\r\n-ERR 'x'\r\n";
    for (const std::size_t step : {1U, 3U, 1'000U}) {
        NatsProtocol protocol(kWatcher);
        Recorded seen;
        protocol.on_open(seen, seen);
        seen.feed(protocol, stream, step);
        EXPECT_EQ(seen.events, (Texts{"he\r\no", ""})) << step;
        EXPECT_EQ(seen.readies, 1);
        EXPECT_EQ(seen.refusals, Texts{"-ERR 'x'"});
        ASSERT_EQ(seen.sent.size(), 2U);
        EXPECT_NE(seen.sent[0].find("\r\nSUB bench/0 1\r\nPING\r\n"), std::string::npos);
        EXPECT_EQ(seen.sent[1], "PONG\r\n");
    }
}

TEST(LoadProtocols, NatsPublishesWithTheLength) {
    NatsProtocol protocol(kPublisher);
    Recorded seen;
    protocol.publish("bench/1", "hello", seen);
    EXPECT_EQ(seen.sent, Texts{"PUB bench/1 5\r\nhello\r\n"});
}

TEST(LoadProtocols, SocketIoConnectsAndThenWatches) {
    SocketIoProtocol protocol(kWatcher);
    Recorded seen;
    for (const char* message : {R"(0{"sid":"x"})", R"(40{"sid":"y"})", "430[]", "2", R"(42["event",{"a":1}])"}) {
        protocol.on_message(message, seen, seen);
    }
    EXPECT_EQ(seen.sent, (Texts{"40", R"(420["watch","bench/0"])", "3"}));
    EXPECT_EQ(seen.readies, 1);
    EXPECT_EQ(seen.events, Texts{R"(42["event",{"a":1}])"});
}

TEST(LoadProtocols, MqttReadsItsStreamInPiecesOfAnySize) {
    const std::string connack("\x20\x02\x00\x00", 4);
    const std::string suback("\x90\x03\x00\x01\x00", 5);
    const std::string topic(
        "\x00\x07"
        "bench/0",
        9);
    const std::string long_text(300, 'x');
    const std::string event = std::string("\x30\xb5\x02", 3) + topic + long_text;
    for (const std::size_t step : {1U, 4U, 1'000U}) {
        MqttProtocol protocol(kWatcher);
        Recorded seen;
        protocol.on_open(seen, seen);
        seen.feed(protocol, connack + suback + event + event, step);
        EXPECT_EQ(seen.readies, 1);
        EXPECT_EQ(seen.events, (Texts{topic + long_text, topic + long_text})) << step;
        ASSERT_EQ(seen.sent.size(), 2U);
        EXPECT_EQ(seen.sent[1], std::string("\x82\x0c\x00\x01", 4) + topic + std::string(1, '\0'));
    }
}

TEST(LoadProtocols, MqttPublishesWhatItReads) {
    MqttProtocol publisher(kPublisher);
    MqttProtocol watcher(kWatcher);
    Recorded sent;
    publisher.publish("bench/0", std::string(200, 'y'), sent);
    Recorded seen;
    watcher.on_message(sent.sent.at(0), seen, seen);
    ASSERT_EQ(seen.events.size(), 1U);
    EXPECT_TRUE(seen.events[0].ends_with(std::string(200, 'y')));
}

TEST(LoadProtocols, NchanNamesTheLastMessageWhenItComesBack) {
    NchanProtocol protocol(kWatcher);
    Recorded seen;
    EXPECT_EQ(protocol.path(), "/watch?id=bench/0");
    protocol.on_message("id: 1700000000:3\ncontent-type: application/json\n\n{}", seen, seen);
    EXPECT_EQ(seen.events.size(), 1U);
    EXPECT_EQ(protocol.path(), "/watch?id=bench/0&last_event_id=1700000000:3");
}

TEST(LoadProtocols, HttpReadsAnswersInPiecesOfAnySize) {
    const std::string_view answers =
        "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nqueueHTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"
        "HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno";
    for (const std::size_t step : {1U, 10U, 1'000U}) {
        HttpPostProtocol protocol(kPublisher);
        Recorded seen;
        protocol.on_open(seen, seen);
        seen.feed(protocol, answers, step);
        EXPECT_EQ(seen.accepted, 2) << step;
        EXPECT_EQ(seen.refusals, Texts{"HTTP/1.1 500 Oh"});
    }
}

}  // namespace
}  // namespace longwire::load
