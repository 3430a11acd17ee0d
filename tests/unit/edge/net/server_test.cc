#include "edge/net/server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "tests/unit/edge/net/test_server.h"

/// Listening, shards, turns, and the end.
namespace longwire::edge::net::test {
namespace {

ServerOptions with_shards(std::size_t shards) {
    ServerOptions options;
    options.shards = shards;
    return options;
}

TEST(Server, APortInUseFailsWithTheSystemsWords) {
    TestServer server;
    ServerOptions options;
    options.port = server.port();
    const auto second = start_server(options, [](Shard&) -> std::unique_ptr<App> { return nullptr; });
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find("Address already in use"), std::string::npos) << second.error().message;
}

TEST(Server, AnUnknownHostAndNoShardsFail) {
    const auto no_app = [](Shard&) -> std::unique_ptr<App> { return nullptr; };
    ServerOptions options;
    options.host = "no-such-host.invalid";
    EXPECT_FALSE(start_server(options, no_app));
    EXPECT_FALSE(start_server(with_shards(0), no_app));
}

TEST(Server, TheSamePortCanBeTakenAgainAfterwards) {
    ServerOptions options;
    {
        TestServer server;
        options.port = server.port();
        RawClient client(server.port());
        EXPECT_EQ(client.get("/")->status, 200u);
    }
    TestServer again({}, options);
    RawClient client(again.port());
    EXPECT_EQ(client.get("/")->status, 200u);
}

bool has_ipv6() {
    const int fd = ::socket(AF_INET6, SOCK_STREAM, 0);
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return bound;
}

TEST(Server, ListensOnIpv6) {
    if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here";
    ServerOptions options;
    options.host = "::1";
    TestServer server({}, options);
    RawClient client(server.port(), "::1");
    EXPECT_EQ(client.get("/")->status, 200u);
    client.upgrade();
    EXPECT_TRUE(server.log().wait_for("open ::1"));
}

TEST(Server, TheAnyAddressOfIpv6ServesIpv4Too) {
    if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here";
    ServerOptions options;
    options.host = "::";
    TestServer server({}, options);
    RawClient client(server.port(), "127.0.0.1");
    client.upgrade();
    EXPECT_TRUE(server.log().wait_for("open 127.0.0.1"));
}

TEST(Server, LocalhostIsEveryAddressItHas) {
    ServerOptions options = with_shards(2);
    options.host = "localhost";
    TestServer server({}, options);
    RawClient client(server.port(), "127.0.0.1");
    EXPECT_EQ(client.get("/")->status, 200u);
}

TEST(Server, ShardsShareTheConnections) {
    TestServer server({}, with_shards(4));
    EXPECT_EQ(server.server().shards(), 4u);
    std::vector<RawClient> clients;
    for (int i = 0; i < 200; ++i) {
        clients.emplace_back(server.port());
        ASSERT_EQ(clients.back().get("/")->status, 200u);
    }
    std::size_t used = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(server.server().shard(i).index(), i);
        used += server.server().shard(i).connections() > 0 ? 1 : 0;
    }
    EXPECT_EQ(server.connections(), 200u);
    EXPECT_GE(used, 2u);
}

TEST(Server, WorkIsDoneOnTheShardInTheOrderOfItsPosting) {
    constexpr int kThreads = 4;
    constexpr int kPosts = 2000;
    TestServer server;
    std::vector<std::vector<int>> seen(kThreads);
    std::set<std::thread::id> ran_on;
    std::atomic<int> left{kThreads * kPosts};
    std::promise<void> done;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < kPosts; ++i) {
                server.server().shard(0).post([&, t, i] {
                    seen[static_cast<std::size_t>(t)].push_back(i);
                    ran_on.insert(std::this_thread::get_id());
                    if (--left == 0) done.set_value();
                });
            }
        });
    }
    for (auto& thread : threads) thread.join();
    ASSERT_EQ(done.get_future().wait_for(std::chrono::milliseconds(kPatienceMs)), std::future_status::ready);
    EXPECT_EQ(ran_on.size(), 1u);
    for (const auto& order : seen) {
        EXPECT_EQ(order.size(), static_cast<std::size_t>(kPosts));
        EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
    }
}

TEST(Server, AWorkThatPostsIsContinuedInALaterTurn) {
    std::atomic<int> turns{0};
    Script script;
    script.on_turn_end = [&] { ++turns; };
    TestServer server(script);
    std::promise<int> turns_between;
    server.server().shard(0).post([&] {
        const int before = turns;
        server.server().shard(0).post([&, before] { turns_between.set_value(turns - before); });
    });
    EXPECT_GE(turns_between.get_future().get(), 0);
}

TEST(Server, WhatTheTurnsEndQueuesLeavesInTheSameTurn) {
    WsConnection* connection = nullptr;
    bool wanted = false;
    Script script;
    script.on_open = [&](WsConnection& opened) { connection = &opened; };
    script.on_message = [&](WsConnection&, std::string_view, bool) { wanted = true; };
    script.on_turn_end = [&] {
        if (std::exchange(wanted, false)) connection->send("from the turn's end", false);
    };
    TestServer server(script);
    RawClient client(server.port());
    client.upgrade();
    client.send(RawClient::text("go"));
    EXPECT_EQ(client.receive_frame()->payload, "from the turn's end");
}

TEST(Server, TicksComeByThemselves) {
    EventLog log;
    Script script;
    script.on_tick = [&] { log.add("tick"); };
    TestServer server(script);
    EXPECT_TRUE(log.wait_for("tick", 3));
}

TEST(Server, WakesItsAppWhenAskedToButOnceAtATime) {
    TestServer server;
    server.on_shard([&] {
        server.shard().wake_in(3'600'000'000);
        server.shard().wake_in(1'000);
        server.shard().wake_in(2'000);
    });
    EXPECT_TRUE(server.log().wait_for("woken"));
    server.on_shard([&] { server.shard().wake_in(0); });
    EXPECT_TRUE(server.log().wait_for("woken", 2));
    EXPECT_EQ(server.log().count("woken"), 2U);
}

TEST(Server, ConnectionsBeyondTheLimitAre503) {
    ServerOptions options;
    options.connections_max = 2;
    TestServer server({}, options);
    RawClient one(server.port());
    RawClient two(server.port());
    EXPECT_EQ(one.get("/")->status, 200u);
    EXPECT_EQ(two.get("/")->status, 200u);
    RawClient three(server.port());
    three.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
    const auto answer = three.receive_response();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 503u);
    EXPECT_NE(answer->body.find("\"code\":\"unavailable\""), std::string::npos);
    EXPECT_TRUE(three.sees_end());
    EXPECT_EQ(server.server().counters().refused, 1u);
    three.close();
    one.close();
    ASSERT_TRUE(server.wait_until([&] { return server.connections() == 1; }));
    RawClient four(server.port());
    EXPECT_EQ(four.get("/")->status, 200u);
}

TEST(Server, RunningOutOfDescriptorsIsSurvived) {
    TestServer server;
    RawClient waiting(server.port());
    EXPECT_EQ(waiting.get("/")->status, 200u);
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    // As many as are open now, and room for one client.
    const int highest = ::dup(0);
    ::close(highest);
    rlimit tight = before;
    tight.rlim_cur = static_cast<rlim_t>(highest) + 1;
    ::setrlimit(RLIMIT_NOFILE, &tight);
    RawClient client(server.port());
    EXPECT_TRUE(client.connected());
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    while (server.server().counters().accept_errors < 2 && std::chrono::steady_clock::now() < end) {
        EXPECT_EQ(waiting.get("/")->status, 200u);
    }
    EXPECT_GE(server.server().counters().accept_errors, 2u);
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(client.get("/")->status, 200u);
}

TEST(Server, AThousandConnectionsEachGetEveryMessage) {
    constexpr std::size_t kClients = 1000;
    constexpr int kMessages = 20;
    std::vector<WsConnection*> connections;
    Script script;
    script.on_open = [&](WsConnection& connection) { connections.push_back(&connection); };
    TestServer server(script);
    std::vector<RawClient> clients;
    for (std::size_t i = 0; i < kClients; ++i) {
        clients.emplace_back(server.port());
        ASSERT_EQ(clients.back().upgrade()->status, 101u);
    }
    ASSERT_TRUE(server.log().wait_for("open 127.0.0.1", kClients));
    for (int i = 0; i < kMessages; ++i) {
        server.server().shard(0).post([&connections, i] {
            const auto frame = make_ws_frame(std::to_string(i), false);
            for (auto* connection : connections) connection->send_frames(frame);
        });
    }
    for (auto& client : clients) {
        for (int i = 0; i < kMessages; ++i) {
            const auto frame = client.receive_frame();
            ASSERT_TRUE(frame.has_value());
            ASSERT_EQ(frame->payload, std::to_string(i));
        }
    }
    EXPECT_EQ(server.connections(), kClients);
    for (auto& client : clients) client.close();
    EXPECT_TRUE(server.log().wait_for("destroyed", kClients));
}

TEST(Server, StopAcceptingLeavesTheOpenConnections) {
    TestServer server;
    RawClient open(server.port());
    EXPECT_EQ(open.get("/")->status, 200u);
    server.server().stop_accepting();
    server.on_shard([] {});
    RawClient late(server.port());
    EXPECT_FALSE(late.connected());
    EXPECT_EQ(open.get("/")->status, 200u);
}

TEST(Server, StopClosesWithItsCodeAndWaitsForTheAnswers) {
    TestServer server({}, with_shards(2));
    std::vector<RawClient> clients;
    for (int i = 0; i < 10; ++i) {
        clients.emplace_back(server.port());
        ASSERT_EQ(clients.back().upgrade()->status, 101u);
    }
    RawClient idle_http(server.port());
    EXPECT_EQ(idle_http.get("/")->status, 200u);
    std::thread peers([&] {
        for (auto& client : clients) {
            EXPECT_EQ(client.receive_frame()->close_code(), 1012u);
            client.send(RawClient::close_frame(1012));
            EXPECT_TRUE(client.sees_end());
            client.close();
        }
        EXPECT_TRUE(idle_http.sees_end());
        idle_http.close();
    });
    const auto start = std::chrono::steady_clock::now();
    server.server().stop(1012, kPatienceMs);
    peers.join();
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(kPatienceMs));
    EXPECT_EQ(server.log().count("closed 1012"), 10u);
    EXPECT_EQ(server.log().count("destroyed"), 10u);
    EXPECT_EQ(server.connections(), 0u);
}

TEST(Server, StopEndsConnectionsThatDoNotAnswer) {
    EventLog log;
    std::vector<std::shared_ptr<HttpExchange>> kept;
    WsConnection* connection = nullptr;
    Script script;
    script.on_open = [&](WsConnection& opened) { connection = &opened; };
    script.on_http = [&](HttpRequest request, std::shared_ptr<HttpExchange> exchange) {
        if (request.path == "/stream") exchange->begin_stream(HttpResponse{});
        exchange->on_abandoned([&log] { log.add("abandoned"); });
        kept.push_back(std::move(exchange));
        log.add("asked");
    };
    TestServer server(script);
    RawClient silent(server.port());
    ASSERT_EQ(silent.upgrade()->status, 101u);
    RawClient backlogged(server.port(), "127.0.0.1", 4096);
    ASSERT_EQ(backlogged.upgrade()->status, 101u);
    server.on_shard([&] { connection->send_frames(make_ws_frame(std::string(16 << 20, 'x'), true)); });
    RawClient unanswered(server.port());
    unanswered.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
    RawClient stream(server.port());
    stream.send("GET /stream HTTP/1.1\r\nHost: t\r\n\r\n");
    RawClient partial(server.port());
    partial.send("GET / HTT");
    ASSERT_TRUE(log.wait_for("asked", 2));
    server.server().stop(1001, 100);
    EXPECT_EQ(server.log().count("closed 1001"), 2u);
    EXPECT_EQ(server.log().count("destroyed"), 2u);
    EXPECT_EQ(log.count("abandoned"), 2u);
    EXPECT_EQ(server.connections(), 0u);
    server.server().stop(1001, 100);  // again is nothing
    server.server().shard(0).post([] { ADD_FAILURE() << "ran after the end"; });
    kept.clear();
}

TEST(Server, DestroyingItEndsEverything) {
    TestServer server({}, with_shards(2));
    std::vector<RawClient> clients;
    for (int i = 0; i < 20; ++i) {
        clients.emplace_back(server.port());
        ASSERT_EQ(clients.back().upgrade()->status, 101u);
        clients.back().send(RawClient::frame(0x01, "the first part of a message"));
    }
    server.destroy();
    EXPECT_EQ(server.log().count("destroyed"), 20u);
    EXPECT_EQ(server.log().count("closed twice"), 0u);
}

}  // namespace
}  // namespace longwire::edge::net::test
