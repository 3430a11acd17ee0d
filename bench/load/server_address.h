#pragma once

#include <netinet/in.h>

#include <string>
#include <string_view>

#include "protocol/result.h"

namespace longwire::load {

/// A server on this machine: a load is sent nowhere else.
struct ServerAddress {
    sockaddr_in address{};
    std::string host;        // with the port
    std::string path = "/";  // may hold {topic}

    /// The path for one topic.
    std::string path_for(std::string_view topic) const;
};

/// Reads ws://127.0.0.1:8080/path, or http://. Errors: bad_request.
Result<ServerAddress> parse_server_address(std::string_view url);

}  // namespace longwire::load
