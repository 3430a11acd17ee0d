#include "protocol/net/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cerrno>

#include "protocol/net/tls_socket.h"

namespace longwire::net {
namespace {

namespace net_error = boost::asio::error;
using boost::system::error_code;

error_code from_errno(int number) {
    return {number, boost::system::system_category()};
}

socklen_t socket_address(const IpAddress& address, std::uint16_t port, sockaddr_storage& storage) {
    if (address.is_v6) {
        auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        v6->sin6_scope_id = address.scope;
        std::copy(address.bytes.begin(), address.bytes.end(), v6->sin6_addr.s6_addr);
        return sizeof *v6;
    }
    auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    std::copy_n(address.bytes.begin(), 4, reinterpret_cast<std::uint8_t*>(&v4->sin_addr));
    return sizeof *v4;
}

}  // namespace

void Connection::FreeSsl::operator()(ssl_st* ssl) const {
    SSL_free(ssl);
}

error_code Connection::connect(const IpAddress& address, std::uint16_t port) {
    close();
    socket_ = socket(address.is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0) return from_errno(errno);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_storage storage{};
    const socklen_t size = socket_address(address, port, storage);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&storage), size) == 0) return {};
    if (errno != EINPROGRESS) return from_errno(errno);
    if (const error_code error = wait_.wait(socket_, POLLOUT)) return error;
    int failure = 0;
    socklen_t failure_size = sizeof failure;
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &failure, &failure_size);
    return failure == 0 ? error_code{} : from_errno(failure);
}

error_code Connection::start_tls(const TlsContext& context, const std::string& host) {
    tls_.reset(SSL_new(context.get()));
    if (!tls_) return from_errno(ENOMEM);
    BIO* bio = make_socket_bio(socket_);
    SSL_set_bio(tls_.get(), bio, bio);
    if (parse_ip_address(host)) {
        // A certificate names an address in a field of its own, and SNI has names only.
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), host.c_str());
    } else {
        SSL_set1_host(tls_.get(), host.c_str());
        // SSL_set_tlsext_host_name, without the C cast of that macro.
        SSL_ctrl(tls_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
    }
    while (true) {
        ERR_clear_error();
        const int result = SSL_connect(tls_.get());
        if (result == 1) return {};
        short events = 0;
        if (const error_code error = tls_outcome(result, events)) {
            const long verified = SSL_get_verify_result(tls_.get());
            is_certificate_refused_ = verified != X509_V_OK;
            if (is_certificate_refused_) tls_problem_ = X509_verify_cert_error_string(verified);
            return error;
        }
        if (const error_code error = wait_.wait(socket_, events)) return error;
    }
}

error_code Connection::tls_outcome(int result, short& events) {
    switch (SSL_get_error(tls_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            events = POLLIN;
            return {};
        case SSL_ERROR_WANT_WRITE:
            events = POLLOUT;
            return {};
        case SSL_ERROR_ZERO_RETURN:
            return net_error::eof;
        default:
            break;
    }
    const unsigned long code = ERR_get_error();
    const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
    tls_problem_ = reason != nullptr ? reason : "the connection was cut";
    return net_error::connection_reset;
}

std::size_t Connection::read(void* to, std::size_t size, error_code& error) {
    while (true) {
        error = wait_.check();
        if (error) return 0;
        short events = POLLIN;
        if (tls_) {
            std::size_t got = 0;
            ERR_clear_error();
            const int result = SSL_read_ex(tls_.get(), to, size, &got);
            if (result == 1) return got;
            error = tls_outcome(result, events);
        } else {
            const ssize_t got = recv(socket_, to, size, 0);
            if (got > 0) return static_cast<std::size_t>(got);
            if (got == 0) error = net_error::eof;
            if (got < 0 && errno != EAGAIN && errno != EINTR) error = from_errno(errno);
        }
        if (!error) error = wait_.wait(socket_, events);
        if (error) return 0;
    }
}

std::size_t Connection::write(const void* from, std::size_t size, error_code& error) {
    while (true) {
        error = wait_.check();
        if (error) return 0;
        short events = POLLOUT;
        if (tls_) {
            std::size_t sent = 0;
            ERR_clear_error();
            const int result = SSL_write_ex(tls_.get(), from, size, &sent);
            if (result == 1) return sent;
            error = tls_outcome(result, events);
        } else {
            const ssize_t sent = send(socket_, from, size, MSG_NOSIGNAL);
            if (sent >= 0) return static_cast<std::size_t>(sent);
            if (errno != EAGAIN && errno != EINTR) error = from_errno(errno);
        }
        if (!error) error = wait_.wait(socket_, events);
        if (error) return 0;
    }
}

void Connection::close() {
    tls_.reset();
    tls_problem_.clear();
    is_certificate_refused_ = false;
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

std::string Connection::describe(const error_code& error) const {
    const bool is_of_tls = error == net_error::connection_reset && !tls_problem_.empty();
    return is_of_tls ? tls_problem_ : error.message();
}

}  // namespace longwire::net
