#pragma once

#include <string>
#include <string_view>

namespace longwire::agent {

/// Handing over is a tool too: one for each role that a role may hand over to. The agent loop serves it itself.
inline constexpr std::string_view kHandoffPrefix = "transfer_to_";

inline bool is_handoff(std::string_view tool) {
    return tool.starts_with(kHandoffPrefix);
}

/// The tool's name for a role: models take letters, digits and `_` only.
inline std::string handoff_tool(std::string_view role) {
    std::string tool(kHandoffPrefix);
    for (const char c : role) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        tool += is_plain ? c : '_';
    }
    return tool;
}

}  // namespace longwire::agent
