#include "tests/integration/support/tcp_stream.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace longwire::integration {
namespace {

std::runtime_error failure(const std::string& what, int error) {
    return std::runtime_error(what + ": " + std::strerror(error));
}

bool wait_for(int fd, short events, const Deadline& deadline) {
    pollfd item{fd, events, 0};
    while (true) {
        const int ready = ::poll(&item, 1, deadline.left_ms());
        if (ready > 0) return true;
        if (ready == 0 || errno != EINTR) return false;
    }
}

}  // namespace

TcpStream::TcpStream(std::uint16_t port, int receive_buffer_bytes)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer_bytes > 0) {
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof address);
    if (::connect(fd_, &generic, sizeof generic) != 0) {
        const int error = errno;
        ::close(fd_);
        throw failure("connect to port " + std::to_string(port), error);
    }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
}

TcpStream::~TcpStream() {
    if (fd_ >= 0) ::close(fd_);
}

TcpStream::TcpStream(TcpStream&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      is_closed_(other.is_closed_),
      received_(std::move(other.received_)),
      taken_(other.taken_) {}

void TcpStream::send(std::string_view bytes, Deadline deadline) {
    if (!try_send(bytes, deadline)) throw std::runtime_error("send: the other side has closed the connection");
}

bool TcpStream::try_send(std::string_view bytes, Deadline deadline) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        if (errno == EPIPE || errno == ECONNRESET) return false;
        if (errno != EAGAIN && errno != EINTR) throw failure("send", errno);
        if (!wait_for(fd_, POLLOUT, deadline)) throw std::runtime_error("send: took too long");
    }
    return true;
}

bool TcpStream::fill(Deadline deadline) {
    if (taken_ > (64 << 10) || taken_ == received_.size()) received_.erase(0, std::exchange(taken_, 0));
    std::array<char, 65536> bytes;
    while (!is_closed_) {
        const auto count = ::recv(fd_, bytes.data(), bytes.size(), 0);
        if (count > 0) {
            received_.append(bytes.data(), static_cast<std::size_t>(count));
            return true;
        }
        if (count == 0 || errno == ECONNRESET) {
            is_closed_ = true;
            break;
        }
        if (errno != EAGAIN && errno != EINTR) throw failure("receive", errno);
        if (!wait_for(fd_, POLLIN, deadline)) throw std::runtime_error("receive: nothing came in time");
    }
    return false;
}

std::optional<std::string> TcpStream::receive(Deadline deadline) {
    if (taken_ == received_.size() && !fill(deadline)) return std::nullopt;
    auto bytes = received_.substr(taken_);
    taken_ = received_.size();
    return bytes;
}

std::string TcpStream::receive_until(std::string_view end, Deadline deadline) {
    while (true) {
        const auto found = received_.find(end, taken_);
        if (found != std::string::npos) return receive_exactly(found + end.size() - taken_, deadline);
        if (!fill(deadline)) throw std::runtime_error("the connection ended where more was expected");
    }
}

std::string TcpStream::receive_exactly(std::size_t count, Deadline deadline) {
    while (received_.size() - taken_ < count) {
        if (!fill(deadline)) throw std::runtime_error("the connection ended where more was expected");
    }
    auto bytes = received_.substr(taken_, count);
    taken_ += count;
    return bytes;
}

std::string TcpStream::receive_all(Deadline deadline) {
    while (fill(deadline)) {
    }
    return std::exchange(received_, {}).substr(std::exchange(taken_, 0));
}

bool TcpStream::has_more(Deadline deadline) {
    return taken_ < received_.size() || is_closed_ || wait_for(fd_, POLLIN, deadline);
}

void TcpStream::finish_sending() {
    ::shutdown(fd_, SHUT_WR);
}

}  // namespace longwire::integration
