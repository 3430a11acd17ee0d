#include "clients/cli/net/deadline_stream.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cerrno>

#include "protocol/node/clock.h"

namespace longwire::cli {
namespace {

namespace net_error = boost::asio::error;
using boost::system::error_code;

error_code from_errno(int number) {
    return {number, boost::system::system_category()};
}

Error cannot_reach(const ServerAddress& address, const std::string& why) {
    return Error{Errc::unavailable, "cannot reach " + address.url() + ": " + why};
}

std::string tls_reason(const SSL* ssl) {
    const long verified = SSL_get_verify_result(ssl);
    if (verified != X509_V_OK) return X509_verify_cert_error_string(verified);
    const unsigned long code = ERR_get_error();
    const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
    return reason != nullptr ? reason : "TLS failed";
}

}  // namespace

error_code DeadlineStream::wait_for(short events, int timeout_ms) {
    const std::int64_t end_us = now_us() + std::int64_t{timeout_ms} * 1000;
    while (true) {
        const std::int64_t left_ms = (end_us - now_us() + 999) / 1000;
        if (left_ms <= 0) return net_error::timed_out;
        pollfd waiting[2] = {{socket_, events, 0}, {hook_.wake_fd, POLLIN, 0}};
        const auto tick_ms = static_cast<int>(std::min<std::int64_t>(left_ms, hook_.tick_ms));
        const int ready = poll(waiting, 2, tick_ms);
        if (ready < 0 && errno != EINTR) return from_errno(errno);
        if (ready > 0 && waiting[0].revents != 0) return {};
        if (hook_.go_on && !hook_.go_on()) return net_error::operation_aborted;
    }
}

error_code DeadlineStream::connect_socket(int family, const void* address, unsigned size, int timeout_ms) {
    socket_ = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0) return from_errno(errno);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_, static_cast<const sockaddr*>(address), size) == 0) return {};
    if (errno != EINPROGRESS) return from_errno(errno);
    if (const error_code error = wait_for(POLLOUT, timeout_ms)) return error;
    int failure = 0;
    socklen_t failure_size = sizeof failure;
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &failure, &failure_size);
    return failure == 0 ? error_code{} : from_errno(failure);
}

Status DeadlineStream::connect(const ServerAddress& address, int timeout_ms) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed = getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found);
    if (failed != 0) return cannot_reach(address, gai_strerror(failed));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);

    error_code error = net_error::host_not_found;
    for (const addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
        close();
        error = connect_socket(one->ai_family, one->ai_addr, one->ai_addrlen, timeout_ms);
        if (!error || error == net_error::operation_aborted) break;
    }
    if (error) {
        close();
        return cannot_reach(address, error.message());
    }
    return address.tls ? start_tls(address, timeout_ms) : Status{};
}

Status DeadlineStream::start_tls(const ServerAddress& address, int timeout_ms) {
    tls_context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(tls_context_.get(), TLS1_2_VERSION);
    SSL_CTX_set_default_verify_paths(tls_context_.get());
    SSL_CTX_set_verify(tls_context_.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(tls_context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    tls_.reset(SSL_new(tls_context_.get()));
    SSL_set_fd(tls_.get(), socket_);
    // SSL_set_tlsext_host_name, without the C cast of that macro.
    SSL_ctrl(tls_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(address.host.c_str()));
    // A certificate names an address in a field of its own.
    X509_VERIFY_PARAM* parameters = SSL_get0_param(tls_.get());
    if (X509_VERIFY_PARAM_set1_ip_asc(parameters, address.host.c_str()) != 1) {
        SSL_set1_host(tls_.get(), address.host.c_str());
    }
    while (true) {
        const int result = SSL_connect(tls_.get());
        if (result == 1) return {};
        const int what = SSL_get_error(tls_.get(), result);
        if (what != SSL_ERROR_WANT_READ && what != SSL_ERROR_WANT_WRITE) {
            return cannot_reach(address, tls_reason(tls_.get()));
        }
        const short events = what == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
        if (const error_code error = wait_for(events, timeout_ms)) return cannot_reach(address, error.message());
    }
}

std::size_t DeadlineStream::read_bytes(void* to, std::size_t size, error_code& error) {
    while (true) {
        short events = POLLIN;
        if (tls_) {
            std::size_t got = 0;
            ERR_clear_error();
            const int result = SSL_read_ex(tls_.get(), to, size, &got);
            error = {};
            if (result == 1) return got;
            const int what = SSL_get_error(tls_.get(), result);
            if (what == SSL_ERROR_WANT_WRITE) {
                events = POLLOUT;
            } else if (what != SSL_ERROR_WANT_READ) {
                error = net_error::eof;
                return 0;
            }
        } else {
            const ssize_t got = recv(socket_, to, size, 0);
            error = {};
            if (got > 0) return static_cast<std::size_t>(got);
            if (got == 0) error = net_error::eof;
            if (got < 0 && errno != EAGAIN && errno != EINTR) error = from_errno(errno);
            if (error) return 0;
        }
        error = wait_for(events, silence_ms_);
        if (error) return 0;
    }
}

std::size_t DeadlineStream::write_bytes(const void* from, std::size_t size, error_code& error) {
    while (true) {
        short events = POLLOUT;
        if (tls_) {
            std::size_t sent = 0;
            ERR_clear_error();
            const int result = SSL_write_ex(tls_.get(), from, size, &sent);
            error = {};
            if (result == 1) return sent;
            const int what = SSL_get_error(tls_.get(), result);
            if (what == SSL_ERROR_WANT_READ) {
                events = POLLIN;
            } else if (what != SSL_ERROR_WANT_WRITE) {
                error = net_error::broken_pipe;
                return 0;
            }
        } else {
            const ssize_t sent = send(socket_, from, size, MSG_NOSIGNAL);
            error = {};
            if (sent >= 0) return static_cast<std::size_t>(sent);
            if (errno != EAGAIN && errno != EINTR) error = from_errno(errno);
            if (error) return 0;
        }
        error = wait_for(events, silence_ms_);
        if (error) return 0;
    }
}

void DeadlineStream::close() {
    tls_.reset();
    tls_context_.reset();
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

void teardown(boost::beast::role_type, DeadlineStream& stream, error_code& error) {
    stream.close();
    error = {};
}

}  // namespace longwire::cli
