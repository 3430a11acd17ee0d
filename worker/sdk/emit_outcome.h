#pragma once

#include <cstdint>

namespace longwire {

/// What emit() does when the events not yet acknowledged by the broker fill their bound.
enum class WhenFull : std::uint8_t { wait, would_block };

enum class EmitOutcome : std::uint8_t {
    queued,       // will be in the log exactly once, in this order, unless the attempt or this process is lost first
    would_block,  // not taken: full, and WhenFull::would_block was chosen
    revoked,      // not taken: the attempt is no longer this worker's; the handler should return
};

}  // namespace longwire
