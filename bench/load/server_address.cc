#include "bench/load/server_address.h"

#include <arpa/inet.h>

#include <charconv>

namespace longwire::load {

std::string ServerAddress::path_for(std::string_view topic) const {
    constexpr std::string_view kPlace = "{topic}";
    std::string filled = path;
    if (const auto at = filled.find(kPlace); at != std::string::npos) filled.replace(at, kPlace.size(), topic);
    return filled;
}

Result<ServerAddress> parse_server_address(std::string_view url) {
    const auto wrong = [&](std::string_view why) {
        return bad_request("url", std::string(url) + " " + std::string(why));
    };
    if (!url.starts_with("ws://") && !url.starts_with("http://")) return wrong("must begin with ws:// or http://");
    const auto rest = url.substr(url.find("://") + 3);
    const auto slash = rest.find('/');
    const auto authority = rest.substr(0, slash);
    const auto colon = authority.rfind(':');
    if (colon == std::string_view::npos) return wrong("must name a port");
    ServerAddress server;
    server.host = authority;
    if (slash != std::string_view::npos) server.path = rest.substr(slash);

    const auto digits = authority.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size() || port == 0) return wrong("has no valid port");
    const std::string ip(authority.substr(0, colon));
    server.address.sin_family = AF_INET;
    server.address.sin_port = htons(port);
    if (::inet_pton(AF_INET, ip.c_str(), &server.address.sin_addr) != 1) return wrong("must name an IPv4 address");
    constexpr std::uint32_t kLoopback = 127;
    if (ntohl(server.address.sin_addr.s_addr) >> 24U != kLoopback) return wrong("is not on this machine");
    return server;
}

}  // namespace longwire::load
