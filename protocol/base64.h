#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace longwire {

/// Appends standard base64 with padding (RFC 4648, section 4).
void append_base64(std::string_view bytes, std::string& out);

/// The bytes of such a text; padding may be left out. Nothing where it is none.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace longwire
