#pragma once

#include <string>
#include <string_view>

#include "protocol/result.h"

/// The opening handshake (RFC 6455, 4). Pure.
namespace longwire::load {

struct Upgrade {
    std::string host;  // with the port
    std::string path = "/";
    std::string subprotocol;
    bool offers_deflate = false;
};

std::string upgrade_request(const Upgrade& upgrade);

/// Looks at the head of the answer, without the empty line at its end. Errors: unavailable, with the status line or
/// what is missing.
Status check_upgrade(std::string_view head, const Upgrade& upgrade);

}  // namespace longwire::load
