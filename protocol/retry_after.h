#pragma once

#include <cstdint>
#include <string_view>

namespace longwire {

/// How long the header Retry-After (RFC 9110, 10.2.3) asks to wait, a day at most: seconds or a date, of which the two
/// obsolete forms are not read. 0 for what is neither, or in the past. `now_us` since the Unix epoch.
std::int64_t read_retry_after_ms(std::string_view value, std::int64_t now_us);

}  // namespace longwire
