#include "edge/dialects/translated.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "tests/unit/edge/core/batches.h"
#include "tests/unit/edge/core/fake_shard.h"

namespace longwire::edge {
namespace {

/// Keeps what is sent.
class FakeChannel final : public Channel {
  public:
    void send(SharedBytes text, std::string_view id) override {
        sent.push_back(text);
        ids.emplace_back(id);
    }
    void answer(unsigned status, std::string json) override { answered = std::to_string(status) + " " + json; }
    void refuse(const Error& error) override { answered = describe(error); }
    std::uint64_t prove() override { return 7; }
    std::size_t unsent_bytes() const override { return unsent; }
    void tell_when_drained() override {}
    void close(std::uint16_t code, std::string_view /*reason*/) override { closed_with = code; }

    std::string heard() {
        std::string lines;
        for (const auto& text : std::exchange(sent, {})) lines.append(lines.empty() ? "" : "\n").append(*text);
        return lines;
    }

    std::vector<SharedBytes> sent;
    std::vector<std::string> ids;
    std::string answered;
    std::size_t unsent = 0;
    std::uint16_t closed_with = 0;
};

json::object type_of(const NativeEvent& event) {
    return {{"event", event.type}, {"offset", event.offset}, {"task", event.task}, {"data", event.data}};
}

/// Does what its client says: {"cmd", …} as a command, {"wake": us} or {"close": code}; and follows every event of
/// which it hears with a command.
class Puppet final : public Translator {
  public:
    explicit Puppet(Host& host) : host_(host) {}

    void on_open() override { host_.send({{"open", host_.who().user}}); }
    void on_message(const json::value& message) override {
        const auto& fields = message.as_object();
        if (fields.contains("wake")) return host_.wake_at(fields.at("wake").to_number<std::int64_t>());
        if (fields.contains("close")) return host_.close(fields.at("close").to_number<std::uint16_t>(), "");
        auto rest = fields;
        rest.erase("cmd");
        host_.command(fields.at("cmd").as_string(), rest, [this](const Result<json::object>& ok) {
            if (ok) return host_.send({{"ok", *ok}});
            host_.send({{"error", describe(ok.error())}, {"retry_ms", ok.error().retry_after_ms}});
        });
        host_.send({{"asked", true}});
    }
    void on_garbage(const Error& error) override { host_.send({{"garbage", error.field}}); }
    void on_event(const NativeEvent& event) override {
        host_.send_event(event, type_of);
        host_.command("input", {{"task", "seen"}, {"data", event.offset}});
    }
    void on_push(const json::object& push) override { host_.send({{"push", push}}); }
    void on_proven(std::uint64_t proof) override { host_.send({{"proven", proof}}); }
    void on_time() override { host_.send({{"time", host_.now_us()}}); }
    void on_closed(std::uint16_t code) override { host_.command("cancel", {{"task", std::to_string(code)}}); }

  private:
    Host& host_;
};

struct TranslatedTest : testing::Test, FakeShard {
    LetInAll authenticator;
    EventReader events;
    Timers timers;
    ProductServices products{services, authenticator, events, timers};
    FakeChannel channel;
    std::optional<TranslatedDialect> dialect;

    void SetUp() override {
        dialect.emplace(products, channel, Identity{"dev", "anna"},
                        [](Host& host) { return std::make_unique<Puppet>(host); });
        dialect->on_open();
        EXPECT_EQ(channel.heard(), R"({"open":"anna"})");
    }
    std::string say(std::string_view text) {
        dialect->on_message(text, false);
        return channel.heard();
    }
};

TEST_F(TranslatedTest, ACommandGoesToTheBrokerAndItsReplyComesAfterTheCall) {
    EXPECT_EQ(say(R"({"cmd":"state","task":"t"})"), R"({"asked":true})");
    EXPECT_EQ(command(), R"(state {"task":"t","id":1,"cmd":"state"})");
    answer(R"({"state":"RUNNING"})");
    EXPECT_EQ(channel.heard(), R"({"ok":{"state":"RUNNING"}})");
}

TEST_F(TranslatedTest, AnErrorKeepsWhatItSays) {
    say(R"({"cmd":"state","task":"t"})");
    refuse({Errc::unavailable, "no room", "task", 250});
    EXPECT_EQ(channel.heard(), R"({"error":"unavailable: task: no room","retry_ms":250})");
    EXPECT_EQ(say(R"({"cmd":"state"})"),
              "{\"asked\":true}\n"
              R"({"error":"bad_request: task: is required","retry_ms":0})");
}

TEST_F(TranslatedTest, EventsAreReadAndWhatFollowsThemIsAskedAtTheTurnsEnd) {
    say(R"({"cmd":"subscribe","topic":"task/t","from":"start"})");
    ready("dev/task/t", 0);
    EXPECT_NE(channel.heard().find(R"({"ok":{"topic":"task/t")"), std::string::npos);
    const auto before = all<SendCommand>().size();
    hub.on_events(make_batch("dev/task/t", 0xe, 1, 2));
    EXPECT_EQ(channel.heard(), R"({"event":"log","offset":1,"task":"t","data":1})"
                               "\n"
                               R"({"event":"log","offset":2,"task":"t","data":2})");
    EXPECT_EQ(all<SendCommand>().size(), before);
    EXPECT_EQ(timers.next_us(), 0);
    timers.run(services.now_us);
    EXPECT_EQ(all<SendCommand>().size(), before + 2);
}

TEST_F(TranslatedTest, WhatAnEventBecomesIsMadeOnceForAll) {
    FakeChannel other_channel;
    TranslatedDialect other(products, other_channel, {"dev", "bob"},
                            [](Host& host) { return std::make_unique<Puppet>(host); });
    say(R"({"cmd":"subscribe","topic":"room/a","from":"start"})");
    other.on_message(R"({"cmd":"subscribe","topic":"room/a","from":"start"})", false);
    ready("dev/room/a", 0);
    channel.heard();
    other_channel.heard();
    hub.on_events(make_batch("dev/room/a", 0xe, 1, 1));
    ASSERT_EQ(channel.sent.size(), 1U);
    ASSERT_EQ(other_channel.sent.size(), 1U);
    EXPECT_EQ(channel.sent[0], other_channel.sent[0]);
}

TEST_F(TranslatedTest, PushesThatAreNoEventsAreHandedOn) {
    say(R"({"cmd":"subscribe","topic":"task/t"})");
    ready("dev/task/t", 3);
    channel.heard();
    hub.on_trimmed({"dev/task/t", 4, 9});
    EXPECT_EQ(channel.heard(), R"({"push":{"gap":{"topic":"task/t","from":4,"to":9,"reason":"trimmed"}}})");
}

TEST_F(TranslatedTest, WhatIsNoJsonIsTold) {
    EXPECT_EQ(say("{nonsense"), R"({"garbage":"message"})");
    dialect->on_message("{}", true);
    EXPECT_EQ(channel.heard(), R"({"garbage":"message"})");
    EXPECT_EQ(say(std::string(200, '[')), R"({"garbage":"message"})");
}

TEST_F(TranslatedTest, TheClockWakesItOnce) {
    say(R"({"wake":1500000})");
    timers.run(1'400'000);
    EXPECT_EQ(channel.heard(), "");
    services.now_us = 1'500'000;
    timers.run(services.now_us);
    EXPECT_EQ(channel.heard(), R"({"time":1500000})");
    EXPECT_EQ(timers.next_us(), std::nullopt);
}

TEST_F(TranslatedTest, AProofIsHandedOn) {
    dialect->on_proven(7);
    EXPECT_EQ(channel.heard(), R"({"proven":7})");
}

TEST_F(TranslatedTest, AfterACloseNothingIsSentButWhatItAsksIsObeyed) {
    say(R"({"close":4403})");
    EXPECT_EQ(channel.closed_with, 4403);
    EXPECT_EQ(say(R"({"cmd":"state","task":"t"})"), "");
    dialect->on_closed(1006);
    EXPECT_NE(command().find(R"(cancel {"task":"1006")"), std::string::npos);
    dialect.reset();
    answer(R"({})");
    EXPECT_EQ(channel.heard(), "");
}

TEST_F(TranslatedTest, AClientThatTakesNothingIsClosed) {
    channel.unsent = services.limits.outbox_bytes_max + 1;
    dialect->on_tick();
    EXPECT_EQ(channel.closed_with, close_code::kTooSlow);
}

}  // namespace
}  // namespace longwire::edge
