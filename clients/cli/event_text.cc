#include "clients/cli/event_text.h"

#include <algorithm>

#include "clients/cli/fields.h"
#include "protocol/event_types.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

std::string data_text(const json::object& push) {
    const json::value* data = push.if_contains("data");
    if (data == nullptr || data->is_null()) return {};
    return one_line(compact_json(*data));
}

std::string field_text(const json::object& data, std::string_view key) {
    const json::value* value = data.if_contains(key);
    if (value == nullptr || value->is_null()) return {};
    if (value->is_string()) return one_line(std::string_view(value->get_string()));
    return one_line(compact_json(*value));
}

std::string log_sentence(const json::object& data, const Paint& paint) {
    const std::string agent = field_text(data, "agent");
    std::string text = (agent.empty() ? "" : agent + ": ") + field_text(data, "message");
    if (const std::string details = field_text(data, "details"); !details.empty()) text += " " + details;
    const std::string level = text_at(data, "level");
    if (level == "error" || level == "fatal") return paint.red(text);
    if (level == "warn" || level == "warning") return paint.yellow(text);
    if (level == "debug" || level == "trace") return paint.dim(text);
    return text;
}

std::string agent_of(const json::object& data) {
    const std::string agent = field_text(data, "agent");
    return agent.empty() ? "agent" : agent;
}

}  // namespace

std::string event_line(const json::object& push, bool with_topic, const Paint& paint) {
    std::string line = paint.dim(clock_text(number_at(push, "time_us").value_or(0)));
    if (with_topic) line += "  " + paint.cyan(one_line(text_at(push, "topic")));
    std::string offset = std::to_string(number_at(push, "offset").value_or(0));
    offset.insert(0, offset.size() < 6 ? 6 - offset.size() : 0, ' ');
    std::string type = one_line(text_at(push, "type"));
    constexpr std::size_t kTypeColumn = 15;
    const std::size_t padding = kTypeColumn - std::min(kTypeColumn, display_width(type));
    line += "  " + offset + "  " + paint.bold(type) + std::string(padding, ' ');
    if (const std::string data = data_text(push); !data.empty()) line += "  " + data;
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

std::string event_sentence(const json::object& push, const Paint& paint) {
    namespace type = event_type;
    const std::string event = text_at(push, "type");
    const json::object* found = object_at(push, "data");
    const json::object data = found != nullptr ? *found : json::object{};

    if (event == type::kLog) return log_sentence(data, paint);
    if (event == type::kAgentMessage) return paint.cyan(agent_of(data)) + ": " + field_text(data, "message");
    if (event == type::kAgentStatus) {
        const std::string message = field_text(data, "message");
        return paint.dim(agent_of(data) + " is " + field_text(data, "status") +
                         (message.empty() ? "" : ": " + message));
    }
    if (event == type::kAgentStep) {
        const std::string message = field_text(data, "message");
        return paint.cyan(agent_of(data)) + ": " + (message.empty() ? data_text(push) : message);
    }
    if (event == type::kAgentHandoff) {
        const std::string reason = field_text(data, "reason");
        return paint.cyan(agent_of(data)) + " hands over to " + paint.cyan(field_text(data, "to")) +
               (reason.empty() ? "" : ": " + reason);
    }
    if (event == type::kToolCall) {
        return paint.cyan(agent_of(data)) + " calls " + field_text(data, "tool") + " " +
               paint.dim(field_text(data, "arguments"));
    }
    if (event == type::kToolResult) {
        const json::value* ok = data.if_contains("ok");
        const bool failed = ok != nullptr && ok->is_bool() && !ok->get_bool();
        const std::string text = field_text(data, "tool") + (failed ? " failed: " : " answers: ");
        return (failed ? paint.red(text) : text) + paint.dim(field_text(data, "result"));
    }
    if (event == type::kTaskRetrying) {
        const json::object* error = object_at(data, "error");
        const std::string why = error != nullptr ? field_text(*error, "message") : field_text(data, "message");
        return paint.yellow("the attempt failed" + (why.empty() ? "" : ": " + why) + "; it is tried again");
    }
    if (event == type::kTaskWaiting) return paint.yellow("waits for input: " + field_text(data, "prompt"));
    if (event == type::kTaskCancelling) {
        const std::string reason = field_text(data, "reason");
        return paint.yellow("is being cancelled" + (reason.empty() ? "" : ": " + reason));
    }
    const std::string data_line = data_text(push);
    return paint.dim(one_line(event) + (data_line.empty() ? "" : " " + data_line));
}

}  // namespace longwire::cli
