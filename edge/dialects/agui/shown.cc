#include "edge/dialects/agui/shown.h"

#include <algorithm>
#include <utility>

#include "edge/dialects/agui/input.h"

namespace longwire::edge::agui {
namespace {

constexpr std::size_t kMessageBytes = 256;  // of one beside its texts

/// AG-UI knows fields that are absent, and none that are null.
json::array without_nulls(json::array messages) {
    for (auto& message : messages) {
        if (!message.is_object()) continue;
        json::object kept;
        for (auto& [name, value] : message.get_object()) {
            if (!value.is_null()) kept[name] = std::move(value);
        }
        message = std::move(kept);
    }
    return messages;
}

}  // namespace

Shown::Shown(json::array before, std::size_t bytes_max)
    : before_(without_nulls(std::move(before))), bytes_max_(bytes_max) {}

void Shown::begin_text(const std::string& id, std::string_view name) {
    has_added_ = true;
    if (find(id) != nullptr) return;
    json::object message{{"id", id}, {"role", "assistant"}, {"content", ""}};
    if (!name.empty()) message["name"] = name;
    add(std::move(message), id.size());
}

void Shown::add_text(std::string_view id, std::string_view text) {
    count(text.size());
    auto* const message = find(id);
    if (message == nullptr) return;
    auto& content = message->at("content").as_string();
    content.append(text.begin(), text.end());
}

void Shown::forget(std::string_view id) {
    added_.erase(std::remove_if(added_.begin(), added_.end(),
                                [&](const json::value& message) { return text_in(message.as_object(), "id") == id; }),
                 added_.end());
}

void Shown::add_call(const std::string& id, std::string_view tool, std::string_view arguments) {
    has_added_ = true;
    const json::object function{{"name", tool}, {"arguments", arguments}};
    const json::object call{{"id", id}, {"type", "function"}, {"function", function}};
    add({{"id", id}, {"role", "assistant"}, {"toolCalls", json::array{call}}}, id.size() + arguments.size());
}

void Shown::add_result(const std::string& id, const std::string& call_id, std::string_view content) {
    has_added_ = true;
    add({{"id", id}, {"role", "tool"}, {"toolCallId", call_id}, {"content", content}}, id.size() + content.size());
}

bool Shown::begin_again() {
    added_.clear();
    bytes_ = 0;
    is_known_ = true;
    return std::exchange(has_added_, false);
}

json::array Shown::messages() const {
    auto all = before_;
    all.insert(all.end(), added_.begin(), added_.end());
    return all;
}

void Shown::add(json::object message, std::size_t bytes) {
    count(bytes + kMessageBytes);
    if (is_known_) added_.emplace_back(std::move(message));
}

json::object* Shown::find(std::string_view id) {
    // What is added to is mostly the newest.
    for (auto message = added_.rbegin(); message != added_.rend(); ++message) {
        if (text_in(message->as_object(), "id") == id) return &message->as_object();
    }
    return nullptr;
}

void Shown::count(std::size_t bytes) {
    bytes_ += bytes;
    if (bytes_ <= bytes_max_) return;
    is_known_ = false;
    added_.clear();
}

}  // namespace longwire::edge::agui
