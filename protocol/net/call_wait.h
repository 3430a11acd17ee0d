#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "protocol/net/socket_wait.h"
#include "protocol/wake_fd.h"

namespace longwire::net {

/// The waiting of one call: until a limit of the phase that it is in or of the whole has passed, or until it is
/// stopped. Limits have names, for messages; one of 0 ms is none.
class CallWait final : public SocketWait {
  public:
    /// A bound on the whole.
    CallWait(std::stop_token stop, const char* name, std::int64_t limit_ms);

    /// From now on the phase must be over within `limit_ms`.
    void begin_phase(const char* name, std::int64_t limit_ms);
    /// The same for each single waiting of the phase.
    void begin_pieces(const char* name, std::int64_t limit_ms);
    /// What is done next has one of `count` equal parts of the time that the phase has left.
    void take_share(std::size_t count);

    boost::system::error_code wait(int fd, short events) override;
    boost::system::error_code check() override;

    /// The limit that has passed: "header_timeout_ms (60000) has passed"; empty while there is none.
    std::string passed() const;

  private:
    struct Limit {
        const char* name = "";
        std::int64_t ms = 0;
    };

    boost::system::error_code check_at(std::int64_t now_us);

    Limit total_;
    Limit phase_;
    bool is_for_pieces_ = false;
    std::int64_t total_end_us_;
    std::int64_t phase_end_us_;
    std::int64_t share_end_us_;
    Limit passed_;
    std::stop_token stop_;
    WakeFd wake_;
    std::stop_callback<std::function<void()>> on_stop_;
};

}  // namespace longwire::net
