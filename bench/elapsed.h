#pragma once

#include <cstdint>

#include "protocol/node/clock.h"

namespace longwire::bench {

/// Since a moment that now_us() gave.
inline double seconds_since(std::int64_t from_us) {
    return static_cast<double>(now_us() - from_us) * 1e-6;
}

}  // namespace longwire::bench
