#pragma once

#include <string>
#include <string_view>

namespace longwire {

/// Appends standard base64 with padding (RFC 4648, section 4).
void append_base64(std::string_view bytes, std::string& out);

}  // namespace longwire
