#pragma once

#include <functional>
#include <stop_token>
#include <string_view>

#include "protocol/result.h"
#include "worker/agent/core/completion.h"

namespace longwire::agent {

/// What answers: a model behind a server, or a script.
///
/// Thread: any, several at once.
class ChatModel {
  public:
    /// Called with each piece of the answer's text as it comes, by the thread that called complete().
    using OnText = std::function<void(std::string_view text)>;

    virtual ~ChatModel() = default;

    /// Waits for the whole answer. Once `stop` is set it returns at once, with whatever error.
    /// Errors: `unavailable` and `rate_limited` (with retry_after_ms where the server named a wait) may be otherwise
    /// next time, also when pieces of text have been handed out already; all others would come again.
    virtual Result<Completion> complete(const ChatRequest& request, const OnText& on_text,
                                        const std::stop_token& stop) = 0;
};

}  // namespace longwire::agent
