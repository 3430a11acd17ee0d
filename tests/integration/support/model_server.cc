#include "tests/integration/support/model_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "tests/integration/support/waiting.h"

namespace longwire::integration {
namespace {

/// The request's body; nothing if the client has closed before.
std::optional<std::string> read_body(int fd) {
    std::string got;
    std::array<char, 4096> buffer;
    for (;;) {
        const auto end = got.find("\r\n\r\n");
        if (end != std::string::npos) {
            constexpr std::string_view kLength = "Content-Length: ";
            const auto length = got.find(kLength);
            const auto bytes = length < end ? std::stoul(got.substr(length + kLength.size())) : 0;
            if (got.size() >= end + 4 + bytes) return got.substr(end + 4);
        }
        const auto received = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (received <= 0) return std::nullopt;
        got.append(buffer.data(), static_cast<std::size_t>(received));
    }
}

}  // namespace

void ModelRequest::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void ModelRequest::send_in_pieces(std::string_view bytes, std::size_t size) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) send(bytes.substr(0, size));
}

void ModelRequest::begin_stream() {
    send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
}

std::string ModelRequest::chunk(const std::string& text) {
    const json::value chunk{{"model", "test-1"}, {"choices", json::array{{{"delta", {{"content", text}}}}}}};
    return "data: " + json::serialize(chunk) + "\n\n";
}

std::string ModelRequest::tool_chunks(const std::string& name, const std::string& arguments) {
    const auto piece = [](json::object call) {
        call["index"] = 0;
        const json::value chunk{{"choices", json::array{{{"delta", {{"tool_calls", json::array{call}}}}}}}};
        return "data: " + json::serialize(chunk) + "\n\n";
    };
    const auto half = arguments.size() / 2;
    return piece({{"id", "c-" + name}, {"function", {{"name", name}, {"arguments", arguments.substr(0, half)}}}}) +
           piece({{"function", {{"arguments", arguments.substr(half)}}}});
}

std::string ModelRequest::end(const std::string& finish) {
    const json::value last{{"choices", json::array{{{"delta", json::object()}, {"finish_reason", finish}}}}};
    const json::value usage{{"choices", json::array()}, {"usage", {{"prompt_tokens", 10}, {"completion_tokens", 4}}}};
    return "data: " + json::serialize(last) + "\n\ndata: " + json::serialize(usage) + "\n\ndata: [DONE]\n\n";
}

bool ModelRequest::wait_for_close() {
    const Deadline deadline(60'000);
    std::array<char, 256> buffer;
    pollfd item{fd_, POLLIN, 0};
    while (!deadline.has_passed()) {
        if (::poll(&item, 1, deadline.left_ms()) <= 0) return false;
        if (::recv(fd_, buffer.data(), buffer.size(), 0) <= 0) return true;
    }
    return false;
}

ModelServer::ModelServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof address);
    if (::bind(listener_, &generic, size) != 0 || ::listen(listener_, 16) != 0) {
        throw std::runtime_error("no port for a model server");
    }
    ::getsockname(listener_, &generic, &size);
    std::memcpy(&address, &generic, sizeof address);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

ModelServer::~ModelServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
        const std::lock_guard lock(mutex_);
        for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
    ::close(listener_);
}

void ModelServer::accept_all() {
    for (;;) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const std::lock_guard lock(mutex_);
        open_.push_back(fd);
        threads_.emplace_back([this, fd] { serve(fd); });
    }
}

void ModelServer::serve(int fd) {
    if (const auto body = read_body(fd)) {
        ModelRequest request(fd, parse_json(*body));
        answer_(request, requests_++);
    }
    const std::lock_guard lock(mutex_);
    std::erase(open_, fd);
    ::close(fd);
}

}  // namespace longwire::integration
