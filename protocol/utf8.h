#pragma once

#include <cstddef>
#include <string_view>

namespace longwire {

/// Length in bytes of the well-formed UTF-8 sequence (RFC 3629, Table 3-7 of Unicode) that `text` begins with,
/// or 0 if it begins with none. `text` must not be empty.
std::size_t utf8_sequence_length(std::string_view text);

bool is_valid_utf8(std::string_view text);

/// The beginning of a UTF-8 text, of at most `bytes_max` bytes (4 or more), that cuts no character.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

}  // namespace longwire
