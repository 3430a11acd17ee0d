#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "edge/net/send_queue.h"
#include "protocol/descriptor.h"
#include "protocol/result.h"

/// System calls on sockets, as plain functions: no Asio, no exceptions.
namespace longwire::edge::net {

/// How far a non-blocking call came.
enum class IoState : std::uint8_t {
    done,     // all that was asked
    blocked,  // the kernel's buffer is full, or empty: wait for the socket
    ended,    // the peer has sent its last byte
    broken,   // the connection is lost
};

/// Sends as much of `queue` as the socket takes and forgets it there. `done` means that the queue is empty.
IoState send_queued(int socket, SendQueue& queue);

struct Received {
    IoState state = IoState::blocked;  // done: `bytes` were received
    std::size_t bytes = 0;
};

/// Receives what is there, at most `size` bytes.
Received receive_some(int socket, char* data, std::size_t size);

struct Accepted {
    int socket = -1;  // -1: `error` tells why
    int error = 0;
    bool ipv6 = false;
    std::string remote_address;  // without a port; IPv4 mapped into IPv6 is written as IPv4
};

/// Takes one waiting connection: non-blocking, closed on exec.
Accepted accept_one(int listener);

struct Listeners {
    std::uint16_t port = 0;
    std::vector<std::vector<Descriptor>> of_shard;  // one socket per address that the host name has
    std::vector<bool> ipv6;                         // of each such address
};

/// Binds and listens on `host` (an address or a name; every address of a name) with one SO_REUSEPORT socket
/// per shard and address. With port 0 the first picks a free port and the others take the same. Fails with
/// the system's words, also when another process listens there already (SO_REUSEPORT alone would let it share
/// the port unnoticed).
Result<Listeners> open_listeners(const std::string& host, std::uint16_t port, std::size_t shards);

}  // namespace longwire::edge::net
