#pragma once

#include <cstdint>

namespace longwire {

/// What an event that is in the log survives. The numbers are those of protocol/spec/links.md; a higher one includes
/// the lower.
enum class Durability : std::uint8_t {
    memory = 0,  // nothing: it is in the broker's memory
    os = 1,      // the broker's death: the operating system has it
    fsync = 2,   // the power's failure: the disk has it
};

}  // namespace longwire
