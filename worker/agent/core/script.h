#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "worker/agent/core/completion.h"

namespace longwire::agent {

/// One answer of the scripted model, planned from what it was asked.
struct Script {
    std::vector<std::string> pieces;  // of its text, in order
    std::vector<ToolCall> tool_calls;
    double seconds = 0;                   // it takes
    std::optional<std::size_t> fails_at;  // before this piece
    bool fails_for_good = false;
};

Script write_script(const ChatRequest& request);

}  // namespace longwire::agent
