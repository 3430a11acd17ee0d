#include "worker/webhook/attempt_outcome.h"

#include <algorithm>

#include "protocol/retry_after.h"

namespace longwire::webhook {
namespace {

TaskResult failed(const std::string& code, const std::string& message, bool for_good, std::int64_t delay_ms,
                  boost::json::value details = nullptr) {
    return TaskResult::failed(code, message, !for_good, std::move(details), for_good ? 0 : delay_ms);
}

}  // namespace

TaskResult outcome_of(const net::HttpHead& head, std::int64_t delay_ms, std::int64_t now_us, std::int64_t took_ms) {
    const boost::json::object details{{"status", head.status}, {"ms", took_ms}};
    if (head.status >= 200 && head.status < 300) return TaskResult::completed(details);
    const std::string message = "the receiver answers " + std::to_string(head.status);
    if (head.status == 410) return failed("gone", message, true, 0, details);
    if (const auto* retry_after = head.find("retry-after")) {
        delay_ms = std::max(delay_ms, read_retry_after_ms(*retry_after, now_us));
    }
    return failed("answer", message, false, delay_ms, details);
}

TaskResult outcome_of(const net::HttpError& error, std::int64_t delay_ms) {
    switch (error.failure) {
        case net::HttpFailure::bad_request:
            return failed("bad_request", error.message, true, 0);
        case net::HttpFailure::refused:
            return failed("refused", error.message, true, 0);
        case net::HttpFailure::cancelled:
            return TaskResult::cancelled();
        case net::HttpFailure::timed_out:
            return failed("timed_out", error.message, false, delay_ms);
        case net::HttpFailure::unreachable:
            return failed("unreachable", error.message, false, delay_ms);
        case net::HttpFailure::cut_off:
        case net::HttpFailure::malformed:
        case net::HttpFailure::too_large:
            break;
    }
    return failed("no_answer", error.message, false, delay_ms);
}

}  // namespace longwire::webhook
