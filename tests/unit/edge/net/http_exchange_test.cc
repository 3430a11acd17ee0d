#include "edge/net/http_exchange.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longwire::edge::net {
namespace {

/// Keeps what it is told.
class Writer final : public AnswerWriter {
  public:
    void respond(const HttpResponse& response) override {
        told.push_back("respond " + std::to_string(response.status));
    }
    void begin_stream(const HttpResponse&) override { told.emplace_back("begin"); }
    void write(SharedSlice piece) override { told.push_back("write " + std::string(piece.bytes)); }
    void end_stream() override { told.emplace_back("end"); }
    void tell_when_drained() override { told.emplace_back("tell when drained"); }
    std::size_t unsent_bytes() const override { return 7; }
    std::uint64_t sent_bytes() const override { return 8; }
    void on_dropped() override { told.emplace_back("dropped"); }

    std::vector<std::string> told;
};

using Told = std::vector<std::string>;

class HttpExchangeTest : public ::testing::Test {
  protected:
    std::shared_ptr<Writer> session = std::make_shared<Writer>();
    std::shared_ptr<Exchange> exchange = std::make_shared<Exchange>(session, "192.0.2.7");
    std::shared_ptr<int> captured = std::make_shared<int>();
    int calls = 0;

    /// What a callback captures lives as long as it may be called.
    std::function<void()> callback() {
        return [this, captured = captured] { ++calls; };
    }
    bool is_held() const { return captured.use_count() > 1; }
};

TEST_F(HttpExchangeTest, IsDroppedOnlyBeforeItsEnd) {
    exchange.reset();
    EXPECT_EQ(session->told, Told{"dropped"});
    session->told.clear();
    exchange = std::make_shared<Exchange>(session, "192.0.2.7");
    exchange->complete();
    exchange.reset();
    EXPECT_EQ(session->told, Told{});
}

TEST_F(HttpExchangeTest, OutlivesItsSession) {
    session.reset();
    exchange->respond({});
    exchange->write(SharedSlice::of("x"));
    exchange->end_stream();
    exchange->when_drained(callback());
    EXPECT_EQ(exchange->unsent_bytes(), 0U);
    EXPECT_EQ(exchange->sent_bytes(), 0U);
    EXPECT_FALSE(is_held()) << "nobody will ever call it";
}

TEST_F(HttpExchangeTest, TellsOnceOfEachAskingThatAllHasLeft) {
    exchange->when_drained(callback());
    exchange->drained();
    exchange->drained();
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(session->told, Told{"tell when drained"});
}

TEST_F(HttpExchangeTest, ItsCallbacksGoWithIt) {
    exchange->when_drained(callback());
    exchange->on_abandoned(callback());
    EXPECT_TRUE(is_held());
    exchange.reset();
    EXPECT_FALSE(is_held());
}

TEST_F(HttpExchangeTest, ItsCallbacksGoWhenTheAnswerIsComplete) {
    exchange->when_drained(callback());
    exchange->on_abandoned(callback());
    exchange->complete();
    EXPECT_FALSE(is_held());
    exchange->drained();
    exchange->abandon();
    EXPECT_EQ(calls, 0);
}

TEST_F(HttpExchangeTest, MayBeDroppedByWhoHearsThatTheClientHasGone) {
    auto* const kept_by_the_session = exchange.get();
    exchange->when_drained(callback());
    exchange->on_abandoned([this, call = callback()] {
        exchange.reset();
        call();
    });
    kept_by_the_session->abandon();
    EXPECT_EQ(calls, 1);
    EXPECT_FALSE(is_held());
    EXPECT_EQ(session->told.back(), "dropped");
}

TEST_F(HttpExchangeTest, AClientThatHasGoneAlreadyIsToldOfAtOnce) {
    exchange->abandon();
    exchange->on_abandoned(callback());
    EXPECT_EQ(calls, 1);
    exchange->respond({});
    EXPECT_EQ(session->told, Told{"respond 200"}) << "it may only have ended its side";
}

}  // namespace
}  // namespace longwire::edge::net
