#pragma once

#include <memory>
#include <string>
#include <vector>

#include "protocol/host_list.h"
#include "worker/agent/tool.h"

namespace longwire::agent {

struct HttpGetOptions {
    HostList allow;
    /// Whether the names that are allowed may lead to addresses that are not the internet's. An address that is
    /// allowed itself always may.
    bool private_addresses = false;
    std::string ca_file;  // empty: the system's store
};

/// http_get {url}: a text from an allowed host. Redirects are not followed but told: the model may ask for where they
/// lead, if that is allowed. Errors of this function: what is wrong with ca_file.
Result<std::unique_ptr<Tool>> http_get_tool(HttpGetOptions options);

}  // namespace longwire::agent
