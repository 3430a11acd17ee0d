#include "worker/agent/core/request_body.h"

#include <boost/json.hpp>
#include <utility>

namespace longwire::agent {
namespace json = boost::json;
namespace {

json::object message_of(const ChatMessage& message) {
    json::object out;
    switch (message.role) {
        case ChatMessage::Role::user:
            out["role"] = "user";
            break;
        case ChatMessage::Role::assistant:
            out["role"] = "assistant";
            break;
        case ChatMessage::Role::tool:
            out["role"] = "tool";
            out["tool_call_id"] = message.tool_call_id;
            break;
    }
    out["content"] = message.content;
    if (message.tool_calls.empty()) return out;
    json::array calls;
    for (const auto& call : message.tool_calls) {
        calls.push_back({{"id", call.id},
                         {"type", "function"},
                         {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
    }
    out["tool_calls"] = std::move(calls);
    return out;
}

json::array tools_of(const std::vector<ToolSpec>& specs) {
    json::array tools;
    for (const auto& spec : specs) {
        tools.push_back(
            {{"type", "function"},
             {"function", {{"name", spec.name}, {"description", spec.about}, {"parameters", spec.parameters}}}});
    }
    return tools;
}

}  // namespace

std::string request_body(const ChatRequest& request, const std::string& model) {
    json::array messages;
    if (!request.prompt.empty()) messages.push_back({{"role", "system"}, {"content", request.prompt}});
    for (const auto& message : request.messages) messages.push_back(message_of(message));
    json::object body;
    if (const auto& name = request.model.empty() ? model : request.model; !name.empty()) body["model"] = name;
    body["messages"] = std::move(messages);
    if (!request.tools.empty()) body["tools"] = tools_of(request.tools);
    if (request.temperature >= 0) body["temperature"] = request.temperature;
    body["stream"] = true;
    body["stream_options"] = {{"include_usage", true}};
    return json::serialize(body);
}

}  // namespace longwire::agent
