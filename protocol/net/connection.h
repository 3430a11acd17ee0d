#pragma once

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "protocol/ip_address.h"
#include "protocol/net/socket_wait.h"
#include "protocol/net/tls_context.h"

struct ssl_st;

namespace longwire::net {

/// A TCP connection to a server, with TLS or without, whose calls wait as `wait` does. Used by one thread.
class Connection {
  public:
    using error_code = boost::system::error_code;

    explicit Connection(SocketWait& wait) : wait_(wait) {}
    ~Connection() { close(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Closes what was there before.
    error_code connect(const IpAddress& address, std::uint16_t port);

    /// Shakes hands with `host`, a name (sent as SNI) or an address, which the peer's certificate must be for.
    error_code start_tls(const TlsContext& context, const std::string& host);

    /// At least one byte, or an error; eof is the peer's proper end. With TLS a connection that ends without
    /// the peer's word for it has error connection_reset, since anybody could have cut it.
    std::size_t read(void* to, std::size_t size, error_code& error);
    std::size_t write(const void* from, std::size_t size, error_code& error);

    void close();

    /// `error` in words: of the last failure of TLS what OpenSSL has said.
    std::string describe(const error_code& error) const;
    /// Whether start_tls() failed because of the peer's certificate.
    bool is_certificate_refused() const { return is_certificate_refused_; }

  private:
    /// Why OpenSSL did not do what it was asked: nothing where it only waits for `events`.
    error_code tls_outcome(int result, short& events);

    struct FreeSsl {
        void operator()(ssl_st* ssl) const;
    };

    SocketWait& wait_;
    int socket_ = -1;
    std::unique_ptr<ssl_st, FreeSsl> tls_;
    std::string tls_problem_;
    bool is_certificate_refused_ = false;
};

}  // namespace longwire::net
