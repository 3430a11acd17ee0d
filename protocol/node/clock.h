#pragma once

#include <cstdint>

namespace longwire {

/// Microseconds since the Unix epoch, never less than at the call before, on any thread: the wall clock
/// read once, at the first call, and carried on by the steady clock. A correction of the machine's clock
/// is not followed.
std::int64_t now_us();

}  // namespace longwire
