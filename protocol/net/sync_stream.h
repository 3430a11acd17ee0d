#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/system/system_error.hpp>

#include "protocol/net/connection.h"

namespace longwire::net {

/// A Connection as Beast's blocking calls want it.
class SyncStream {
  public:
    using executor_type = boost::asio::io_context::executor_type;
    using error_code = boost::system::error_code;

    explicit SyncStream(SocketWait& wait) : connection_(wait) {}

    Connection& connection() { return connection_; }
    executor_type get_executor() { return context_.get_executor(); }

    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, error_code& error) {
        for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers);
             ++it) {
            const boost::asio::mutable_buffer buffer(*it);
            if (buffer.size() > 0) return connection_.read(buffer.data(), buffer.size(), error);
        }
        error = {};
        return 0;
    }

    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, error_code& error) {
        for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers);
             ++it) {
            const boost::asio::const_buffer buffer(*it);
            if (buffer.size() > 0) return connection_.write(buffer.data(), buffer.size(), error);
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
    boost::asio::io_context context_{1};
    Connection connection_;
};

/// Beast ends a closed WebSocket with this.
inline void teardown(boost::beast::role_type, SyncStream& stream, boost::system::error_code& error) {
    stream.connection().close();
    error = {};
}

}  // namespace longwire::net
