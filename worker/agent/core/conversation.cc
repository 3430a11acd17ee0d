#include "worker/agent/core/conversation.h"

#include <utility>

namespace longwire::agent {
namespace {

std::size_t bytes_of(const ChatMessage& message) {
    constexpr std::size_t kAround = 32;
    auto bytes = kAround + message.content.size() + message.tool_call_id.size();
    for (const auto& call : message.tool_calls)
        bytes += kAround + call.id.size() + call.name.size() + call.arguments.size();
    return bytes;
}

}  // namespace

void Conversation::add(ChatMessage message) {
    bytes_ += bytes_of(message);
    messages_.push_back(std::move(message));
    make_room();
}

void Conversation::make_room() {
    while (bytes_ > bytes_max_) {
        // One step of the talk: a message, and the tools' answers that follow it.
        std::size_t end = 2;
        while (end < messages_.size() && messages_[end].role == ChatMessage::Role::tool) ++end;
        if (end >= messages_.size()) return;
        for (std::size_t i = 1; i < end; ++i) bytes_ -= bytes_of(messages_[i]);
        messages_.erase(messages_.begin() + 1, messages_.begin() + static_cast<std::ptrdiff_t>(end));
        gone_ += end - 1;
    }
}

}  // namespace longwire::agent
