#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/ip_address.h"
#include "protocol/result.h"
#include "protocol/url.h"

namespace longwire::webhook {

/// Where webhooks may go. Anybody who may start a task chooses the URL, so that by default no address is connected to
/// that strangers could not reach without us: only public ones.
class HostRules {
  public:
    /// Each of `named` is a host, "*.suffix" (hosts below it), or either with ":port"; IPv6 in brackets. They may have
    /// addresses of any kind. With `only_named` others are refused. Errors: bad_request.
    static Result<HostRules> make(const std::vector<std::string>& named, bool only_named);

    /// Before anything is looked up.
    bool allows_host(const Url& url) const { return !only_named_ || is_named(url); }
    /// For an address that the host has.
    bool allows_address(const Url& url, const IpAddress& address) const { return is_public(address) || is_named(url); }

  private:
    struct Rule {
        std::string host;  // without the "*"
        bool is_suffix = false;
        std::uint16_t port = 0;  // 0: any
    };
    static Result<Rule> read_rule(std::string_view text);
    bool is_named(const Url& url) const;

    std::vector<Rule> rules_;
    bool only_named_ = false;
};

}  // namespace longwire::webhook
