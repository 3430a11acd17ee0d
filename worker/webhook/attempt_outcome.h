#pragma once

#include <cstdint>

#include "protocol/net/http_client.h"
#include "worker/sdk/task_result.h"

/// What becomes of one attempt at a delivery.
namespace longwire::webhook {

/// 2xx completes. 410 says that nobody wants to hear of it any more and fails for good; all else fails, to be tried
/// again: redirects are not followed, and a receiver that says 404 may not be ready yet. A Retry-After is respected.
/// `delay_ms` is how long the schedule waits before the next attempt.
TaskResult outcome_of(const net::HttpHead& head, std::int64_t delay_ms, std::int64_t now_us, std::int64_t took_ms);

/// Likewise when there was no answer. An address that is not allowed fails for good.
TaskResult outcome_of(const net::HttpError& error, std::int64_t delay_ms);

}  // namespace longwire::webhook
