#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

/// A server of bare sockets, so that it shares no bug with the client. It does to each connection what the test
/// says, one connection after the other, in a thread of its own.
namespace longwire::net::test {

/// One accepted connection. Nothing here waits longer than a failing test would take anyway.
class Peer {
  public:
    Peer(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}

    /// Reads until the request's head (and `body_bytes` behind it) are there.
    std::string read_request(std::size_t body_bytes = 0) {
        std::string got;
        while (true) {
            const std::size_t end = got.find("\r\n\r\n");
            if (end != std::string::npos && got.size() >= end + 4 + body_bytes) return got;
            const std::string more = read();
            if (more.empty()) return got;
            got += more;
        }
    }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                              : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                is_gone_ = true;
                return;
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    /// Until the client has closed: how a server stalls.
    void wait_for_close() {
        while (!read().empty()) {
        }
    }

    /// Ends the connection as one does that has crashed.
    void reset() {
        const linger now{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        has_reset_ = true;
    }
    /// Whether sending has failed.
    bool is_gone() const { return is_gone_; }
    bool has_reset() const { return has_reset_; }

  private:
    std::string read() {
        std::array<char, 4096> buffer;
        const auto got = ssl_ != nullptr ? SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()))
                                         : ::recv(fd_, buffer.data(), buffer.size(), 0);
        return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string();
    }

    int fd_;
    SSL* ssl_;
    bool has_reset_ = false;
    bool is_gone_ = false;
};

class TestServer {
  public:
    using Script = std::function<void(Peer&)>;

    /// With `tls`, shakes hands before the script begins; connections with which it fails are closed.
    explicit TestServer(Script script, SSL_CTX* tls = nullptr) : script_(std::move(script)), tls_(tls) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0) {
            throw std::runtime_error("no port to listen on");
        }
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~TestServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    std::uint16_t port() const { return port_; }
    int accepted() const { return accepted_; }
    std::string url(const std::string& target = "/", const std::string& host = "127.0.0.1") const {
        return (tls_ != nullptr ? "https://" : "http://") + host + ":" + std::to_string(port_) + target;
    }

  private:
    void serve() {
        // Only here: the client must do without.
        sigset_t broken_pipe;
        sigemptyset(&broken_pipe);
        sigaddset(&broken_pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
        while (true) {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) return;
            ++accepted_;
            talk(fd);
            ::close(fd);
        }
    }

    void talk(int fd) {
        SSL* ssl = tls_ != nullptr ? SSL_new(tls_) : nullptr;
        if (ssl != nullptr) SSL_set_fd(ssl, fd);
        if (ssl == nullptr || SSL_accept(ssl) == 1) {
            Peer peer(fd, ssl);
            script_(peer);
            if (ssl != nullptr && !peer.has_reset()) SSL_shutdown(ssl);
        }
        SSL_free(ssl);
    }

    Script script_;
    SSL_CTX* tls_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> accepted_ = 0;
    std::thread thread_;
};

/// A port that does not answer: not listening, connections are refused; with its queue full, they are left waiting.
class DeafPort {
  public:
    DeafPort() {
        fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address_;
        if (::bind(fd_, name(), size) != 0) throw std::runtime_error("no port");
        ::getsockname(fd_, name(), &size);
    }
    ~DeafPort() {
        for (const int fd : queued_) ::close(fd);
        ::close(fd_);
    }
    DeafPort(const DeafPort&) = delete;
    DeafPort& operator=(const DeafPort&) = delete;

    std::uint16_t port() const { return ntohs(address_.sin_port); }

    void fill_queue() {
        ::listen(fd_, 0);
        // One is taken in, and the kernel does not even answer those behind it.
        for (int& fd : queued_) {
            fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
            ::connect(fd, name(), sizeof address_);
        }
    }

  private:
    sockaddr* name() { return reinterpret_cast<sockaddr*>(&address_); }

    int fd_;
    sockaddr_in address_{};
    std::array<int, 4> queued_{-1, -1, -1, -1};
};

}  // namespace longwire::net::test
