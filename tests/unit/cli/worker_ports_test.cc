#include "clients/cli/up/worker_ports.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace longwire::cli {
namespace {

/// Listens at a port of 127.0.0.1 while it lives.
class Listener {
  public:
    explicit Listener(int port = 0) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const name = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof address;
        if (::bind(socket_, name, size) != 0 || ::listen(socket_, 1) != 0) return;
        ::getsockname(socket_, name, &size);
        port_ = ntohs(address.sin_port);
    }
    ~Listener() { ::close(socket_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// 0 if the port was not to be had.
    int port() const { return port_; }

  private:
    int socket_;
    int port_ = 0;
};

/// The first of two ports that nobody uses.
int free_pair() {
    while (true) {
        const Listener first;
        const Listener second(first.port() + 1);
        if (second.port() != 0) return first.port();
    }
}

UpSettings asking_for(int port) {
    UpSettings settings;
    settings.worker_port = port;
    return settings;
}

TEST(WorkerPorts, AreKeptFromOtherClustersWhileTheyAreHeld) {
    const int port = free_pair();
    {
        const auto ports = WorkerPorts::claim({}, port);
        ASSERT_TRUE(ports) << describe(ports.error());
        ASSERT_TRUE(ports->endpoints());
        EXPECT_EQ(ports->endpoints()->link, "tcp://127.0.0.1:" + std::to_string(port + 1));
        EXPECT_FALSE(WorkerPorts::claim(asking_for(port)));
        const auto others = WorkerPorts::claim({}, port);
        ASSERT_TRUE(others);
        EXPECT_FALSE(others->endpoints());
    }
    EXPECT_TRUE(WorkerPorts::claim(asking_for(port)));
}

// A cluster that went without the usual ports kept them from others for as long as it ran.
TEST(WorkerPorts, ThatSomebodyElseUsesAreGivenUp) {
    const int port = free_pair();
    auto second = std::make_optional<Listener>(port + 1);
    ASSERT_NE(second->port(), 0);
    const auto without = WorkerPorts::claim({}, port);
    ASSERT_TRUE(without) << describe(without.error());
    EXPECT_FALSE(without->endpoints());
    second.reset();
    const auto ports = WorkerPorts::claim(asking_for(port));
    EXPECT_TRUE(ports) << describe(ports.error());
}

TEST(WorkerPorts, TheUsualOnesAreLeftClosedWhereThereIsAuthentication) {
    UpSettings settings;
    settings.auth = "auth.toml";
    const auto ports = WorkerPorts::claim(settings, free_pair());
    ASSERT_TRUE(ports);
    EXPECT_FALSE(ports->endpoints());
}

}  // namespace
}  // namespace longwire::cli
