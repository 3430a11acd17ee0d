#pragma once

#include <boost/system/error_code.hpp>
#include <functional>
#include <string>
#include <vector>

#include "protocol/ip_address.h"
#include "protocol/net/socket_wait.h"
#include "protocol/result.h"

namespace longwire::net {

/// Turns a name into addresses, the best first, however long it takes. Called in a thread of its own, which
/// may outlive the call that wants to know.
using Lookup = std::function<Result<std::vector<IpAddress>>(const std::string& host)>;

/// The system's resolver. Errors: unavailable.
Result<std::vector<IpAddress>> system_lookup(const std::string& host);

/// Look-ups of the process at a time, at most, those that nobody waits for any more among them. One more is refused
/// with `unavailable`.
inline constexpr int kLookupsMax = 64;

/// Looks `host` up as `lookup` does, unless it is an address itself, and waits as `wait` does: `stopped` is
/// set when that has ended the waiting, and the answer is of no meaning then. At least one address, or an error.
Result<std::vector<IpAddress>> look_up(const Lookup& lookup, const std::string& host, SocketWait& wait,
                                       boost::system::error_code& stopped);

}  // namespace longwire::net
