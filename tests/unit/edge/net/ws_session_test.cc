#include <gtest/gtest.h>

#include "tests/unit/edge/net/test_server.h"

/// WebSocket connections through real sockets.
namespace longwire::edge::net::test {
namespace {

/// A client whose upgrade was accepted.
class WsClient : public RawClient {
  public:
    explicit WsClient(TestServer& server, std::string_view path = "/ws", int receive_buffer_bytes = 0)
        : RawClient(server.port(), "127.0.0.1", receive_buffer_bytes) {
        const auto answer = upgrade(path);
        EXPECT_TRUE(answer.has_value());
        EXPECT_EQ(answer.value_or(RawResponse{}).status, 101u);
    }

    unsigned receive_close() {
        for (;;) {
            const auto frame = receive_frame();
            if (!frame) return 0;
            if (frame->opcode == 8) return frame->close_code();
        }
    }
};

/// A script that leaves the newest connection in `connection`, to be used on the shard.
Script remembering(WsConnection*& connection) {
    Script script;
    script.on_open = [&connection](WsConnection& opened) { connection = &opened; };
    return script;
}

TEST(WsSession, TheHandshakeIsAnsweredAsInTheStandard) {
    TestServer server;
    RawClient client(server.port());
    const auto answer = client.upgrade();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 101u);
    EXPECT_TRUE(answer->has("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) << answer->head;
    EXPECT_FALSE(answer->has("Sec-WebSocket-Protocol"));
    EXPECT_TRUE(server.log().wait_for("open 127.0.0.1"));
}

TEST(WsSession, TheChosenSubprotocolIsAnswered) {
    Script script;
    script.on_upgrade = [](const HttpRequest& request) {
        App::Upgrade decision;
        EXPECT_EQ(request.path, "/v1/ws");
        EXPECT_EQ(request.query, "token=x");
        EXPECT_EQ(request.header("sec-websocket-protocol"), "other, longwire.v1.json");
        decision.accepted.subprotocol = "longwire.v1.json";
        return decision;
    };
    TestServer server(script);
    RawClient client(server.port());
    const auto answer = client.upgrade("/v1/ws?token=x", "Sec-WebSocket-Protocol: other, longwire.v1.json\r\n");
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->has("Sec-WebSocket-Protocol: longwire.v1.json\r\n")) << answer->head;
}

TEST(WsSession, ARefusedUpgradeGetsItsAnswerAndTheConnectionLivesOn) {
    Script script;
    script.on_upgrade = [](const HttpRequest&) {
        App::Upgrade decision;
        decision.refused.response.status = 401;
        decision.refused.response.body = bytes("no");
        return decision;
    };
    TestServer server(script);
    RawClient client(server.port());
    const auto answer = client.upgrade();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 401u);
    EXPECT_EQ(answer->body, "no");
    EXPECT_EQ(client.get("/next")->status, 200u);
}

TEST(WsSession, AHandshakeOfAnotherVersionIsToldTheRightOne) {
    TestServer server;
    RawClient client(server.port());
    client.send(
        "GET /ws HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
        "8\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    const auto answer = client.receive_response();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 426u);
    EXPECT_TRUE(answer->has("Sec-WebSocket-Version: 13\r\n"));
}

TEST(WsSession, EchoesTextAndBinaryOfEverySize) {
    TestServer server;
    WsClient client(server);
    for (const std::size_t size :
         {0u, 1u, 125u, 126u, 255u, 256u, 257u, 1535u, 1536u, 4096u, 65535u, 65536u, 300'000u}) {
        for (const unsigned opcode : {1u, 2u}) {
            const std::string payload(size, 'x');
            client.send(RawClient::frame(0x80 | opcode, payload));
            const auto echo = client.receive_frame();
            ASSERT_TRUE(echo.has_value()) << size;
            EXPECT_EQ(echo->opcode, opcode);
            EXPECT_TRUE(echo->final);
            EXPECT_FALSE(echo->masked);
            EXPECT_EQ(echo->payload, payload);
        }
    }
}

TEST(WsSession, FramesSentWithTheHandshakeAreNotLost) {
    TestServer server;
    RawClient client(server.port());
    client.send(RawClient::upgrade_request("/ws", "") + RawClient::text("early") + RawClient::text("bird"));
    ASSERT_EQ(client.receive_response()->status, 101u);
    EXPECT_EQ(client.receive_frame()->payload, "early");
    EXPECT_EQ(client.receive_frame()->payload, "bird");
}

TEST(WsSession, FragmentsAreJoinedAroundAPing) {
    TestServer server;
    WsClient client(server);
    client.send(RawClient::frame(0x01, "frag") + RawClient::frame(0x89, "are you there") + RawClient::frame(0x00, "") +
                RawClient::frame(0x80, "ments"));
    const auto pong = client.receive_frame();
    EXPECT_EQ(pong->opcode, 10u);
    EXPECT_EQ(pong->payload, "are you there");
    const auto echo = client.receive_frame();
    EXPECT_EQ(echo->opcode, 1u);
    EXPECT_EQ(echo->payload, "fragments");
}

TEST(WsSession, AMessageThatComesByteByByteIsWhole) {
    TestServer server;
    WsClient client(server);
    const std::string payload(300, 'x');
    for (const char byte : RawClient::text(payload)) client.send(std::string_view(&byte, 1));
    EXPECT_EQ(client.receive_frame()->payload, payload);
}

TEST(WsSession, ManyMessagesInOneSegmentAreAnsweredInOrder) {
    TestServer server;
    WsClient client(server);
    std::string batch;
    for (int i = 0; i < 1000; ++i) batch += RawClient::text(std::to_string(i));
    client.send(batch);
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(client.receive_frame()->payload, std::to_string(i));
}

TEST(WsSession, InvalidUtf8Closes1007) {
    TestServer server;
    WsClient client(server);
    client.send(RawClient::text("\xc3\x28"));
    EXPECT_EQ(client.receive_close(), 1007u);
    EXPECT_TRUE(server.log().wait_for("closed 1007"));
    EXPECT_TRUE(client.sees_end());
}

TEST(WsSession, ATooLargeMessageCloses1009) {
    Script script;
    script.max_message_bytes = 1000;
    TestServer server(script);
    WsClient exact(server);
    exact.send(RawClient::text(std::string(1000, 'x')));
    EXPECT_EQ(exact.receive_frame()->payload.size(), 1000u);
    exact.send(RawClient::text(std::string(1001, 'x')));
    EXPECT_EQ(exact.receive_close(), 1009u);
    WsClient fragments(server);
    fragments.send(RawClient::frame(0x01, std::string(600, 'x')) + RawClient::frame(0x80, std::string(600, 'x')));
    EXPECT_EQ(fragments.receive_close(), 1009u);
    EXPECT_TRUE(server.log().wait_for("closed 1009", 2));
}

TEST(WsSession, TheCloseFrameArrivesThoughTheClientStillSends) {
    Script script;
    script.max_message_bytes = 1000;
    TestServer server(script);
    WsClient client(server);
    client.send(RawClient::text(std::string(200'000, 'x')));
    EXPECT_EQ(client.receive_close(), 1009u);
}

TEST(WsSession, AnUnmaskedFrameCloses1002) {
    TestServer server;
    WsClient client(server);
    client.send(RawClient::frame(0x81, "bare", false));
    EXPECT_EQ(client.receive_close(), 1002u);
    EXPECT_TRUE(server.log().wait_for("closed 1002"));
}

TEST(WsSession, TheClientsCloseIsAnsweredWithItsCode) {
    TestServer server;
    WsClient client(server);
    client.send(RawClient::close_frame(4321));
    EXPECT_EQ(client.receive_close(), 4321u);
    EXPECT_TRUE(client.sees_end());
    EXPECT_TRUE(server.log().wait_for("closed 4321"));
    EXPECT_TRUE(server.log().wait_for("destroyed"));
}

TEST(WsSession, ACloseWithoutACodeIs1005) {
    TestServer server;
    WsClient client(server);
    client.send(RawClient::frame(0x88, ""));
    EXPECT_NE(client.receive_close(), 0u);
    EXPECT_TRUE(server.log().wait_for("closed 1005"));
}

TEST(WsSession, OurCloseIsSentAfterWhatWasQueuedAndEndsWithTheAnswer) {
    WsConnection* connection = nullptr;
    TestServer server(remembering(connection));
    WsClient client(server);
    server.on_shard([&] {
        connection->send("last words", false);
        connection->close(4410, "too slow");
        connection->send("too late", false);
        connection->send_frames(make_ws_frame("too late", false));
        connection->ping({});
        connection->close(1000, "");
    });
    EXPECT_EQ(client.receive_frame()->payload, "last words");
    const auto close = client.receive_frame();
    EXPECT_EQ(close->close_code(), 4410u);
    EXPECT_EQ(close->payload.substr(2), "too slow");
    EXPECT_EQ(server.log().count("closed 4410"), 0u);
    client.send(RawClient::text("ignored") + RawClient::close_frame(4410));
    EXPECT_TRUE(server.log().wait_for("closed 4410"));
    EXPECT_TRUE(client.sees_end());
}

TEST(WsSession, BothSidesClosingAtOnceIsOneClose) {
    WsConnection* connection = nullptr;
    TestServer server(remembering(connection));
    WsClient client(server);
    client.send(RawClient::close_frame(1000));
    server.on_shard([&] {
        if (server.log().count("closed 1000") == 0) connection->close(1001, "");
    });
    const auto code = client.receive_close();
    EXPECT_TRUE(code == 1000 || code == 1001);
    EXPECT_TRUE(server.log().wait_for("destroyed"));
    EXPECT_EQ(server.log().count("closed twice"), 0u);
}

TEST(WsSession, AnUnansweredCloseEndsAfterFiveSeconds) {
    WsConnection* connection = nullptr;
    TestServer server(remembering(connection));
    WsClient client(server);
    const auto start = std::chrono::steady_clock::now();
    server.on_shard([&] { connection->close(1012, "draining"); });
    EXPECT_EQ(client.receive_close(), 1012u);
    EXPECT_TRUE(server.log().wait_for("closed 1012"));
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(4900));
    EXPECT_TRUE(client.sees_end());
    EXPECT_TRUE(server.wait_until([&] { return server.connections() == 0; }));
}

TEST(WsSession, AbortEndsWithoutSendingAndIsToldLater) {
    WsConnection* connection = nullptr;
    TestServer server(remembering(connection));
    WsClient client(server);
    const auto told_within = server.on_shard([&] {
        connection->send("never", false);
        connection->abort();
        return server.log().count("closed 1006");
    });
    EXPECT_EQ(told_within, 0u);
    EXPECT_TRUE(server.log().wait_for("closed 1006"));
    EXPECT_TRUE(client.sees_end());
}

TEST(WsSession, AVanishedPeerIsClosedOnceWith1006) {
    TestServer server;
    {
        WsClient reset(server);
        reset.reset();
    }
    EXPECT_TRUE(server.log().wait_for("closed 1006"));
    {
        WsClient ended(server);
        ended.close();
    }
    EXPECT_TRUE(server.log().wait_for("closed 1006", 2));
    EXPECT_TRUE(server.log().wait_for("destroyed", 2));
    EXPECT_EQ(server.log().count("closed twice"), 0u);
    EXPECT_TRUE(server.wait_until([&] { return server.connections() == 0; }));
}

TEST(WsSession, APeerThatResetsWhileWeSendIsClosedOnce) {
    WsConnection* connection = nullptr;
    TestServer server(remembering(connection));
    WsClient client(server);
    server.on_shard([&] { connection->send_frames(make_ws_frame(std::string(8 << 20, 'x'), true)); });
    client.reset();
    EXPECT_TRUE(server.log().wait_for("closed 1006"));
    EXPECT_TRUE(server.log().wait_for("destroyed"));
    EXPECT_EQ(server.log().count("closed twice"), 0u);
}

TEST(WsSession, APongIsToldWithWhatItCarries) {
    WsConnection* connection = nullptr;
    TestServer server(remembering(connection));
    WsClient client(server);
    client.send(RawClient::frame(0x8a, "unasked"));
    client.send(RawClient::text("mark"));
    EXPECT_EQ(client.receive_frame()->payload, "mark");
    EXPECT_EQ(server.log().count("pong unasked"), 0u);
    server.on_shard([&] { connection->ping("17"); });
    const auto ping = client.receive_frame();
    EXPECT_EQ(ping->opcode, 9u);
    client.send(RawClient::frame(0x8a, ping->payload));
    EXPECT_TRUE(server.log().wait_for("pong 17"));
}

TEST(WsSession, WhatOneTurnSendsArrivesInOrderAndInFewReads) {
    WsConnection* connection = nullptr;
    TestServer server(remembering(connection));
    WsClient client(server);
    const int reads_before = client.receives();
    server.on_shard([&] {
        for (int i = 0; i < 500; ++i) {
            const auto text = std::to_string(i);
            if (i % 3 == 0) {
                connection->send(text, false);
            } else if (i % 3 == 1) {
                connection->send_frames(make_ws_frame(text, true));
            } else {
                std::string batch;
                append_ws_frame(batch, text, false);
                connection->send_frames(SharedSlice::whole(bytes(batch)));
            }
        }
    });
    for (int i = 0; i < 500; ++i) ASSERT_EQ(client.receive_frame()->payload, std::to_string(i));
    EXPECT_LE(client.receives() - reads_before, 3);
}

TEST(WsSession, ASlowReaderIsSeenInUnsentBytesAndDrains) {
    constexpr std::size_t kMessage = 64 * 1024;
    constexpr int kMessages = 200;
    WsConnection* connection = nullptr;
    TestServer server(remembering(connection));
    WsClient client(server, "/ws", 4096);
    server.on_shard([&] {
        for (int i = 0; i < kMessages; ++i) {
            connection->send_frames(make_ws_frame(std::string(kMessage, static_cast<char>('a' + i % 26)), true));
        }
        EXPECT_GE(connection->unsent_bytes(), kMessages * kMessage);
    });
    EXPECT_TRUE(server.on_shard([&] { return connection->unsent_bytes() > 0; }));
    // Control frames and small messages take their turn in the backlog.
    client.send(RawClient::frame(0x89, "ping"));
    server.on_shard([&] { connection->send("end", false); });
    EXPECT_EQ(server.log().count("drained"), 0u);
    int messages = 0;
    bool pong = false;
    for (;;) {
        const auto frame = client.receive_frame();
        ASSERT_TRUE(frame.has_value());
        if (frame->opcode == 10) {
            pong = true;
        } else if (frame->payload == "end") {
            break;
        } else {
            ASSERT_EQ(frame->payload, std::string(kMessage, static_cast<char>('a' + messages % 26)));
            ++messages;
        }
    }
    EXPECT_EQ(messages, kMessages);
    EXPECT_TRUE(server.log().wait_for("drained"));
    EXPECT_EQ(server.on_shard([&] { return connection->unsent_bytes(); }), 0u);
    pong = pong || client.receive_frame()->opcode == 10;
    EXPECT_TRUE(pong);
}

TEST(WsSession, TheKernelTakesLittleOfWhatItCannotSend) {
    // It took megabytes for a client that read nothing, which nobody could count, merge or take back.
    constexpr std::size_t kMessage = 2 << 20;
    WsConnection* connection = nullptr;
    TestServer server(remembering(connection));
    WsClient client(server, "/ws", 4096);
    server.on_shard([&] { connection->send_frames(make_ws_frame(std::string(kMessage, 'x'), true)); });
    const auto [sent, unsent] =
        server.on_shard([&] { return std::pair(connection->sent_bytes(), connection->unsent_bytes()); });
    EXPECT_GT(sent, 0U);
    EXPECT_GT(unsent, kMessage / 2);
    EXPECT_EQ(client.receive_frame()->payload.size(), kMessage);
    EXPECT_TRUE(server.log().wait_for("drained"));
    EXPECT_GT(server.on_shard([&] { return connection->sent_bytes(); }), kMessage);
}

TEST(WsSession, AFloodOfPingsThatNobodyReadsDoesNotFillMemory) {
    WsConnection* connection = nullptr;
    TestServer server(remembering(connection));
    WsClient client(server, "/ws", 4096);
    server.on_shard([&] { connection->send_frames(make_ws_frame(std::string(8 << 20, 'x'), true)); });
    const auto before = server.on_shard([&] { return connection->unsent_bytes(); });
    std::string pings;
    for (int i = 0; i < 200; ++i) pings += RawClient::frame(0x89, std::string(125, 'p'));
    client.send(pings);
    for (int turns = 0; turns < 50; ++turns) {
        EXPECT_LE(server.on_shard([&] { return connection->unsent_bytes(); }), before + 1000);
    }
}

TEST(WsSession, CallsFromWithinAMessageAreSafe) {
    Script script;
    script.on_message = [](WsConnection& connection, std::string_view message, bool) {
        if (message == "close") connection.close(1000, "asked");
        if (message == "abort") connection.abort();
    };
    TestServer server(script);
    WsClient closing(server);
    closing.send(RawClient::text("close") + RawClient::text("close") + RawClient::close_frame(1000));
    EXPECT_EQ(closing.receive_close(), 1000u);
    EXPECT_TRUE(server.log().wait_for("closed 1000"));
    WsClient aborted(server);
    aborted.send(RawClient::text("abort") + RawClient::text("abort"));
    EXPECT_TRUE(aborted.sees_end());
    EXPECT_TRUE(server.log().wait_for("closed 1006"));
    EXPECT_EQ(server.log().count("message after closed"), 0u);
}

}  // namespace
}  // namespace longwire::edge::net::test
