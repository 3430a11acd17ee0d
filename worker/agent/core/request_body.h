#pragma once

#include <string>

#include "worker/agent/core/completion.h"

namespace longwire::agent {

/// The JSON that asks a server with OpenAI's interface for a streamed chat completion. `model` is named where the
/// request names none; with neither the field is left out.
std::string request_body(const ChatRequest& request, const std::string& model);

}  // namespace longwire::agent
