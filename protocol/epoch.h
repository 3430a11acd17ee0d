#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/result.h"

namespace longwire {

/// An epoch as clients see it: 16 hex digits.
std::string epoch_text(std::uint64_t epoch);

/// The epoch that a client gives back. Errors name the field "epoch".
Result<std::uint64_t> read_epoch(std::string_view text);

}  // namespace longwire
