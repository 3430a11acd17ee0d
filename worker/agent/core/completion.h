#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What a model is asked, and what it answers, in the terms that models share.
namespace longwire::agent {

/// A tool that a model wants to be used.
struct ToolCall {
    std::string id;
    std::string name;
    std::string arguments;  // JSON as the model wrote it, which may be no JSON at all

    bool operator==(const ToolCall&) const = default;
};

struct ChatMessage {
    enum class Role { user, assistant, tool };

    Role role = Role::user;
    std::string content;
    std::string agent = {};                 // who said it, where it was an agent
    std::vector<ToolCall> tool_calls = {};  // of an assistant
    std::string tool_call_id = {};          // of a tool: what this answers
};

/// A tool as a model is told of it.
struct ToolSpec {
    std::string name;
    std::string about;
    boost::json::value parameters;  // JSON schema
};

struct ChatRequest {
    std::string agent;   // who asks
    std::string model;   // empty: the server's usual one
    std::string prompt;  // the system's
    std::vector<ChatMessage> messages;
    std::vector<ToolSpec> tools;
    double temperature = -1;  // negative: the model's own
    int try_number = 1;       // rises when the same is asked again after a failure
};

struct Usage {
    std::int64_t prompt_tokens = 0;
    std::int64_t completion_tokens = 0;

    Usage& operator+=(const Usage& other) {
        prompt_tokens += other.prompt_tokens;
        completion_tokens += other.completion_tokens;
        return *this;
    }
    bool operator==(const Usage&) const = default;
};

struct Completion {
    std::string text;
    std::vector<ToolCall> tool_calls;
    Usage usage;         // zeroes where the server told none
    std::string model;   // as the server calls it
    std::string finish;  // why it ended: "stop", "length", "tool_calls" …; empty where the server told none
};

}  // namespace longwire::agent
