#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace longwire::edge {

/// Who a client is, and what it may be.
struct Identity {
    std::string realm;
    std::string user;
    std::optional<std::vector<std::string>> agents = {};  // that it may act as or talk to; nothing: any
    std::int64_t expires_us = 0;                          // 0: never

    bool may_use(std::string_view agent) const {
        return !agents || std::find(agents->begin(), agents->end(), agent) != agents->end();
    }
};

/// Says who brings a token. Thread: any.
class Authenticator {
  public:
    virtual ~Authenticator() = default;

    /// An empty token is that of who brings none. Errors: unauthorized, expired.
    virtual Result<Identity> identify(std::string_view token) const = 0;
};

/// Without authentication everybody is user `dev` of realm `dev`, whatever token they bring.
class LetInAll final : public Authenticator {
  public:
    Result<Identity> identify(std::string_view /*token*/) const override { return Identity{"dev", "dev"}; }
};

}  // namespace longwire::edge
