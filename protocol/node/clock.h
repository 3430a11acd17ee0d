#pragma once

#include <cstdint>
#include <string>

namespace longwire {

/// Microseconds since the Unix epoch, never less than at the call before, on any thread: the wall clock
/// read once, at the first call, and carried on by the steady clock. A correction of the machine's clock
/// is not followed.
std::int64_t now_us();

/// RFC 3339 in UTC with milliseconds, "2026-11-21T09:30:00.250Z".
std::string utc_text(std::int64_t time_us);

}  // namespace longwire
