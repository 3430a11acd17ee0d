#pragma once

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <memory>

#include "clients/cli/net/wait_hook.h"
#include "clients/cli/server_address.h"
#include "protocol/result.h"

namespace longwire::cli {

/// A TCP or TLS connection for Beast's blocking calls that does not block for ever: each wait ends after a
/// silence of `silence_ms` (error timed_out), or when the hook says so (error operation_aborted).
class DeadlineStream {
  public:
    using executor_type = boost::asio::io_context::executor_type;
    using error_code = boost::system::error_code;

    explicit DeadlineStream(WaitHook hook) : hook_(std::move(hook)) {}
    ~DeadlineStream() { close(); }
    DeadlineStream(const DeadlineStream&) = delete;
    DeadlineStream& operator=(const DeadlineStream&) = delete;

    /// Tries each address of the host in turn, then shakes hands for TLS. Errors: unavailable,
    /// with the reason.
    Status connect(const ServerAddress& address, int timeout_ms);
    void close();
    void set_silence_ms(int silence_ms) { silence_ms_ = silence_ms; }

    executor_type get_executor() { return context_.get_executor(); }

    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, error_code& error) {
        for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers);
             ++it) {
            const boost::asio::mutable_buffer buffer(*it);
            if (buffer.size() > 0) return read_bytes(buffer.data(), buffer.size(), error);
        }
        error = {};
        return 0;
    }

    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, error_code& error) {
        for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers);
             ++it) {
            const boost::asio::const_buffer buffer(*it);
            if (buffer.size() > 0) return write_bytes(buffer.data(), buffer.size(), error);
        }
        error = {};
        return 0;
    }

    // Beast's concept asks for these; nothing here calls them.
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers) {
        error_code error;
        const std::size_t bytes = read_some(buffers, error);
        if (error) throw boost::system::system_error(error);
        return bytes;
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers) {
        error_code error;
        const std::size_t bytes = write_some(buffers, error);
        if (error) throw boost::system::system_error(error);
        return bytes;
    }

  private:
    std::size_t read_bytes(void* to, std::size_t size, error_code& error);
    std::size_t write_bytes(const void* from, std::size_t size, error_code& error);
    error_code wait_for(short events, int timeout_ms);
    error_code connect_socket(int family, const void* address, unsigned size, int timeout_ms);
    Status start_tls(const ServerAddress& address, int timeout_ms);

    struct FreeContext {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };
    struct FreeSsl {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    boost::asio::io_context context_{1};
    WaitHook hook_;
    int socket_ = -1;
    int silence_ms_ = 60'000;
    std::unique_ptr<SSL_CTX, FreeContext> tls_context_;
    std::unique_ptr<SSL, FreeSsl> tls_;
};

/// Beast ends a closed WebSocket with this.
void teardown(boost::beast::role_type role, DeadlineStream& stream, boost::system::error_code& error);

}  // namespace longwire::cli
