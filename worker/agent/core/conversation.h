#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "worker/agent/core/completion.h"

namespace longwire::agent {

/// What has been said so far, as far as a model is shown it.
///
/// Bound: `bytes_max`. Beyond it the oldest go, after the first message, which says what it is all about; an answer
/// that wanted tools goes together with what the tools found, since models refuse the one without the other. What is
/// newest stays, whatever its size.
class Conversation {
  public:
    explicit Conversation(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    void add(ChatMessage message);

    const std::vector<ChatMessage>& messages() const { return messages_; }
    std::size_t gone() const { return gone_; }  // how many messages had to go

  private:
    void make_room();

    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    std::vector<ChatMessage> messages_;
    std::size_t gone_ = 0;
};

}  // namespace longwire::agent
