#include "protocol/net/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/net/http_fixture.h"

namespace longwire::net::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(HttpClientTest, ABodyOfKnownLengthArrives) {
    TestServer server(says("HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-One: a\r\n\r\nhello"));
    const Fetched got = fetch(get(server.url()));
    ASSERT_TRUE(got.ok) << got.error.message;
    EXPECT_EQ(got.head.status, 201u);
    ASSERT_NE(got.head.find("x-one"), nullptr);
    EXPECT_EQ(*got.head.find("x-one"), "a");
    EXPECT_EQ(got.head.find("x-two"), nullptr);
    EXPECT_EQ(got.body, "hello");
}

TEST(HttpClientTest, ABodyInChunksArrives) {
    TestServer server(
        says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
             "3;ext=1\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Trailer: 1\r\n\r\n"));
    EXPECT_EQ(fetch(get(server.url())).body, "abcdefg");
}

TEST(HttpClientTest, ABodyThatEndsWithTheConnectionArrives) {
    TestServer server(says("HTTP/1.0 200 OK\r\n\r\nall of it"));
    const Fetched got = fetch(get(server.url()));
    EXPECT_TRUE(got.ok) << got.error.message;
    EXPECT_EQ(got.body, "all of it");
}

TEST(HttpClientTest, AnAnswerByteByByteIsTheSame) {
    TestServer server([](Peer& peer) {
        peer.read_request();
        const std::string answer =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n";
        for (const char c : answer) peer.send({&c, 1});
    });
    EXPECT_EQ(fetch(get(server.url())).body, "abc0123456789");
}

TEST(HttpClientTest, PiecesComeBeforeTheBodyIsWhole) {
    TestServer server([](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        peer.wait_for_close();
    });
    auto answer = plain_client().send(get(server.url()));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->head().status, 200u);
    const auto piece = answer->next();
    ASSERT_TRUE(piece) << piece.error().message;
    EXPECT_EQ(*piece, "one");
}

TEST(HttpClientTest, ALongBodyComesWhole) {
    const std::string body(3'000'000, 'x');
    TestServer server(says("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + body));
    EXPECT_EQ(fetch(get(server.url())).body, body);
}

TEST(HttpClientTest, TheRequestIsWhatWasAskedFor) {
    std::string request;
    TestServer server([&](Peer& peer) {
        request = peer.read_request(4);
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    HttpRequest asked = get(server.url("/a?b=c"));
    asked.method = "POST";
    asked.headers = {{"Content-Type", "text/plain"}, {"X-Twice", "1"}, {"X-Twice", "2"}};
    asked.body = "body";
    ASSERT_TRUE(fetch(asked).ok);
    EXPECT_THAT(request, StartsWith("POST /a?b=c HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
    EXPECT_THAT(request, HasSubstr("Content-Length: 4\r\n"));
    EXPECT_THAT(request, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(request, HasSubstr("User-Agent: longwire/"));
    EXPECT_THAT(request, HasSubstr("Content-Type: text/plain\r\n"));
    EXPECT_THAT(request, HasSubstr("X-Twice: 1\r\n"));
    EXPECT_THAT(request, HasSubstr("X-Twice: 2\r\n"));
    EXPECT_THAT(request, testing::EndsWith("\r\n\r\nbody"));
}

TEST(HttpClientTest, ARedirectIsAnAnswer) {
    TestServer server(says("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
    const Fetched got = fetch(get(server.url()));
    ASSERT_TRUE(got.ok) << got.error.message;
    EXPECT_EQ(got.head.status, 302u);
    EXPECT_EQ(server.accepted(), 1);
}

TEST(HttpClientTest, InterimAnswersArePassedOver) {
    TestServer server(
        says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
             "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    const Fetched got = fetch(get(server.url()));
    EXPECT_EQ(got.head.status, 200u);
    EXPECT_EQ(got.head.find("link"), nullptr);
    EXPECT_EQ(got.body, "ok");
}

TEST(HttpClientTest, OfALongBodyOnlyTheBeginningIsTaken) {
    TestServer server(says("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x')));
    auto answer = plain_client().send(get(server.url()));
    ASSERT_TRUE(answer) << answer.error().message;
    const auto beginning = answer->rest(20'000);
    ASSERT_TRUE(beginning) << beginning.error().message;
    EXPECT_GT(beginning->size(), 20'000u);
    EXPECT_LE(beginning->size(), 20'000u + (16 << 10));
}

TEST(HttpClientTest, AnswersWithoutABodyEnd) {
    TestServer server([](Peer& peer) {
        const bool is_head = peer.read_request().starts_with("HEAD");
        peer.send(is_head ? "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n" : "HTTP/1.1 204 No Content\r\n\r\n");
        peer.wait_for_close();
    });
    HttpRequest request = get(server.url());
    EXPECT_EQ(fetch(request).head.status, 204u);
    request.method = "HEAD";
    const Fetched got = fetch(request);
    EXPECT_TRUE(got.ok) << got.error.message;
    EXPECT_EQ(got.body, "");
}

TEST(HttpClientTest, ARequestThatCouldSayMoreThanItsCallerIsNotSent) {
    TestServer server(says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    const std::vector<HttpHeader> bad_headers{{"X", "a\r\nY: b"}, {"X\r\nY", "a"}, {"X Y", "a"},
                                              {"", "a"},          {"Host", "a"},   {"content-length", "1"}};
    for (const HttpHeader& header : bad_headers) {
        HttpRequest request = get(server.url());
        request.headers = {header};
        const Fetched got = fetch(request);
        EXPECT_EQ(got.error.failure, HttpFailure::bad_request) << header.name;
        EXPECT_EQ(got.error.field, "headers") << header.name;
    }
    HttpRequest request = get(server.url());
    request.method = "GET / HTTP/1.1\r\n";
    EXPECT_EQ(fetch(request).error.field, "method");
    EXPECT_EQ(server.accepted(), 0);
}

TEST(HttpClientTest, ARefusedConnectionIsNamed) {
    const DeafPort port;
    const Fetched got = fetch(get("http://127.0.0.1:" + std::to_string(port.port())));
    EXPECT_EQ(got.error.failure, HttpFailure::unreachable);
    EXPECT_FALSE(got.error.sent);
    EXPECT_EQ(got.error.message, "connect 127.0.0.1:" + std::to_string(port.port()) + ": Connection refused");
}

TEST(HttpClientTest, AConnectionThatEndsTooSoonIsTold) {
    struct Case {
        const char* said;
        const char* what;
    };
    for (const Case& one :
         {Case{"", "before the head"}, Case{"HTTP/1.1 200 OK\r\nConte", "within the head"},
          Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "within the body"},
          Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "before the body"},
          Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "within a chunk"},
          Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "without an end"}}) {
        for (const bool by_reset : {false, true}) {
            TestServer server([&](Peer& peer) {
                peer.read_request();
                peer.send(one.said);
                if (by_reset) peer.reset();
            });
            const Fetched got = fetch(get(server.url()));
            EXPECT_FALSE(got.ok) << one.what;
            EXPECT_EQ(got.error.failure, HttpFailure::cut_off) << one.what << ": " << got.error.message;
            EXPECT_TRUE(got.error.sent) << one.what;
        }
    }
}

TEST(HttpClientTest, WhatIsNoHttpIsTold) {
    for (const char* said : {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/3.0 200 OK\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "\x15\x03\x01\x02\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        TestServer server(says(said));
        const Fetched got = fetch(get(server.url()));
        EXPECT_FALSE(got.ok) << said;
        EXPECT_EQ(got.error.failure, HttpFailure::malformed) << said << ": " << got.error.message;
    }
}

TEST(HttpClientTest, TooMuchIsTold) {
    std::string endless = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 2'000; ++i) endless += "X-Header-" + std::to_string(i) + ": " + std::string(50, 'v') + "\r\n";
    std::string interim;
    for (int i = 0; i < 9; ++i) interim += "HTTP/1.1 102 Processing\r\n\r\n";
    const std::string chunk = "10\r\n0123456789abcdef\r\n";
    for (const std::string& said :
         {endless, std::string("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"),
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk + chunk + chunk + chunk +
              chunk,
          "HTTP/1.1 200 OK\r\n\r\n" + std::string(101, 'x'),
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(200'000, 'x')}) {
        TestServer server(says(said));
        HttpLimits limits = patient();
        limits.response_bytes_max = 100;
        const Fetched got = fetch(get(server.url(), limits));
        EXPECT_FALSE(got.ok) << said.substr(0, 80);
        EXPECT_EQ(got.error.failure, HttpFailure::too_large) << said.substr(0, 80) << ": " << got.error.message;
    }
    TestServer server(says(interim));
    EXPECT_EQ(fetch(get(server.url())).error.failure, HttpFailure::malformed);
}

TEST(HttpClientTest, ABodyAtTheLimitArrives) {
    for (const std::string head : {"Content-Length: 100\r\n", ""}) {
        TestServer server(says("HTTP/1.1 200 OK\r\n" + head + "\r\n" + std::string(100, 'x')));
        HttpLimits limits = patient();
        limits.response_bytes_max = 100;
        EXPECT_EQ(fetch(get(server.url(), limits)).body.size(), 100u) << head;
    }
}

TEST(HttpClientTest, AnAnswerBeforeTheRequestIsReadIsHeard) {
    TestServer server([](Peer& peer) {
        peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
        peer.wait_for_close();
    });
    HttpRequest request = get(server.url());
    request.method = "POST";
    request.body.assign(1 << 20, 'x');
    EXPECT_EQ(fetch(request).head.status, 413u);
}

TEST(HttpClientTest, OnlyAllowedAddressesAreConnectedTo) {
    TestServer server(says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    HttpClientOptions options;
    std::vector<std::string> asked;
    options.allow = [&](const Url&, const IpAddress& address) {
        asked.push_back(to_string(address));
        return to_string(address) == "127.0.0.1";
    };
    options.lookup = [](const std::string&) -> Result<std::vector<IpAddress>> {
        return std::vector{*parse_ip_address("10.0.0.1"), *parse_ip_address("127.0.0.1")};
    };
    const Fetched got = fetch(get(server.url("/", "two.test")), make_client(options));
    EXPECT_EQ(got.body, "ok") << got.error.message;
    EXPECT_EQ(asked, (std::vector<std::string>{"10.0.0.1", "127.0.0.1"}));
}

TEST(HttpClientTest, AHostWithoutAnAllowedAddressIsRefused) {
    TestServer server(says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    HttpClientOptions options;
    options.allow = [](const Url&, const IpAddress& address) { return is_public(address); };
    options.lookup = [](const std::string&) -> Result<std::vector<IpAddress>> {
        return std::vector{*parse_ip_address("127.0.0.1")};
    };
    const HttpClient client = make_client(options);
    for (const char* host : {"innocent.test", "127.0.0.1", "[::ffff:127.0.0.1]"}) {
        const Fetched got = fetch(get(server.url("/", host)), client);
        EXPECT_EQ(got.error.failure, HttpFailure::refused) << host << ": " << got.error.message;
        EXPECT_EQ(got.error.code, Errc::forbidden);
        EXPECT_THAT(got.error.message, HasSubstr("127.0.0.1"));
    }
    EXPECT_EQ(server.accepted(), 0);
}

TEST(HttpClientTest, TheNextAddressIsTriedWhenOneRefuses) {
    TestServer server(says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    HttpClientOptions options;
    options.lookup = [](const std::string&) -> Result<std::vector<IpAddress>> {
        return std::vector{*parse_ip_address("127.0.0.2"), *parse_ip_address("127.0.0.1")};
    };
    EXPECT_EQ(fetch(get(server.url("/", "two.test")), make_client(options)).body, "ok");
}

TEST(HttpClientTest, ANameThatIsUnknownIsTold) {
    HttpClientOptions options;
    options.lookup = [](const std::string& host) -> Result<std::vector<IpAddress>> {
        return Error{Errc::unavailable, "look up " + host + ": no such name"};
    };
    const Fetched got = fetch(get("http://nowhere.test"), make_client(options));
    EXPECT_EQ(got.error.failure, HttpFailure::unreachable);
    EXPECT_EQ(got.error.message, "look up nowhere.test: no such name");
    EXPECT_FALSE(got.error.sent);
}

TEST(HttpClientTest, TheSystemKnowsThisMachine) {
    const auto found = system_lookup("localhost");
    ASSERT_TRUE(found) << found.error().message;
    for (const IpAddress& address : *found) EXPECT_TRUE(is_loopback(address)) << to_string(address);
}

}  // namespace
}  // namespace longwire::net::test
