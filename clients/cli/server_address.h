#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace longwire::cli {

/// Where an edge listens.
struct ServerAddress {
    bool tls = false;
    std::string host;  // a name, an IPv4 address, or an IPv6 address without brackets
    std::string port;
    std::string path;  // put before "/v1/…"; empty or "/prefix"

    /// "http://host:port/prefix"
    std::string url() const;
    /// The Host header's value.
    std::string authority() const;
};

/// Reads http://HOST[:PORT][/PREFIX]; https, ws and wss are understood too. Errors say what is accepted.
Result<ServerAddress> parse_server_address(std::string_view url);

/// One topic as path segments: percent-encoded, '/' kept.
std::string percent_encoded_path(std::string_view text);
/// One value of a query.
std::string percent_encoded(std::string_view text);

}  // namespace longwire::cli
