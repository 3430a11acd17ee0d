#include <gtest/gtest.h>

#include "edge/net/http_message.h"
#include "tests/unit/edge/net/test_server.h"

/// HTTP connections through real sockets.
namespace longwire::edge::net::test {
namespace {

constexpr std::string_view kHost = "Host: test\r\n";

std::string post_request(std::string_view body, std::string_view more_headers = "") {
    return "POST /p HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(more_headers) + "\r\n" + std::string(body);
}

HttpResponse text_response(std::string text) {
    HttpResponse response;
    response.content_type = "text/plain";
    response.body = bytes(std::move(text));
    return response;
}

/// Leaves the exchange of each request in `kept`, to be answered on the shard.
Script keeping(std::vector<std::shared_ptr<HttpExchange>>& kept, EventLog& log) {
    Script script;
    script.on_http = [&kept, &log](HttpRequest request, std::shared_ptr<HttpExchange> exchange) {
        kept.push_back(std::move(exchange));
        log.add("asked " + request.path);
    };
    return script;
}

TEST(HttpSession, ARequestArrivesWithAllItsParts) {
    Script script;
    HttpRequest seen;
    script.on_http = [&](HttpRequest request, std::shared_ptr<HttpExchange> exchange) {
        seen = std::move(request);
        HttpResponse response = text_response("done");
        response.status = 201;
        response.headers.push_back(Header{"X-One", "1"});
        exchange->respond(std::move(response));
    };
    TestServer server(script);
    RawClient client(server.port());
    client.send(
        "POST /a%2Fb/c?x=1&y=%20 HTTP/1.1\r\nHost: test\r\nX-Thing: Some Value\r\nContent-Length: "
        "4\r\n\r\nbody");
    const auto answer = client.receive_response();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 201u);
    EXPECT_EQ(answer->body, "done");
    EXPECT_TRUE(answer->has("HTTP/1.1 201 Created\r\n"));
    EXPECT_TRUE(answer->has("\r\nX-One: 1\r\n"));
    EXPECT_TRUE(answer->has("\r\nContent-Type: text/plain\r\n"));
    EXPECT_TRUE(answer->has("\r\nDate: "));
    EXPECT_TRUE(answer->has("\r\nServer: longwire\r\n"));
    EXPECT_FALSE(answer->has("Connection: close"));
    EXPECT_EQ(seen.method, "POST");
    EXPECT_EQ(seen.path, "/a%2Fb/c");
    EXPECT_EQ(seen.query, "x=1&y=%20");
    EXPECT_EQ(seen.header("x-thing"), "Some Value");
    EXPECT_EQ(seen.header("absent"), "");
    EXPECT_EQ(seen.body, "body");
    EXPECT_EQ(seen.remote_address, "127.0.0.1");
}

TEST(HttpSession, AConnectionServesManyRequests) {
    TestServer server;
    RawClient client(server.port());
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(client.get("/" + std::to_string(i))->body, "GET /" + std::to_string(i) + "? ");
    EXPECT_EQ(server.server().counters().accepted, 1u);
}

TEST(HttpSession, PipelinedRequestsAreAnsweredInOrder) {
    TestServer server;
    RawClient client(server.port());
    std::string requests;
    for (int i = 0; i < 300; ++i)
        requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\n" + std::string(kHost) + "\r\n";
    client.send(requests + post_request("last"));
    for (int i = 0; i < 300; ++i) ASSERT_EQ(client.receive_response()->body, "GET /" + std::to_string(i) + "? ");
    EXPECT_EQ(client.receive_response()->body, "POST /p? last");
}

TEST(HttpSession, ALaterRequestWaitsForTheAnswerToTheEarlier) {
    std::vector<std::shared_ptr<HttpExchange>> kept;
    EventLog log;
    TestServer server(keeping(kept, log));
    RawClient client(server.port());
    client.send("GET /1 HTTP/1.1\r\nHost: t\r\n\r\nGET /2 HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(log.wait_for("asked /1"));
    EXPECT_EQ(server.on_shard([&] { return kept.size(); }), 1u);
    server.on_shard([&] { kept[0]->respond(text_response("one")); });
    ASSERT_TRUE(log.wait_for("asked /2"));
    server.on_shard([&] { kept[1]->respond(text_response("two")); });
    EXPECT_EQ(client.receive_response()->body, "one");
    EXPECT_EQ(client.receive_response()->body, "two");
    server.on_shard([&] { kept.clear(); });
}

TEST(HttpSession, HeadIsAnsweredWithoutABodyButWithItsLength) {
    TestServer server;
    RawClient client(server.port());
    client.send("HEAD /h HTTP/1.1\r\nHost: t\r\n\r\n");
    const auto answer = client.receive_response(true);
    EXPECT_TRUE(answer->has("Content-Length: 9\r\n")) << answer->head;
    EXPECT_EQ(client.get("/next")->body, "GET /next? ");
}

TEST(HttpSession, Answers204WithoutALength) {
    Script script;
    script.on_http = [](HttpRequest, std::shared_ptr<HttpExchange> exchange) {
        HttpResponse response;
        response.status = 204;
        exchange->respond(std::move(response));
    };
    TestServer server(script);
    RawClient client(server.port());
    const auto answer = client.get("/");
    EXPECT_EQ(answer->status, 204u);
    EXPECT_FALSE(answer->has("Content-Length"));
    EXPECT_EQ(client.get("/")->status, 204u);
}

TEST(HttpSession, ConnectionCloseIsHonoured) {
    TestServer server;
    RawClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    const auto answer = client.receive_response();
    EXPECT_TRUE(answer->has("Connection: close\r\n"));
    EXPECT_TRUE(client.sees_end());
    RawClient old(server.port());
    old.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(old.receive_response()->status, 200u);
    EXPECT_TRUE(old.sees_end());
}

TEST(HttpSession, ABodyWaitsForContinue) {
    TestServer server;
    RawClient client(server.port());
    client.send("POST /c HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.receive_response()->status, 100u);
    client.send("abc");
    EXPECT_EQ(client.receive_response()->body, "POST /c? abc");
}

TEST(HttpSession, AChunkedBodyIsJoined) {
    TestServer server;
    RawClient client(server.port());
    client.send("POST /c HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    client.send("2\r\nde\r\n0\r\n\r\n");
    EXPECT_EQ(client.receive_response()->body, "POST /c? abcde");
}

TEST(HttpSession, ARequestThatComesByteByByteIsWhole) {
    TestServer server;
    RawClient client(server.port());
    for (const char byte : post_request("slow")) client.send(std::string_view(&byte, 1));
    EXPECT_EQ(client.receive_response()->body, "POST /p? slow");
}

TEST(HttpSession, TooLargeHeadersAre431) {
    TestServer server;
    RawClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: t\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
    const auto answer = client.receive_response();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 431u);
    EXPECT_TRUE(answer->has("application/problem+json"));
    EXPECT_NE(answer->body.find("\"code\":\"too_large\""), std::string::npos);
    EXPECT_TRUE(client.sees_end());
}

TEST(HttpSession, HeadersThatNeverEndAre431) {
    TestServer server;
    RawClient client(server.port());
    client.send("GET / HTTP/1.1\r\nX: " + std::string(40'000, 'x'));
    EXPECT_EQ(client.receive_response()->status, 431u);
}

TEST(HttpSession, TooLargeBodiesAre413WhetherDeclaredOrChunked) {
    ServerOptions options;
    options.http_body_bytes_max = 1000;
    TestServer server({}, options);
    RawClient exact(server.port());
    exact.send(post_request(std::string(1000, 'x')));
    EXPECT_EQ(exact.receive_response()->status, 200u);
    RawClient declared(server.port());
    declared.send(post_request(std::string(1001, 'x')));
    const auto answer = declared.receive_response();
    EXPECT_EQ(answer->status, 413u);
    EXPECT_NE(answer->body.find("\"code\":\"too_large\""), std::string::npos);
    RawClient chunked(server.port());
    chunked.send("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5dc\r\n" + std::string(1500, 'x') +
                 "\r\n0\r\n\r\n");
    EXPECT_EQ(chunked.receive_response()->status, 413u);
}

TEST(HttpSession, MalformedRequestsAre400) {
    TestServer server;
    for (const std::string_view request :
         {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
          "GET nowhere HTTP/1.1\r\nHost: t\r\n\r\n", "GET / HTTP/1.1\r\nHost : t\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
          "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx"}) {
        RawClient client(server.port());
        client.send(request);
        const auto answer = client.receive_response();
        ASSERT_TRUE(answer.has_value()) << request;
        EXPECT_EQ(answer->status, 400u) << request;
        EXPECT_NE(answer->body.find("\"code\":\"bad_request\""), std::string::npos);
        EXPECT_TRUE(client.sees_end());
    }
}

TEST(HttpSession, AnAbsoluteTargetIsItsPath) {
    TestServer server;
    RawClient client(server.port());
    client.send("GET http://test/a?b HTTP/1.1\r\nHost: test\r\n\r\nGET http://test HTTP/1.1\r\nHost: test\r\n\r\n");
    EXPECT_EQ(client.receive_response()->body, "GET /a?b ");
    EXPECT_EQ(client.receive_response()->body, "GET /? ");
}

TEST(HttpSession, ASlowRequestIs408AndAnIdleConnectionJustEnds) {
    ServerOptions options;
    options.handshake_timeout_ms = 150;
    TestServer server({}, options);
    RawClient slow(server.port());
    slow.send("GET / HTTP/1.1\r\n");
    RawClient idle(server.port());
    RawClient between(server.port());
    EXPECT_EQ(between.get("/")->status, 200u);
    EXPECT_EQ(slow.receive_response()->status, 408u);
    EXPECT_TRUE(slow.sees_end());
    EXPECT_TRUE(idle.sees_end());
    EXPECT_TRUE(between.sees_end());
}

TEST(HttpSession, AnUnansweredRequestIsNotTimedOut) {
    ServerOptions options;
    options.handshake_timeout_ms = 60;
    std::vector<std::shared_ptr<HttpExchange>> kept;
    EventLog log;
    Script script = keeping(kept, log);
    script.on_tick = [&log] { log.add("tick"); };
    TestServer server(script, options);
    RawClient client(server.port());
    client.send("GET /1 HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(log.wait_for("asked /1"));
    ASSERT_TRUE(log.wait_for("tick", log.count("tick") + 5));
    server.on_shard([&] { kept[0]->respond(text_response("at last")); });
    EXPECT_EQ(client.receive_response()->body, "at last");
    server.on_shard([&] { kept.clear(); });
}

TEST(HttpSession, ADroppedExchangeIs500) {
    Script script;
    script.on_http = [](HttpRequest, std::shared_ptr<HttpExchange>) {};
    TestServer server(script);
    RawClient client(server.port());
    const auto answer = client.get("/");
    EXPECT_EQ(answer->status, 500u);
    EXPECT_NE(answer->body.find("\"code\":\"internal\""), std::string::npos);
}

TEST(HttpSession, ASecondAnswerIsIgnored) {
    Script script;
    script.on_http = [](HttpRequest, std::shared_ptr<HttpExchange> exchange) {
        exchange->respond(text_response("first"));
        exchange->respond(text_response("second"));
        exchange->begin_stream(text_response(""));
        exchange->write(SharedSlice::of("third"));
    };
    TestServer server(script);
    RawClient client(server.port());
    EXPECT_EQ(client.get("/")->body, "first");
    EXPECT_EQ(client.get("/")->body, "first");
}

TEST(HttpSession, TheClientsGoingIsToldOnce) {
    std::vector<std::shared_ptr<HttpExchange>> kept;
    EventLog log;
    Script script;
    script.on_http = [&](HttpRequest, std::shared_ptr<HttpExchange> exchange) {
        exchange->on_abandoned([&log] { log.add("abandoned"); });
        kept.push_back(std::move(exchange));
        log.add("asked");
    };
    TestServer server(script);
    RawClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(log.wait_for("asked"));
    client.reset();
    EXPECT_TRUE(log.wait_for("abandoned"));
    RawClient second(server.port());
    second.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(log.wait_for("asked", 2));
    second.close();
    EXPECT_TRUE(log.wait_for("abandoned", 2));
    server.on_shard([&] { kept.clear(); });
    EXPECT_TRUE(server.wait_until([&] { return server.connections() == 0; }));
    EXPECT_EQ(log.count("abandoned"), 2u);
}

TEST(HttpSession, AClientThatEndedItsSideStillGetsTheAnswer) {
    std::vector<std::shared_ptr<HttpExchange>> kept;
    EventLog log;
    Script script = keeping(kept, log);
    TestServer server(script);
    RawClient client(server.port());
    client.send("GET /1 HTTP/1.1\r\nHost: t\r\n\r\n");
    client.end_sending();
    ASSERT_TRUE(log.wait_for("asked /1"));
    server.on_shard([&] { kept[0]->respond(text_response("still")); });
    EXPECT_EQ(client.receive_response()->body, "still");
    EXPECT_TRUE(client.sees_end());
    server.on_shard([&] { kept.clear(); });
}

TEST(HttpSession, AStreamComesPieceByPieceAndSaysWhereItEnds) {
    std::vector<std::shared_ptr<HttpExchange>> kept;
    EventLog log;
    TestServer server(keeping(kept, log));
    RawClient client(server.port());
    client.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(log.wait_for("asked /events"));
    server.on_shard([&] {
        HttpResponse head;
        head.content_type = "text/event-stream";
        kept[0]->begin_stream(std::move(head));
        kept[0]->write(SharedSlice::of("data: 1\n\n"));
    });
    ASSERT_TRUE(client.receive_until("data: 1\n\n"));
    EXPECT_NE(client.received().find("Content-Type: text/event-stream\r\n"), std::string::npos);
    EXPECT_NE(client.received().find("Connection: close\r\n"), std::string::npos);
    EXPECT_NE(client.received().find("Transfer-Encoding: chunked\r\n"), std::string::npos);
    EXPECT_EQ(client.received().find("Content-Length"), std::string::npos);
    EXPECT_TRUE(client.received().ends_with("\r\n\r\n9\r\ndata: 1\n\n\r\n") ||
                client.received().ends_with("\r\n\r\n9\r\ndata: 1\n\n"));
    server.on_shard([&] { kept[0]->write(SharedSlice::of("")); });  // is no end
    const int before = client.receives();
    server.on_shard([&] {
        for (int i = 0; i < 100; ++i) kept[0]->write(SharedSlice::of("data: more\n\n"));
        kept[0]->write(SharedSlice::of("data: last\n\n"));
    });
    ASSERT_TRUE(client.receive_until("data: last\n\n"));
    EXPECT_LE(client.receives() - before, 2);
    server.on_shard([&] { kept[0]->end_stream(); });
    EXPECT_TRUE(client.receive_until("\n\n\r\n0\r\n\r\n"));
    EXPECT_TRUE(client.sees_end());
    server.on_shard([&] { kept.clear(); });
}

TEST(HttpSession, AStreamIsToldWhenTheKernelHasTakenAll) {
    std::vector<std::shared_ptr<HttpExchange>> kept;
    EventLog log;
    TestServer server(keeping(kept, log));
    RawClient client(server.port());
    client.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(log.wait_for("asked /events", 1));
    server.on_shard([&] {
        kept[0]->begin_stream(HttpResponse{});
        kept[0]->write(SharedSlice::of(std::string(8 << 20, 'x') + "end of it"));  // more than the kernel takes
        kept[0]->when_drained([&] { log.add("drained"); });
    });
    server.on_shard([] {});
    EXPECT_EQ(log.count("drained"), 0U) << "the client has not read anything";
    ASSERT_TRUE(client.receive_until("end of it"));
    EXPECT_TRUE(log.wait_for("drained"));
    server.on_shard([&] { kept.clear(); });
}

TEST(HttpSession, AStreamThatIsCutDoesNotSayThatItHasEnded) {
    std::vector<std::shared_ptr<HttpExchange>> kept;
    EventLog log;
    TestServer server(keeping(kept, log));
    for (const bool drains : {false, true}) {
        RawClient client(server.port());
        client.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n");
        ASSERT_TRUE(log.wait_for("asked /events", drains ? 2 : 1));
        server.on_shard([&] {
            kept.back()->begin_stream(HttpResponse{});
            kept.back()->write(SharedSlice::of("half"));
        });
        ASSERT_TRUE(client.receive_until("half"));
        drains ? server.destroy() : server.on_shard([&] { kept.clear(); });
        EXPECT_TRUE(client.sees_end());
        EXPECT_EQ(client.received().find("0\r\n\r\n"), std::string::npos);
    }
}

TEST(HttpSession, AStreamForAnOldClientEndsWithTheConnection) {
    std::vector<std::shared_ptr<HttpExchange>> kept;
    EventLog log;
    TestServer server(keeping(kept, log));
    RawClient client(server.port());
    client.send("GET /events HTTP/1.0\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(log.wait_for("asked /events"));
    server.on_shard([&] {
        kept[0]->begin_stream(HttpResponse{});
        kept[0]->write(SharedSlice::of("one"));
        kept[0]->write(SharedSlice::of("two"));
        kept[0]->end_stream();
    });
    EXPECT_TRUE(client.receive_until("\r\n\r\nonetwo"));
    EXPECT_EQ(client.received().find("chunked"), std::string::npos);
    EXPECT_TRUE(client.sees_end());
    server.on_shard([&] { kept.clear(); });
}

TEST(HttpSession, AnAbandonedStreamIsTold) {
    EventLog log;
    std::shared_ptr<HttpExchange> kept;
    Script script;
    script.on_http = [&](HttpRequest, std::shared_ptr<HttpExchange> exchange) {
        exchange->begin_stream(HttpResponse{});
        exchange->on_abandoned([&] {
            log.add("abandoned");
            kept.reset();  // what an App would do
        });
        kept = std::move(exchange);
    };
    TestServer server(script);
    {
        RawClient client(server.port());
        client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
        ASSERT_TRUE(client.receive_until("\r\n\r\n"));
    }
    EXPECT_TRUE(log.wait_for("abandoned"));
    EXPECT_TRUE(server.wait_until([&] { return server.connections() == 0; }));
    EXPECT_EQ(log.count("abandoned"), 1u);
}

TEST(HttpSession, ASlowStreamReaderIsSeenAndCanBeCut) {
    EventLog log;
    std::shared_ptr<HttpExchange> kept;
    Script script;
    script.on_http = [&](HttpRequest, std::shared_ptr<HttpExchange> exchange) {
        exchange->begin_stream(HttpResponse{});
        exchange->write(SharedSlice::of(std::string(16 << 20, 'x')));
        kept = std::move(exchange);
        log.add("asked");
    };
    TestServer server(script);
    RawClient client(server.port(), "127.0.0.1", 4096);
    client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(log.wait_for("asked"));
    EXPECT_GT(server.on_shard([&] { return kept->unsent_bytes(); }), 1u << 20);
    server.on_shard([&] { kept.reset(); });
    EXPECT_TRUE(server.wait_until([&] { return server.connections() == 0; }));
}

TEST(HttpSession, ALargeAnswerToASlowReaderIsWhole) {
    const std::string body(8 << 20, 'x');
    Script script;
    script.on_http = [&](HttpRequest, std::shared_ptr<HttpExchange> exchange) {
        exchange->respond(text_response(body));
    };
    TestServer server(script);
    RawClient client(server.port(), "127.0.0.1", 4096);
    EXPECT_EQ(client.get("/")->body.size(), body.size());
    EXPECT_EQ(client.get("/")->body.size(), body.size());
}

TEST(HttpSession, HeadersCannotBreakOutOfTheirLine) {
    Script script;
    script.on_http = [](HttpRequest, std::shared_ptr<HttpExchange> exchange) {
        HttpResponse response = text_response("x");
        response.headers.push_back(Header{"X-Bad", "a\r\nSet-Cookie: b"});
        response.headers.push_back(Header{"X Bad", "c"});
        response.headers.push_back(Header{"X-Good", "d"});
        exchange->respond(std::move(response));
    };
    TestServer server(script);
    RawClient client(server.port());
    const auto answer = client.get("/");
    EXPECT_FALSE(answer->has("Bad"));
    EXPECT_FALSE(answer->has("Set-Cookie"));
    EXPECT_TRUE(answer->has("X-Good: d\r\n"));
}

TEST(HttpMessage, AProblemNamesItsCode) {
    const auto problem = make_problem(404, "not_found", "no such \"task\"");
    EXPECT_EQ(problem.status, 404u);
    EXPECT_EQ(problem.content_type, "application/problem+json");
    EXPECT_EQ(
        *problem.body,
        R"({"type":"about:blank","title":"Not Found","status":404,"code":"not_found","detail":"no such \"task\""})");
}

TEST(HttpMessage, UnknownStatusesHaveTheirClassAsPhrase) {
    EXPECT_EQ(reason_phrase(418), "Client Error");
    EXPECT_EQ(reason_phrase(599), "Server Error");
    EXPECT_EQ(reason_phrase(999), "Unknown");
}

}  // namespace
}  // namespace longwire::edge::net::test
