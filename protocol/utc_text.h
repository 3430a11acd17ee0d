#pragma once

#include <cstdint>
#include <string>

namespace longwire {

/// A time since the Unix epoch by RFC 3339, in UTC with milliseconds: "2026-11-21T09:30:00.250Z".
std::string utc_text(std::int64_t time_us);

}  // namespace longwire
