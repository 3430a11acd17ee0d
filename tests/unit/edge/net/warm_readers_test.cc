#include "edge/net/warm_readers.h"

#include <gtest/gtest.h>

#include "tests/unit/edge/net/test_server.h"

namespace longwire::edge::net::test {
namespace {

class FakeReader final : public WarmReader {
  public:
    bool cool() override {
        ++asked;
        return !busy;
    }
    bool busy = false;
    int asked = 0;
};

TEST(WarmReaders, TheLeastRecentGivesWay) {
    WarmReaders readers(2);
    FakeReader a;
    FakeReader b;
    FakeReader c;
    readers.touch(a);
    readers.touch(b);
    readers.touch(a);
    readers.touch(c);
    EXPECT_EQ(a.asked, 0);
    EXPECT_EQ(b.asked, 1);
    EXPECT_EQ(c.asked, 0);
    EXPECT_EQ(readers.count(), 2u);
}

TEST(WarmReaders, ABusyOneIsPassedOver) {
    WarmReaders readers(1);
    FakeReader busy;
    FakeReader other;
    FakeReader third;
    busy.busy = true;
    readers.touch(busy);
    readers.touch(other);
    EXPECT_EQ(busy.asked, 1);
    EXPECT_EQ(readers.count(), 1u);  // `other` itself gave way
    readers.touch(third);
    EXPECT_EQ(readers.count(), 1u);
}

TEST(WarmReaders, ThoseThatGoAreNotAsked) {
    WarmReaders readers(1);
    FakeReader gone;
    FakeReader kept;
    readers.touch(gone);
    readers.remove(gone);
    readers.remove(gone);
    readers.touch(kept);
    EXPECT_EQ(gone.asked + kept.asked, 0);
    EXPECT_EQ(readers.count(), 1u);
}

/// Sessions of a shard that keeps no reader warm, so that each message is read by a new one.
class ColdSessions : public ::testing::TestWithParam<std::tuple<std::size_t, bool>> {
  protected:
    static std::size_t warm_max() { return std::get<0>(GetParam()); }
    static ServerOptions options() {
        ServerOptions made;
        made.warm_readers_max = warm_max();
        return made;
    }
    static std::vector<RawClient> connect(TestServer& server, std::size_t count) {
        std::vector<RawClient> clients;
        for (std::size_t i = 0; i < count; ++i) {
            clients.emplace_back(server.port());
            const bool deflates = std::get<1>(GetParam());
            const auto offer = deflates ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "";
            const auto answer = clients.back().upgrade("/ws", offer);
            EXPECT_EQ(answer->status, 101u);
            EXPECT_EQ(answer->has("permessage-deflate"), deflates);
        }
        return clients;
    }
};

TEST_P(ColdSessions, ConverseAsEver) {
    TestServer server({}, options());
    constexpr std::uint64_t kClients = 20;
    constexpr std::uint64_t kRounds = 50;
    auto clients = connect(server, kClients);
    for (std::uint64_t round = 0; round < kRounds; ++round) {
        for (auto& client : clients) {
            client.send(RawClient::text("hello " + std::to_string(round)));
            ASSERT_EQ(client.receive_frame()->payload, "hello " + std::to_string(round));
        }
    }
    // The reader that has answered the handshake stays, but with few warm ones nearly each message needs a new one.
    const auto made = server.server().counters().readers_made;
    if (warm_max() >= kClients) {
        EXPECT_EQ(made, 0u);
    } else {
        EXPECT_GE(made, kClients * (kRounds - 2));
    }
}

TEST_P(ColdSessions, JoinFragmentsWhateverComesBetween) {
    TestServer server({}, options());
    auto clients = connect(server, 10);
    // Each piece is seen by the server before the next is sent: an answered ping of another connection tells.
    RawClient other(server.port());
    ASSERT_EQ(other.upgrade()->status, 101u);
    const auto others_turn = [&] {
        other.send(RawClient::frame(0x89, "x") + RawClient::text("y"));
        ASSERT_EQ(other.receive_frame()->opcode, 10u);
        ASSERT_EQ(other.receive_frame()->payload, "y");
    };
    for (const std::string_view first : {"", "a"}) {
        for (auto& client : clients) client.send(RawClient::frame(0x01, first));
        others_turn();
        for (auto& client : clients) client.send(RawClient::frame(0x89, "ping"));
        others_turn();
        for (auto& client : clients) EXPECT_EQ(client.receive_frame()->payload, "ping");
        for (auto& client : clients) client.send(RawClient::frame(0x00, ""));
        others_turn();
        const auto last = RawClient::frame(0x80, "bc");
        for (auto& client : clients) client.send(last.substr(0, 1));
        others_turn();
        for (auto& client : clients) client.send(last.substr(1, 5));
        others_turn();
        for (auto& client : clients) client.send(last.substr(6));
        for (auto& client : clients) ASSERT_EQ(client.receive_frame()->payload, std::string(first) + "bc");
    }
}

TEST_P(ColdSessions, AnswerPingsAndCloses) {
    TestServer server({}, options());
    auto clients = connect(server, 10);
    for (int round = 0; round < 20; ++round) {
        for (auto& client : clients) client.send(RawClient::frame(0x89, std::to_string(round)));
        for (auto& client : clients) ASSERT_EQ(client.receive_frame()->payload, std::to_string(round));
    }
    for (auto& client : clients) client.send(RawClient::close_frame(4000));
    for (auto& client : clients) ASSERT_EQ(client.receive_frame()->close_code(), 4000u);
    for (auto& client : clients) EXPECT_TRUE(client.sees_end());
    EXPECT_TRUE(server.log().wait_for("closed 4000", 10));
}

TEST_P(ColdSessions, SeeTheirPeersGo) {
    TestServer server({}, options());
    auto clients = connect(server, 10);
    for (std::size_t i = 0; i < clients.size(); ++i) {
        if (i % 2 == 0) clients[i].send(RawClient::text("talked once"));
    }
    for (std::size_t i = 0; i < clients.size(); i += 2) EXPECT_TRUE(clients[i].receive_frame().has_value());
    for (std::size_t i = 0; i < clients.size(); ++i) {
        if (i % 3 == 0) {
            clients[i].reset();
        } else {
            clients[i].close();
        }
    }
    EXPECT_TRUE(server.log().wait_for("closed 1006", 10));
    EXPECT_TRUE(server.log().wait_for("destroyed", 10));
}

INSTANTIATE_TEST_SUITE_P(Limits, ColdSessions, ::testing::Combine(::testing::Values(0, 1, 5, 100), ::testing::Bool()));

}  // namespace
}  // namespace longwire::edge::net::test
