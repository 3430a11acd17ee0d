#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/result.h"

namespace longwire::agent {

/// Whether and when a request to a model is made again after it failed. Pure: chance is an argument.
struct RetryPolicy {
    int tries_max = 4;  // in all
    std::int64_t first_ms = 500;
    std::int64_t longest_ms = 30'000;

    /// Only what may be otherwise next time is tried again: `unavailable` and `rate_limited`. The wait doubles from try
    /// to try, with `chance` (0..1) taking up to half of it away, so that workers who failed together don't come back
    /// together; where the server named a wait, it is that at least, as long as it is no longer than `longest_ms`:
    /// a server that wants more patience than we have is given up.
    /// `tries` is how many there have been. Nothing: no more.
    std::optional<std::int64_t> wait_ms(const Error& error, int tries, double chance) const;
};

/// What a status of HTTP other than 200 means for whoever asked. `said` is what the server says in its body.
Error error_of_status(unsigned status, std::string_view said, std::int64_t retry_after_ms);

}  // namespace longwire::agent
