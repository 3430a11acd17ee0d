#include "worker/agent/openai_model.h"

#include <gmock/gmock.h>

#include <atomic>
#include <future>

#include "tests/unit/net/test_server.h"

namespace longwire::agent {
namespace {

using net::test::DeafPort;
using net::test::Peer;
using net::test::TestServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kStreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

std::string chunk(const std::string& text) {
    return R"(data: {"model":"m-1","choices":[{"delta":{"content":")" + text + "\"}}]}\n\n";
}

const std::string kEnd =
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\r\n\r\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";

struct Asked {
    std::string text;
    std::vector<std::string> pieces;
    std::optional<Completion> completion;
    Error error;
};

Asked ask(const OpenAiOptions& options, const std::stop_token& stop = {}) {
    Asked asked;
    auto model = open_ai_model(options);
    if (!model) {
        asked.error = model.error();
        return asked;
    }
    ChatRequest request;
    request.messages.push_back({ChatMessage::Role::user, "Hi"});
    const auto on_text = [&](std::string_view piece) {
        asked.text += piece;
        asked.pieces.emplace_back(piece);
    };
    auto completion = (*model)->complete(request, on_text, stop);
    if (completion) {
        asked.completion = std::move(*completion);
    } else {
        asked.error = completion.error();
    }
    return asked;
}

OpenAiOptions at(const TestServer& server) {
    OpenAiOptions options;
    options.url = server.url("/v1/");
    options.model = "small";
    options.key = "sk-secret";
    return options;
}

/// Answers each request with these bytes.
TestServer::Script answers(std::string bytes) {
    return [bytes = std::move(bytes)](Peer& peer) {
        peer.read_request();
        peer.send(bytes);
    };
}

TEST(OpenAiModel, AsksAsServersExpectAndReadsTheStream) {
    std::string got;
    TestServer server([&](Peer& peer) {
        got = peer.read_request(50);
        peer.send(kStreamHead + chunk("Hel") + ": keep-alive\n\n" + chunk("l\xC3\xB6") + kEnd);
    });
    const auto asked = ask(at(server));
    ASSERT_TRUE(asked.completion) << describe(asked.error);
    EXPECT_THAT(asked.pieces, ElementsAre("Hel", "l\xC3\xB6"));
    EXPECT_EQ(asked.completion->text, "Hell\xC3\xB6");
    EXPECT_EQ(asked.completion->usage, (Usage{7, 2}));
    EXPECT_EQ(asked.completion->model, "m-1");
    EXPECT_THAT(got, HasSubstr("POST /v1/chat/completions HTTP/1.1\r\n"));
    EXPECT_THAT(got, HasSubstr("Authorization: Bearer sk-secret\r\n"));
    EXPECT_THAT(got, HasSubstr(R"({"model":"small","messages":[{"role":"user","content":"Hi"}],"stream":true)"));
}

TEST(OpenAiModel, IsTheSameHoweverTheServerCutsItsBytes) {
    const auto stream = chunk("Hel") + chunk("l\xC3\xB6 \xF0\x9F\x98\x80") + kEnd;
    TestServer server([&](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (const char byte : stream) peer.send(std::string("1\r\n") + byte + "\r\n");
        peer.send("0\r\n\r\n");
    });
    const auto asked = ask(at(server));
    ASSERT_TRUE(asked.completion) << describe(asked.error);
    EXPECT_THAT(asked.pieces, ElementsAre("Hel", "l\xC3\xB6 \xF0\x9F\x98\x80"));
}

TEST(OpenAiModel, TakesAWholeAnswerFromServersThatDoNotStream) {
    const std::string body = R"({"model":"m","choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]})";
    TestServer server(answers("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                              std::to_string(body.size()) + "\r\n\r\n" + body));
    const auto asked = ask(at(server));
    ASSERT_TRUE(asked.completion) << describe(asked.error);
    EXPECT_EQ(asked.text, "Hi");
}

TEST(OpenAiModel, AServersRefusalSaysWhyAndWhetherToComeAgain) {
    TestServer limited(
        answers("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 2\r\nContent-Length: 32\r\n\r\n"
                R"({"error":{"message":"slow down"}})"));
    auto asked = ask(at(limited));
    EXPECT_EQ(asked.error.code, Errc::rate_limited);
    EXPECT_EQ(asked.error.retry_after_ms, 2'000);
    TestServer broken(answers("HTTP/1.1 503 x\r\nContent-Length: 4\r\n\r\noops"));
    asked = ask(at(broken));
    EXPECT_EQ(asked.error.code, Errc::unavailable);
    EXPECT_EQ(asked.error.message, "the model server answered 503");
    TestServer strict(
        answers("HTTP/1.1 401 x\r\nContent-Length: 42\r\n\r\n"
                R"({"error":{"message":"bad key: sk-secret"}})"));
    asked = ask(at(strict));
    EXPECT_EQ(asked.error.code, Errc::unauthorized);
    EXPECT_EQ(asked.error.message, "the model server answered 401: bad key: [key]");
}

TEST(OpenAiModel, AnAnswerThatEndsBeforeItsEndMayComeAgain) {
    TestServer closes(answers(kStreamHead + chunk("Hel")));
    auto asked = ask(at(closes));
    EXPECT_EQ(asked.error.code, Errc::unavailable);
    EXPECT_EQ(asked.text, "Hel");
    TestServer resets([](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        peer.reset();
    });
    EXPECT_EQ(ask(at(resets)).error.code, Errc::unavailable);
    TestServer breaks(answers(kStreamHead + chunk("Hel") + "data: {\"error\":{\"message\":\"overloaded\"}}\n\n"));
    asked = ask(at(breaks));
    EXPECT_EQ(asked.error.message, "the model server says: overloaded");
    const DeafPort closed;
    OpenAiOptions nowhere;
    nowhere.url = "http://127.0.0.1:" + std::to_string(closed.port());
    EXPECT_EQ(ask(nowhere).error.code, Errc::unavailable);
}

TEST(OpenAiModel, AnAnswerWithoutDoneIsWholeOnceItHasFinished) {
    TestServer server(answers(kStreamHead + chunk("Hi") + "data: {\"choices\":[{\"finish_reason\":\"length\"}]}\n\n"));
    const auto asked = ask(at(server));
    ASSERT_TRUE(asked.completion) << describe(asked.error);
    EXPECT_EQ(asked.completion->finish, "length");
}

TEST(OpenAiModel, AnAnswerThatStallsIsGivenUp) {
    TestServer server([](Peer& peer) {
        peer.read_request();
        peer.send(kStreamHead + chunk("Hel"));
        peer.wait_for_close();
    });
    auto options = at(server);
    options.idle_timeout_ms = 50;
    EXPECT_EQ(ask(options).error.code, Errc::unavailable);
}

TEST(OpenAiModel, AStopInMidAnswerClosesTheRequest) {
    std::promise<void> closed;
    std::stop_source stop;
    TestServer server([&](Peer& peer) {
        peer.read_request();
        peer.send(kStreamHead + chunk("Hel"));
        stop.request_stop();
        peer.wait_for_close();
        closed.set_value();
    });
    const auto asked = ask(at(server), stop.get_token());
    EXPECT_FALSE(asked.completion);
    EXPECT_EQ(closed.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
}

TEST(OpenAiModel, BoundsOfAnAnswerHold) {
    TestServer server(answers(kStreamHead + chunk(std::string(2'000, 'x')) + kEnd));
    auto options = at(server);
    options.answer_bytes_max = 1'000;
    EXPECT_EQ(ask(options).error.code, Errc::too_large);
}

TEST(OpenAiModel, AKeyIsNotSentUnencryptedToAnotherMachine) {
    OpenAiOptions options;
    options.url = "http://192.0.2.1/v1";
    options.key = "sk-secret";
    EXPECT_EQ(open_ai_model(options).error().field, "model-url");
    options.url = "https://192.0.2.1/v1";
    EXPECT_TRUE(open_ai_model(options));
    options.url = "ftp://x";
    EXPECT_EQ(open_ai_model(options).error().field, "model-url");
    options.url = "https://192.0.2.1/v1";
    options.ca_file = "/nowhere";
    EXPECT_EQ(open_ai_model(options).error().field, "model-ca-file");
}

}  // namespace
}  // namespace longwire::agent
