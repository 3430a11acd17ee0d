#include "bench/swarm.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "bench/elapsed.h"
#include "protocol/node/clock.h"
#include "tests/integration/support/ws_client.h"

namespace longwire::bench {
namespace {

constexpr int kTextFrame = 1;
constexpr int kBinaryFrame = 2;
constexpr std::size_t kReadBytes = 256 << 10;

std::system_error failure(const char* what) {
    return {errno, std::generic_category(), what};
}

std::string handshake(std::string_view subprotocol) {
    return "GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: " +
           std::string(subprotocol) + "\r\n\r\n";
}

void send_all(int socket, std::string_view bytes) {
    // A new connection's buffer has room for so little.
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(bytes.size())) throw failure("send");
}

}  // namespace

Swarm::Swarm(std::uint16_t port, bool is_msgpack)
    : port_(port),
      is_msgpack_(is_msgpack),
      handshake_(handshake(is_msgpack ? "longwire.v1.msgpack" : "longwire.v1.json")),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      scratch_(kReadBytes, '\0') {
    if (epoll_ < 0) throw failure("epoll_create1");
}

Swarm::~Swarm() {
    for (const auto& client : clients_) {
        if (client.socket >= 0) ::close(client.socket);
    }
    ::close(epoll_);
}

void Swarm::replay(std::size_t clients, const std::function<Command(std::size_t)>& command, std::uint64_t last,
                   integration::Deadline deadline) {
    const auto began_us = now_us();
    clients_.resize(clients);
    for (std::size_t i = 0; i < clients; ++i) {
        clients_[i].command = command(i);
        clients_[i].frames.expect_after(clients_[i].command.after);
        connect(clients_[i]);
    }
    std::size_t subscribed = 0;
    std::size_t complete = 0;
    std::array<epoll_event, 512> ready{};
    while (complete < clients) {
        if (deadline.has_passed()) throw std::runtime_error("not all events came in time");
        const int count = ::epoll_wait(epoll_, ready.data(), ready.size(), 1'000);
        for (int i = 0; i < count; ++i) {
            auto& client = *static_cast<Client*>(ready[static_cast<std::size_t>(i)].data.ptr);
            const bool was_subscribed = client.frames.replies() > 0;
            const bool was_complete = client.frames.last_offset() >= last;
            read(client);
            if (!was_subscribed && client.frames.replies() > 0) ++subscribed;
            if (!was_complete && client.frames.last_offset() >= last) ++complete;
        }
        if (subscribed == clients && subscribed_s_ == 0) subscribed_s_ = seconds_since(began_us);
    }
    complete_s_ = seconds_since(began_us);
}

void Swarm::connect(Client& client) {
    client.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (client.socket < 0) throw failure("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof address);
    if (::connect(client.socket, &generic, sizeof generic) != 0 && errno != EINPROGRESS) throw failure("connect");
    epoll_event event{};
    event.events = EPOLLOUT;
    event.data.ptr = &client;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.socket, &event) != 0) throw failure("epoll_ctl");
}

/// The first time it is the connection that is ready.
void Swarm::read(Client& client) {
    if (!std::exchange(client.is_connected, true)) {
        send_all(client.socket, handshake_);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &client;
        if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, client.socket, &event) != 0) throw failure("epoll_ctl");
        return;
    }
    const auto count = ::recv(client.socket, scratch_.data(), scratch_.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) throw std::runtime_error("the edge has closed a connection");
    auto bytes = std::string_view(scratch_).substr(0, static_cast<std::size_t>(count));
    if (!client.is_open) bytes = take_handshake(client, bytes);
    client.frames.take(bytes);
}

/// Returns what is behind it.
std::string_view Swarm::take_handshake(Client& client, std::string_view bytes) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    client.answer += bytes;
    const auto end = client.answer.find(kEnd);
    if (end == std::string::npos) return {};
    if (!client.answer.starts_with("HTTP/1.1 101")) throw std::runtime_error("refused: " + client.answer);
    client.is_open = true;
    send_all(client.socket,
             integration::WsClient::frame(is_msgpack_ ? kBinaryFrame : kTextFrame, client.command.bytes));
    const auto rest = client.answer.size() - end - kEnd.size();
    std::string().swap(client.answer);
    return bytes.substr(bytes.size() - rest);
}

}  // namespace longwire::bench
