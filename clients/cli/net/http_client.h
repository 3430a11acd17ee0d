#pragma once

#include <string>

#include "clients/cli/net/wait_hook.h"
#include "clients/cli/server_address.h"
#include "protocol/result.h"

namespace longwire::cli {

struct HttpAnswer {
    unsigned status = 0;
    std::string body;
};

/// One GET on a connection of its own. `target` is put behind the address's path. Errors: unavailable if
/// there is no answer within `timeout_ms` of silence; any status is an answer.
Result<HttpAnswer> http_get(const ServerAddress& address, const std::string& target, const std::string& token,
                            int timeout_ms, WaitHook hook = {});

}  // namespace longwire::cli
