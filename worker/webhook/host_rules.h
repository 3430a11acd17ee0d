#pragma once

#include <string>
#include <utility>
#include <vector>

#include "protocol/host_list.h"
#include "protocol/ip_address.h"

namespace longwire::webhook {

/// Where webhooks may go. Anybody who may start a task chooses the URL, so that by default no address is connected to
/// that strangers could not reach without us: only public ones.
class HostRules {
  public:
    /// Hosts that are `named` may have addresses of any kind; with `only_named` others are refused.
    HostRules(HostList named, bool only_named) : named_(std::move(named)), only_named_(only_named) {}

    /// Before anything is looked up.
    bool allows_host(const Url& url) const { return !only_named_ || named_.has(url); }
    /// For an address that the host has.
    bool allows_address(const Url& url, const IpAddress& address) const {
        return is_public(address) || named_.has(url);
    }

  private:
    HostList named_;
    bool only_named_;
};

}  // namespace longwire::webhook
