#include "edge/http/product_exchange.h"

#include <gtest/gtest.h>

#include "tests/unit/edge/core/batches.h"
#include "tests/unit/edge/core/fake_shard.h"
#include "tests/unit/edge/http/fake_exchange.h"
#include "tests/unit/edge/http/puppet_product.h"

namespace longwire::edge {
namespace {

struct ProductExchange : testing::Test, FakeShard {
    void open(const std::string& method = "GET", std::string body = {}) {
        net::HttpRequest request;
        request.method = method;
        request.body = std::move(body);
        conversation.emplace(products, exchange, Identity{"dev", "anna"},
                             [this](Host& host) { return std::make_unique<Puppet>(host, puppet); });
        conversation->open(request);
    }
    /// A stream that has begun.
    void stream() {
        puppet.on_open = [](Host& host) { host.send({{"n", 1}}); };
        open();
        exchange->take_stream();
    }
    void pass_ms(std::int64_t ms) {
        services.now_us += ms * 1000;
        timers.run(services.now_us);
        conversation->tick();
    }

    LetInAll authenticator;
    EventReader events;
    Timers timers;
    ProductServices products{services, authenticator, events, timers};
    Puppet::Strings puppet;
    std::shared_ptr<FakeExchange> exchange = std::make_shared<FakeExchange>();
    std::optional<http::ProductExchange> conversation;
};

TEST_F(ProductExchange, AnAnswerIsWhole) {
    puppet.on_open = [](Host& host) { host.answer(201, {{"id", 7}}); };
    open();
    EXPECT_EQ(exchange->status(), 201U);
    EXPECT_EQ(exchange->body(), R"({"id":7})");
    EXPECT_EQ(exchange->response.content_type, "application/json");
    EXPECT_TRUE(conversation->has_ended());
}

TEST_F(ProductExchange, AnErrorIsAProblemDocument) {
    puppet.on_open = [](Host& host) { host.refuse({Errc::unavailable, "not now", "kind", 1500}); };
    open();
    EXPECT_EQ(exchange->status(), 503U);
    EXPECT_EQ(exchange->response.content_type, "application/problem+json");
    EXPECT_EQ(exchange->header("Retry-After"), "2");
    EXPECT_NE(exchange->body().find(R"("code":"unavailable","detail":"not now","field":"kind")"), std::string::npos);
}

TEST_F(ProductExchange, OnlyTheFirstAnswerCounts) {
    puppet.on_open = [](Host& host) {
        host.answer(200, 1);
        host.answer(200, 2);
        host.refuse({Errc::internal, "late"});
        host.send({{"late", true}});
        host.close(1000, "");
    };
    open();
    EXPECT_EQ(exchange->responses, 1);
    EXPECT_EQ(exchange->body(), "1");
    EXPECT_FALSE(exchange->is_stream);
}

TEST_F(ProductExchange, TheBodyOfAMethodThatHasOneIsAMessage) {
    open("POST", R"({"a":[1]})");
    open("PUT", "");
    EXPECT_EQ(puppet.heard, (std::vector<std::string>{R"({"a":[1]})", "{}"}));
    puppet.heard.clear();
    open("GET", R"({"a":1})");
    open("HEAD", "");
    EXPECT_TRUE(puppet.heard.empty());
}

TEST_F(ProductExchange, ABodyThatIsNoJsonIsGarbage) {
    open("POST", "{nonsense");
    EXPECT_EQ(exchange->status(), 400U);
    EXPECT_NE(exchange->body().find(R"("field":"message")"), std::string::npos);
}

TEST_F(ProductExchange, ARequestThatIsAnsweredBeforeItsBodyIsReadIsDone) {
    puppet.on_open = [](Host& host) { host.refuse({Errc::forbidden, "not you"}); };
    open("POST", "{}");
    EXPECT_EQ(exchange->status(), 403U);
    EXPECT_TRUE(puppet.heard.empty());
}

TEST_F(ProductExchange, AStreamBeginsWithTheFirstMessage) {
    puppet.on_open = [](Host& host) {
        host.send({{"n", 1}}, "e:1");
        host.send({{"n", 2}});
    };
    open();
    EXPECT_TRUE(exchange->is_stream);
    EXPECT_EQ(exchange->response.content_type, "text/event-stream");
    EXPECT_EQ(exchange->header("Cache-Control"), "no-cache");
    EXPECT_EQ(exchange->header("X-Accel-Buffering"), "no");
    EXPECT_EQ(exchange->take_stream(), "id: e:1\ndata: {\"n\":1}\n\ndata: {\"n\":2}\n\n");
    EXPECT_FALSE(conversation->has_ended());
}

TEST_F(ProductExchange, EventsOfTheBusFlowIntoTheStream) {
    puppet.on_open = [](Host& host) {
        host.command("subscribe", {{"topic", "room/a"}, {"from", "start"}, {"conflate_ms", 0}});
    };
    open();
    ready("dev/room/a", 0);
    hub.on_events(make_batch("dev/room/a", 0xe, 1, 2));
    EXPECT_EQ(exchange->take_stream(), "id: at\ndata: {\"offset\":1}\n\nid: at\ndata: {\"offset\":2}\n\n");
}

TEST_F(ProductExchange, AStreamEndsWellWith1000) {
    stream();
    puppet.on_message = [](Host& host) { host.close(1000, ""); };
    exchange = std::make_shared<FakeExchange>();
    open("POST", "{}");
    EXPECT_TRUE(exchange->has_ended);
    EXPECT_TRUE(conversation->has_ended());
}

TEST_F(ProductExchange, AStreamThatEndsOtherwiseIsCut) {
    puppet.on_open = [](Host& host) {
        host.send({{"n", 1}});
        host.close(4410, "too slow");
    };
    open();
    EXPECT_FALSE(exchange->has_ended) << "or what came would be taken for the whole";
    EXPECT_TRUE(conversation->has_ended());
}

TEST_F(ProductExchange, AClosedRequestWithoutAStreamIsAProblem) {
    puppet.on_open = [](Host& host) { host.close(1013, "full"); };
    open();
    EXPECT_EQ(exchange->status(), 503U);
    EXPECT_NE(exchange->body().find("full (1013)"), std::string::npos);
}

TEST_F(ProductExchange, AQuietStreamIsKeptAlive) {
    stream();
    pass_ms(14'999);
    EXPECT_EQ(exchange->take_stream(), "");
    pass_ms(1);
    EXPECT_EQ(exchange->take_stream(), ": keep-alive\n\n");
    pass_ms(14'999);
    EXPECT_EQ(exchange->take_stream(), "");
}

TEST_F(ProductExchange, ARequestThatWaitsIsNoStreamYet) {
    open();
    pass_ms(60'000);
    EXPECT_FALSE(exchange->is_stream);
    EXPECT_FALSE(conversation->has_ended());
}

TEST_F(ProductExchange, AClientThatGoesAwayHasClosedAbnormally) {
    stream();
    exchange->leave();
    EXPECT_EQ(puppet.heard, std::vector<std::string>{"closed 1006"});
    EXPECT_TRUE(conversation->has_ended());
    exchange->leave();
    EXPECT_EQ(puppet.heard.size(), 1U);
}

TEST_F(ProductExchange, AClientThatHasGoneAlreadyBeginsNothing) {
    exchange->has_gone = true;
    puppet.on_open = [](Host& host) { host.send({{"n", 1}}); };
    open();
    EXPECT_FALSE(exchange->is_stream);
    EXPECT_TRUE(conversation->has_ended());
}

TEST_F(ProductExchange, AClientMayGoAfterTheConversation) {
    stream();
    conversation.reset();
    exchange->leave();
    EXPECT_TRUE(puppet.heard.empty());
}

TEST_F(ProductExchange, AHeadOfAStreamIsNotFollowed) {
    puppet.on_open = [](Host& host) { host.send({{"n", 1}}); };
    open("HEAD");
    EXPECT_TRUE(exchange->is_stream);
    EXPECT_FALSE(conversation->has_ended());
    pass_ms(50);
    EXPECT_TRUE(conversation->has_ended());
    EXPECT_EQ(puppet.heard, std::vector<std::string>{"closed 1006"});
}

TEST_F(ProductExchange, AClientThatTakesNothingIsGivenUp) {
    stream();
    exchange->unsent = 10;
    exchange->sent = 5;
    pass_ms(1);
    pass_ms(services.limits.stalled_ms + 1);
    EXPECT_TRUE(conversation->has_ended());
    EXPECT_FALSE(exchange->has_ended);
    EXPECT_EQ(puppet.heard, std::vector<std::string>{"closed 1006"});
}

TEST_F(ProductExchange, AClientWithTooMuchUnsentIsCut) {
    stream();
    exchange->unsent = services.limits.outbox_bytes_max + 1;
    conversation->tick();
    EXPECT_TRUE(conversation->has_ended());
    EXPECT_FALSE(exchange->has_ended);
}

TEST_F(ProductExchange, ASlowClientFallsBehindAndGoesOnWithoutLoss) {
    puppet.on_open = [](Host& host) {
        host.send({{"n", 0}});
        host.command("subscribe", {{"topic", "room/a"}, {"from", "start"}, {"conflate_ms", 0}});
    };
    open();
    ready("dev/room/a", 0);
    exchange->take_stream();
    exchange->unsent = services.limits.outbox_full_bytes + 1;
    hub.on_events(make_batch("dev/room/a", 0xe, 1, 2));
    EXPECT_EQ(exchange->take_stream(), "");
    exchange->drain();
    EXPECT_EQ(exchange->take_stream(), "id: at\ndata: {\"offset\":1}\n\nid: at\ndata: {\"offset\":2}\n\n");
}

TEST_F(ProductExchange, NothingOfAStreamIsProven) {
    puppet.on_open = [](Host& host) { host.send({{"proof", host.prove()}}); };
    open();
    EXPECT_EQ(exchange->take_stream(), "data: {\"proof\":0}\n\n");
}

}  // namespace
}  // namespace longwire::edge
