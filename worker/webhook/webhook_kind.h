#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/node/config.h"
#include "protocol/result.h"
#include "worker/sdk/worker.h"

namespace longwire::webhook {

struct WebhookOptions {
    std::string secret_file;               // read for each attempt, so that secrets can be replaced at any time
    std::string absent_secret = "refuse";  // or "make" one
    std::string hosts = "public";          // which have public addresses; or only the "named" ones
    std::vector<std::string> allow_host;   // named hosts, which may have addresses of any kind
    std::string ca_file;                   // empty: the system's store
    std::int64_t timeout_ms = 20'000;      // of one attempt
    std::string retry_ms;                  // waits between attempts, with commas; empty: kStandardRetryMs
};

void declare_webhook_settings(Config& config, WebhookOptions& options);

/// The handler of kind `longwire.webhook`, `{url, type, time_us, data}`: POSTs `{type, timestamp, data}` as JSON,
/// signed as the Standard Webhooks specification has it. Errors: a wrong setting, a secret that cannot be read.
Result<Worker::Handler> webhook_handler(WebhookOptions options);

KindDescription webhook_description();

}  // namespace longwire::webhook
