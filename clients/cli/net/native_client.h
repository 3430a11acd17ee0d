#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <vector>

#include "clients/cli/net/wait_hook.h"
#include "clients/cli/server_address.h"
#include "protocol/result.h"

namespace longwire::cli {

/// One push as it came, and as an object.
struct Push {
    std::string text;
    boost::json::object object;
};

/// One connection to an edge's /v1/ws at a time, used by one thread.
///
/// After an error `unavailable` the connection is gone: connect() makes a new one, to the next of the
/// addresses. `unauthorized` and `forbidden` mean that trying again will not help. An error of a command
/// leaves it as it is.
class NativeClient {
  public:
    /// `addresses` must not be empty.
    NativeClient(std::vector<ServerAddress> addresses, std::string token, WaitHook hook = {});
    ~NativeClient();

    /// Makes a new connection: tries each address once, beginning behind the one in use, each
    /// for at most 10 s.
    Status connect();

    /// Sends a command (without id) and waits at most 30 s for its answer. Pushes that come
    /// before it are kept.
    Result<boost::json::object> call(const boost::json::object& command);

    /// The next push, as soon as there is one. A connection on which nothing comes for 70 s, not even the
    /// heartbeat, is taken for lost.
    Result<Push> next_push();

    /// Says good-bye and closes.
    void close();

    /// The address in use, or tried last.
    const ServerAddress& address() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace longwire::cli
