#include "protocol/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <span>

namespace longwire {
namespace {

struct Range {
    std::array<std::uint8_t, 16> bytes;
    unsigned bits;
};

// IANA's IPv4 special-purpose registry.
constexpr Range kSpecialV4[] = {
    {{0}, 8},              // this network
    {{10}, 8},             // private
    {{100, 64}, 10},       // shared by a carrier's customers
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local; clouds answer questions about a machine at 169.254.169.254
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 88, 99}, 24},   // 6to4 relays, given up
    {{192, 168}, 16},      // private
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 4},            // multicast
    {{240}, 4},            // reserved, broadcast
    // Not in the registry: Azure's services to its own machines.
    {{168, 63, 129, 16}, 32},
};

// What is given out of IPv6 as global unicast, and what of that is special all the same.
constexpr Range kGlobalV6{{0x20}, 3};
constexpr Range kSpecialV6[] = {
    {{0x20, 0x01}, 23},              // protocol assignments, Teredo among them
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4: carries an IPv4 address
    {{0x3f, 0xff}, 20},              // documentation
};
constexpr Range kMappedV4{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Range kNat64{{0, 0x64, 0xff, 0x9b}, 96};

bool is_in(const IpAddress& address, const Range& range) {
    for (unsigned bit = 0; bit < range.bits; bit += 8) {
        const unsigned kept = std::min(8u, range.bits - bit);
        const auto mask = static_cast<std::uint8_t>(0xff << (8 - kept));
        if ((address.bytes[bit / 8] & mask) != (range.bytes[bit / 8] & mask)) return false;
    }
    return true;
}

bool is_in_any(const IpAddress& address, std::span<const Range> ranges) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) { return is_in(address, range); });
}

/// The IPv4 address in the last four bytes.
IpAddress embedded_v4(const IpAddress& address) {
    IpAddress inner;
    std::copy(address.bytes.begin() + 12, address.bytes.end(), inner.bytes.begin());
    return inner;
}

}  // namespace

std::optional<IpAddress> parse_ip_address(std::string_view text) {
    IpAddress address;
    address.is_v6 = text.find(':') != std::string_view::npos;
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    const int family = address.is_v6 ? AF_INET6 : AF_INET;
    if (inet_pton(family, std::string(text).c_str(), address.bytes.data()) != 1) return std::nullopt;
    return address;
}

std::string to_string(const IpAddress& address) {
    char text[INET6_ADDRSTRLEN] = {};
    inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), text, sizeof text);
    return text;
}

std::string to_string(const IpAddress& address, std::uint16_t port) {
    const std::string host = to_string(address);
    return (address.is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool is_loopback(const IpAddress& address) {
    if (!address.is_v6) return address.bytes[0] == 127;
    if (is_in(address, kMappedV4)) return is_loopback(embedded_v4(address));
    return is_in(address, Range{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128});
}

bool is_loopback_host(std::string_view host) {
    if (host == "localhost") return true;
    const auto address = parse_ip_address(host);
    return address && is_loopback(*address);
}

bool is_public(const IpAddress& address) {
    if (!address.is_v6) return !is_in_any(address, kSpecialV4);
    if (is_in(address, kMappedV4) || is_in(address, kNat64)) return is_public(embedded_v4(address));
    return is_in(address, kGlobalV6) && !is_in_any(address, kSpecialV6);
}

}  // namespace longwire
