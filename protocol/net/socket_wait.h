#pragma once

#include <boost/system/error_code.hpp>

namespace longwire::net {

/// How a blocking call on a socket waits, and what ends the waiting: deadlines, somebody's wish to stop.
class SocketWait {
  public:
    virtual ~SocketWait() = default;

    /// Waits until `fd` is ready for `events` (those of poll). Errors: boost::asio::error::timed_out,
    /// operation_aborted when told to stop, or what poll says.
    virtual boost::system::error_code wait(int fd, short events) = 0;

    /// The same errors, without waiting: asked before each read and write, for peers that are always ready.
    virtual boost::system::error_code check() { return {}; }
};

}  // namespace longwire::net
