#include "clients/cli/net/dial.h"

#include <poll.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cerrno>

#include "protocol/net/host_lookup.h"
#include "protocol/net/tls_context.h"
#include "protocol/node/clock.h"
#include "protocol/node/setting.h"

namespace longwire::cli {
namespace {

namespace net_error = boost::asio::error;
using boost::system::error_code;

Error cannot_reach(const ServerAddress& address, const std::string& why) {
    return Error{Errc::unavailable, "cannot reach " + address.url() + ": " + why};
}

}  // namespace

error_code HookedWait::wait(int fd, short events) {
    const std::int64_t end_us = now_us() + std::int64_t{silence_ms_} * 1000;
    while (true) {
        const std::int64_t left_ms = (end_us - now_us() + 999) / 1000;
        if (left_ms <= 0) return net_error::timed_out;
        pollfd waiting[2] = {{fd, events, 0}, {hook_.wake_fd, POLLIN, 0}};
        const auto tick_ms = static_cast<int>(std::min<std::int64_t>(left_ms, hook_.tick_ms));
        const int ready = poll(waiting, 2, tick_ms);
        if (ready < 0 && errno != EINTR) return {errno, boost::system::system_category()};
        if (ready > 0 && waiting[0].revents != 0) return {};
        if (hook_.go_on && !hook_.go_on()) return net_error::operation_aborted;
    }
}

Status dial(net::Connection& connection, net::SocketWait& wait, const ServerAddress& address) {
    error_code error;
    const auto found = net::look_up(net::system_lookup, address.host, wait, error);
    if (!found) return cannot_reach(address, found.error().message);
    LW_TRY(const auto port, read_number(address.port, 1, 65535));
    for (const IpAddress& one : *found) {
        error = connection.connect(one, static_cast<std::uint16_t>(port));
        if (!error || error == net_error::operation_aborted) break;
    }
    if (error) return cannot_reach(address, error.message());
    if (!address.tls) return {};
    LW_TRY(const auto tls, net::TlsContext::make(""));
    error = connection.start_tls(tls, address.host);
    return error ? Status(cannot_reach(address, connection.describe(error))) : Status{};
}

}  // namespace longwire::cli
