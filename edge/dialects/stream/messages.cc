#include "edge/dialects/stream/messages.h"

#include <boost/json/serialize.hpp>
#include <string>
#include <utility>

#include "edge/dialects/loose_fields.h"
#include "protocol/event_types.h"
#include "protocol/utc_text.h"

namespace longwire::edge::stream {
namespace {

constexpr std::string_view kRobot = "🤖";

/// Any value as a text.
std::string text_of(const json::value* value) {
    if (value == nullptr || value->is_null()) return {};
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::string text_of(const json::object& object, std::string_view name) {
    return text_of(object.if_contains(name));
}

json::object result(const json::value* result, std::int64_t time_us) {
    static const json::object none;
    const auto& fields = result != nullptr && result->is_object() ? result->get_object() : none;
    const auto content = fields.contains("content") ? text_of(fields, "content") : text_of(result);
    return message("result", {{"content", content}, {"agents_used", array_in(fields, "agents")}}, time_us);
}

/// `otherwise` is what it says if the error says nothing.
json::object error(const json::object& error, std::string_view otherwise, std::int64_t time_us) {
    const auto text = text_in(error, "message");
    json::object fields{{"message", text.empty() ? otherwise : text}};
    const auto told = text_of(error, "details");
    const auto details = told.empty() ? text_of(error, "code") : told;
    if (!details.empty()) fields["details"] = details;
    return message("error", std::move(fields), time_us);
}

json::object cancelled(std::int64_t time_us) {
    return message("cancelled", {{"message", "Task cancelled"}}, time_us);
}

json::object other(const NativeEvent& event) {
    return message("event", {{"name", event.type}, {"data", event.data}}, event.time_us);
}

json::object step(const NativeEvent& event) {
    const auto& data = event.fields();
    const bool is_over = text_in(data, "status") == "completed";
    const auto emoji = text_in(data, "emoji");
    return message("agent_step",
                   {{"agent", text_in(data, "agent")},
                    {"emoji", emoji.empty() ? kRobot : emoji},
                    {"status", is_over ? "completed" : "working"}},
                   event.time_us);
}

json::object tool_call(const NativeEvent& event) {
    const auto& data = event.fields();
    return message("tool_call",
                   {{"agent", text_in(data, "agent")},
                    {"tool_name", text_in(data, "tool")},
                    {"arguments", data.contains("arguments") ? data.at("arguments") : json::object()}},
                   event.time_us);
}

json::object tool_result(const NativeEvent& event) {
    const auto& data = event.fields();
    return message("tool_result",
                   {{"agent", text_in(data, "agent")},
                    {"tool_name", text_in(data, "tool")},
                    {"result", data.contains("result") ? data.at("result") : json::value()},
                    {"success", !data.contains("ok") || is_true_in(data, "ok")}},
                   event.time_us);
}

json::object chart(const NativeEvent& event) {
    const auto& data = event.fields();
    const auto symbol = text_in(object_in(data, "meta"), "symbol");
    return message("chart",
                   {{"chart_id", text_of(data, "id")},
                    {"url", text_in(data, "url")},
                    {"symbol", symbol.empty() ? text_in(data, "name") : symbol}},
                   event.time_us);
}

}  // namespace

json::object message(std::string_view type, json::object fields, std::int64_t time_us) {
    json::object message{{"type", type}};
    for (auto& [name, value] : fields) message[name] = std::move(value);
    message["timestamp"] = utc_text(time_us);
    return message;
}

bool is_end(std::string_view type) {
    return type == event_type::kTaskCompleted || type == event_type::kTaskFailed ||
           type == event_type::kTaskCancelled || type == event_type::kTaskExpired;
}

json::object render(const NativeEvent& event) {
    const auto& data = event.fields();
    const auto& type = event.type;
    if (type == event_type::kTextDelta) {
        return {{"type", "token"},
                {"text", text_in(data, "text")},
                {"index", count_in(data, "index")},
                {"stream", text_in(data, "stream")}};
    }
    if (type == event_type::kTaskProgress && data.contains("turn") && data.contains("max_turns")) {
        return {
            {"type", "progress"}, {"current_turn", count_in(data, "turn")}, {"max_turns", count_in(data, "max_turns")}};
    }
    if (type == event_type::kAgentStep) return step(event);
    if (type == event_type::kToolCall) return tool_call(event);
    if (type == event_type::kToolResult) return tool_result(event);
    if (type == event_type::kArtifact && text_in(data, "kind") == "chart") return chart(event);
    if (type == event_type::kTaskCompleted) return result(data.if_contains("result"), event.time_us);
    if (type == event_type::kTaskFailed) return error(object_in(data, "error"), "The task has failed", event.time_us);
    if (type == event_type::kTaskExpired) return error(object_in(data, "error"), "The task has expired", event.time_us);
    if (type == event_type::kTaskCancelled) return cancelled(event.time_us);
    return other(event);
}

json::object render_end(const json::object& snapshot, std::int64_t time_us) {
    const auto state = text_in(snapshot, "state");
    if (state == "COMPLETED") return result(snapshot.if_contains("result"), time_us);
    const auto& why = object_in(snapshot, "error");
    if (state == "CANCELLED") return cancelled(time_us);
    return error(why, state == "EXPIRED" ? "The task has expired" : "The task has failed", time_us);
}

}  // namespace longwire::edge::stream
