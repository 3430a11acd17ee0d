#include "protocol/net/host_lookup.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <system_error>
#include <thread>

#include "protocol/wake_fd.h"

namespace longwire::net {
namespace {

std::atomic<int> lookups_running{0};

/// What the thread that asks and the thread that waits share. `answer` is the waiting one's once `done` is set.
struct Pending {
    Result<std::vector<IpAddress>> answer = Error{Errc::internal, "has not been looked up"};
    std::atomic<bool> done = false;
    WakeFd wake;
};

IpAddress from_system(const addrinfo& one) {
    IpAddress address;
    if (one.ai_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(one.ai_addr);
        address.is_v6 = true;
        address.scope = v6->sin6_scope_id;
        std::copy_n(v6->sin6_addr.s6_addr, 16, address.bytes.begin());
    } else {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(one.ai_addr);
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&v4->sin_addr), 4, address.bytes.begin());
    }
    return address;
}

Error cannot_look_up(const std::string& host, const std::string& why) {
    return Error{Errc::unavailable, "look up " + host + ": " + why};
}

}  // namespace

Result<std::vector<IpAddress>> system_lookup(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed = getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (failed != 0) return cannot_look_up(host, gai_strerror(failed));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
    std::vector<IpAddress> addresses;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        if (one->ai_family == AF_INET || one->ai_family == AF_INET6) addresses.push_back(from_system(*one));
    }
    return addresses;
}

Result<std::vector<IpAddress>> look_up(const Lookup& lookup, const std::string& host, SocketWait& wait,
                                       boost::system::error_code& stopped) {
    stopped = {};
    if (const auto address = parse_ip_address(host)) return std::vector<IpAddress>{*address};
    if (lookups_running.fetch_add(1) >= kLookupsMax) {
        lookups_running.fetch_sub(1);
        return cannot_look_up(host, "too many names are being looked up");
    }
    // The resolver can't be interrupted: a thread asks it, and nobody waits for one that is not wanted any more.
    try {
        const auto pending = std::make_shared<Pending>();
        std::thread([pending, lookup, host] {
            pending->answer = lookup(host);
            lookups_running.fetch_sub(1);
            pending->done = true;
            pending->wake.wake();
        }).detach();
        while (!pending->done) {
            stopped = wait.wait(pending->wake.fd(), POLLIN);
            if (stopped) return cannot_look_up(host, stopped.message());
        }
        if (pending->answer && pending->answer->empty()) return cannot_look_up(host, "it has no addresses");
        return std::move(pending->answer);
    } catch (const std::system_error& error) {
        lookups_running.fetch_sub(1);
        return cannot_look_up(host, error.what());
    }
}

}  // namespace longwire::net
