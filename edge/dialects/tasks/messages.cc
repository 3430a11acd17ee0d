#include "edge/dialects/tasks/messages.h"

#include <algorithm>
#include <utility>

#include "edge/dialects/loose_fields.h"
#include "protocol/event_types.h"
#include "protocol/utc_text.h"

namespace longwire::edge::tasks {
namespace {

constexpr std::string_view kSystem = "System";

std::string role_of(const NativeEvent& event) {
    if (event.type.starts_with("task.")) return std::string(kSystem);
    std::string agent(text_in(event.fields(), "agent"));
    return agent.empty() ? std::string(kSystem) : agent;
}

/// "tool.call" is "TOOL_CALL".
std::string type_of(std::string_view native) {
    if (native == event_type::kAgentMessage) return "MESSAGE";
    std::string type(native);
    std::transform(type.begin(), type.end(), type.begin(), [](char c) {
        if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
        const bool is_plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return is_plain ? c : '_';
    });
    return type;
}

/// Frontends look into payloads without asking whether there is an object.
json::object payload_of(const json::value& data) {
    if (data.is_object()) return data.get_object();
    if (data.is_null()) return {};
    return {{"value", data}};
}

}  // namespace

json::object connected_message(std::string_view task, bool was_started) {
    const auto* const text = was_started ? "Task started and connected to event stream" : "Connected to event stream";
    return {{"type", "connected"}, {"data", {{"task_id", task}, {"message", text}}}};
}

json::object state_message(json::object data) {
    return {{"type", "state"}, {"data", std::move(data)}};
}

json::object error_message(std::string_view text) {
    return {{"type", "error"}, {"data", {{"message", text}}}};
}

json::object event_data(const NativeEvent& event) {
    return {{"event_id", event.offset},
            {"task_id", event.task},
            {"timestamp", utc_text(event.time_us)},
            {"agent_role", role_of(event)},
            {"event_type", type_of(event.type)},
            {"payload", payload_of(event.data)}};
}

json::object event_message(const NativeEvent& event) {
    return {{"type", "event"}, {"data", event_data(event)}};
}

Error in_our_words(Error error) {
    const bool is_of_task = error.field == "task" || error.field == "topic";
    if (is_of_task && (error.code == Errc::bad_request || error.code == Errc::not_found)) {
        return {Errc::not_found, "Task not found", "task_id"};
    }
    if (is_of_task) error.field = "task_id";
    if (error.field == "input") error.field = "requirement";
    return error;
}

std::string text_of(const Error& error) {
    const bool has_field = !error.field.empty() && error.code != Errc::not_found;
    return (has_field ? error.field + ": " : std::string()) + error.message;
}

std::int64_t integer_at(const json::object& fields, std::string_view name) {
    const auto* const value = fields.if_contains(name);
    if (value == nullptr || !value->is_number()) return 0;
    boost::system::error_code error;
    const auto number = value->to_number<std::int64_t>(error);
    return error || number < 0 || number > kNumberMax ? 0 : number;
}

json::value text_or_null(std::string_view text) {
    return text.empty() ? json::value() : json::value(text);
}

json::value time_or_null(std::int64_t time_us) {
    return time_us == 0 ? json::value() : json::value(utc_text(time_us));
}

}  // namespace longwire::edge::tasks
