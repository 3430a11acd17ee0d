#pragma once

#include <cstdint>

namespace longwire {

/// Lets the calling thread sleep; not at all for 0. For pacing: what waits for something is woken by it.
void sleep_us(std::int64_t time_us);

}  // namespace longwire
