#include "edge/net/socket_io.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace longwire::edge::net {
namespace {

/// Vectors per system call. Small pieces are copied together, so that more than a few are rare.
constexpr std::size_t kVectorsPerSend = 64;

/// What the kernel takes of a connection beyond what it can send. Without a bound it takes megabytes, out of our sight,
/// and a slow client would get them, however old, before anything else.
constexpr int kUnsentInKernelBytesMax = 128 << 10;

constexpr int kListenBacklog = 4096;  // the kernel lowers it to net.core.somaxconn

bool would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK;
}

ssize_t send_vectors(int socket, std::span<iovec> vectors) {
    if (vectors.size() == 1) return ::send(socket, vectors[0].iov_base, vectors[0].iov_len, MSG_NOSIGNAL);
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = vectors.size();
    return ::sendmsg(socket, &message, MSG_NOSIGNAL);
}

std::string address_text(const sockaddr_storage& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const char* found = nullptr;
    if (address.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        found = ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    } else if (address.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof v6);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) != 0) {
            found = ::inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
        } else {
            found = ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
        }
    }
    return found != nullptr ? std::string(found) : std::string();
}

/// One address that a host name stands for, with room for a port.
struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;

    bool ipv6() const { return storage.ss_family == AF_INET6; }

    void set_port(std::uint16_t port) {
        // Both families keep the port in the same place, after the family.
        sockaddr_in v4{};
        std::memcpy(&v4, &storage, sizeof v4);
        v4.sin_port = htons(port);
        std::memcpy(&storage, &v4, offsetof(sockaddr_in, sin_addr));
    }

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

Result<std::vector<Address>> resolve(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    const int failure = ::getaddrinfo(host.c_str(), "0", &hints, &found);
    if (failure != 0) return Error{Errc::unavailable, host + ": " + ::gai_strerror(failure)};
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
    std::vector<Address> addresses;
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
        Address address;
        std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
        address.length = entry->ai_addrlen;
        // Some resolvers name an address twice.
        bool known = false;
        for (const auto& other : addresses) {
            known = known || (other.length == address.length &&
                              std::memcmp(&other.storage, &address.storage, address.length) == 0);
        }
        if (!known) addresses.push_back(address);
    }
    if (addresses.empty()) return Error{Errc::unavailable, host + ": no address"};
    return addresses;
}

/// A bound socket, or the error number.
struct Bound {
    Descriptor socket;
    int error = 0;
};

Bound bind_one(const Address& address, bool shared) {
    Bound bound;
    bound.socket = Descriptor(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int fd = bound.socket.get();
    if (fd < 0) {
        bound.error = errno;
        return bound;
    }
    const int on = 1;
    const int off = 0;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (shared) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    // Connections inherit these, which saves calls for each.
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentInKernelBytesMax, sizeof kUnsentInKernelBytesMax);
    // "::" is to mean everyone, IPv4 too.
    if (address.ipv6()) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (::bind(fd, address.get(), address.length) != 0) bound.error = errno;
    return bound;
}

std::uint16_t bound_port(int fd) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return 0;
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    return ntohs(v4.sin_port);
}

/// Listens with one socket per shard on one address; `port` 0 is replaced by the one that was picked. Returns
/// 0 or the error number.
int listen_on(Address address, std::uint16_t& port, std::size_t shards, std::vector<Descriptor>& sockets) {
    if (port != 0) {
        address.set_port(port);
        // Without SO_REUSEPORT the bind fails if anyone else has the port: found out here, then tried again
        // for good.
        const Bound probe = bind_one(address, false);
        if (probe.error != 0) return probe.error;
        if (::listen(probe.socket.get(), 1) != 0) return errno;
    }
    for (std::size_t i = 0; i < shards; ++i) {
        address.set_port(port);
        Bound bound = bind_one(address, true);
        if (bound.error != 0) return bound.error;
        if (::listen(bound.socket.get(), kListenBacklog) != 0) return errno;
        if (port == 0) port = bound_port(bound.socket.get());
        sockets.push_back(std::move(bound.socket));
    }
    return 0;
}

/// A name such as localhost may have an IPv6 address on a machine without IPv6.
bool address_is_not_ours(int error) {
    return error == EADDRNOTAVAIL || error == EAFNOSUPPORT;
}

}  // namespace

IoState send_queued(int socket, SendQueue& queue) {
    std::array<iovec, kVectorsPerSend> vectors;
    while (!queue.empty()) {
        const std::size_t used = queue.gather(vectors);
        std::size_t asked = 0;
        for (std::size_t i = 0; i < used; ++i) asked += vectors[i].iov_len;
        const ssize_t sent = send_vectors(socket, std::span(vectors).first(used));
        if (sent < 0) {
            if (errno == EINTR) continue;
            return would_block(errno) ? IoState::blocked : IoState::broken;
        }
        queue.consume(static_cast<std::size_t>(sent));
        // A short write means that the buffer is full: asking again would only cost a call.
        if (static_cast<std::size_t>(sent) < asked) return IoState::blocked;
    }
    return IoState::done;
}

Received receive_some(int socket, char* data, std::size_t size) {
    for (;;) {
        const ssize_t received = ::recv(socket, data, size, 0);
        if (received > 0) return {IoState::done, static_cast<std::size_t>(received)};
        if (received == 0) return {IoState::ended, 0};
        if (errno == EINTR) continue;
        return {would_block(errno) ? IoState::blocked : IoState::broken, 0};
    }
}

Accepted accept_one(int listener) {
    Accepted accepted;
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    accepted.socket = ::accept4(listener, reinterpret_cast<sockaddr*>(&storage), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted.socket < 0) {
        accepted.error = errno;
        return accepted;
    }
    accepted.ipv6 = storage.ss_family == AF_INET6;
    accepted.remote_address = address_text(storage);
    return accepted;
}

Result<Listeners> open_listeners(const std::string& host, std::uint16_t port, std::size_t shards) {
    LW_TRY(auto addresses, resolve(host));
    Listeners listeners;
    listeners.port = port;
    listeners.of_shard.resize(shards);
    int last_error = 0;
    for (const auto& address : addresses) {
        std::vector<Descriptor> sockets;
        const int error = listen_on(address, listeners.port, shards, sockets);
        if (error != 0) {
            last_error = error;
            if (address_is_not_ours(error)) continue;
            break;
        }
        listeners.ipv6.push_back(address.ipv6());
        for (std::size_t i = 0; i < shards; ++i) listeners.of_shard[i].push_back(std::move(sockets[i]));
    }
    if (listeners.ipv6.empty() || (last_error != 0 && !address_is_not_ours(last_error))) {
        return Error{Errc::unavailable,
                     host + " port " + std::to_string(listeners.port) + ": " + std::strerror(last_error)};
    }
    return listeners;
}

}  // namespace longwire::edge::net
