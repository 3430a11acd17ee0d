#include "worker/agent/core/retry_policy.h"

#include <algorithm>
#include <string>

namespace longwire::agent {

std::optional<std::int64_t> RetryPolicy::wait_ms(const Error& error, int tries, double chance) const {
    if (error.code != Errc::unavailable && error.code != Errc::rate_limited) return std::nullopt;
    if (tries >= tries_max || error.retry_after_ms > longest_ms) return std::nullopt;
    auto wait = first_ms;
    for (int i = 1; i < tries && wait < longest_ms; ++i) wait *= 2;
    wait = std::min(wait, longest_ms);
    wait -= static_cast<std::int64_t>(static_cast<double>(wait) / 2 * std::clamp(chance, 0.0, 1.0));
    return std::max(wait, error.retry_after_ms);
}

Error error_of_status(unsigned status, std::string_view said, std::int64_t retry_after_ms) {
    auto text = "the model server answered " + std::to_string(status);
    if (!said.empty()) text.append(": ").append(said);
    const auto error = [&](Errc code) { return Error{code, text, {}, retry_after_ms}; };
    if (status == 401) return error(Errc::unauthorized);
    if (status == 403) return error(Errc::forbidden);
    if (status == 404) return error(Errc::not_found);
    if (status == 413) return error(Errc::too_large);
    if (status == 429) return error(Errc::rate_limited);
    if (status == 408 || status == 409 || status == 425 || status >= 500) return error(Errc::unavailable);
    return error(Errc::bad_request);
}

}  // namespace longwire::agent
