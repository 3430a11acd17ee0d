#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace longwire {

/// An IPv4 or IPv6 address.
struct IpAddress {
    bool is_v6 = false;
    std::array<std::uint8_t, 16> bytes{};  // in the order of the wire; IPv4 uses the first four
    std::uint32_t scope = 0;               // of a link-local IPv6 address: the interface's number

    bool operator==(const IpAddress&) const = default;
};

/// Reads "192.0.2.1" (four decimal numbers, nothing shorter) or "2001:db8::1" (no brackets, no zone).
std::optional<IpAddress> parse_ip_address(std::string_view text);

std::string to_string(const IpAddress& address);

/// "192.0.2.1:80", "[2001:db8::1]:80".
std::string to_string(const IpAddress& address, std::uint16_t port);

bool is_loopback(const IpAddress& address);

/// Whether a host is this machine by what it is called: localhost, or a loopback address (IPv6 without brackets).
bool is_loopback_host(std::string_view host);

/// Whether the address is one of the internet's, open to everybody: not of this machine, a private network, a link,
/// a group, a carrier, a document or a cloud's own services, nor an IPv6 address that stands for such an IPv4 one.
/// What IANA lists as special is not public, and neither is what it has not given out yet.
bool is_public(const IpAddress& address);

}  // namespace longwire
