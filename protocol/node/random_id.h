#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace longwire {

/// 64 bits from the kernel's generator. Ends the process if it has none to give.
std::uint64_t random_u64();

/// `prefix` followed by `length` characters of a-z and 2-7, 5 random bits each: 16 of them are as unlikely to
/// come twice as an 80-bit number. Valid as a task id, epoch or connection id.
std::string random_id(std::string_view prefix = {}, std::size_t length = 16);

}  // namespace longwire
