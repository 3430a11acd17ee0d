#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "edge/core/client_api.h"
#include "edge/http/product_routes.h"
#include "protocol/endpoints.h"
#include "protocol/node/log_setup.h"

namespace longwire::edge {

/// What an operator can set on an edge. The comments are the words of --help, see edge_config.cc.
struct EdgeConfig {
    std::string broker = kEdgesEndpoint;
    std::string http = "127.0.0.1:8080";
    std::string console;
    std::uint32_t shards = 0;
    std::int64_t window_bytes = 16 << 20;
    std::int64_t ring_bytes_max = 64 << 20;
    std::int64_t linger_ms = 10'000;
    std::int64_t merge_after_ms = 1'000;
    std::int64_t connections_max = 100'000;
    std::string deflate = "on";
    ClientLimits limits;
    LogSettings logging;
};

std::optional<int> read_config(int argc, const char* const* argv, EdgeConfig& config, http::ProductRoutes& products);

/// The parts of HOST:PORT; IPv6 hosts stand in brackets, which are taken off.
struct HostPort {
    std::string host;
    std::uint16_t port = 0;
};
HostPort split_host_port(const std::string& text);

}  // namespace longwire::edge
