#pragma once

#include "clients/cli/net/wait_hook.h"
#include "clients/cli/server_address.h"
#include "protocol/net/connection.h"
#include "protocol/net/socket_wait.h"
#include "protocol/result.h"

namespace longwire::cli {

/// Waits with a hook: each time for at most `silence_ms`, or until the hook says that it is enough.
class HookedWait final : public net::SocketWait {
  public:
    explicit HookedWait(WaitHook hook) : hook_(std::move(hook)) {}

    void set_silence_ms(int silence_ms) { silence_ms_ = silence_ms; }
    boost::system::error_code wait(int fd, short events) override;

  private:
    WaitHook hook_;
    int silence_ms_ = 60'000;
};

/// Tries each address of the host in turn, then shakes hands for TLS. Errors: unavailable,
/// with the reason.
Status dial(net::Connection& connection, net::SocketWait& wait, const ServerAddress& address);

}  // namespace longwire::cli
