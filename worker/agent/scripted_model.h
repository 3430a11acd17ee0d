#pragma once

#include <string>

#include "worker/agent/chat_model.h"

namespace longwire::agent {

/// A model that needs no server: it says that it is a script, quotes the message, uses one tool, and takes about three
/// seconds. On the wire it is like any other. Words in the message steer it: see Steering.
class ScriptedModel : public ChatModel {
  public:
    Result<Completion> complete(const ChatRequest& request, const OnText& on_text,
                                const std::stop_token& stop) override;
};

}  // namespace longwire::agent
