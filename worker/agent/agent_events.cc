#include "worker/agent/agent_events.h"

#include <boost/json.hpp>
#include <utility>

#include "protocol/base64.h"
#include "protocol/event_types.h"
#include "protocol/utf8.h"

namespace longwire::agent {
namespace {

constexpr std::size_t kMessageBytesMax = 1'000;
constexpr std::size_t kDocumentBytesMax = 48 << 10;

boost::json::object about(const Role& role) {
    boost::json::object fields{{"agent", role.name}, {"agent_id", role.id}};
    if (!role.emoji.empty()) fields["emoji"] = role.emoji;
    return fields;
}

std::string_view name_of(AgentEvents::Status status) {
    switch (status) {
        case AgentEvents::Status::analyzing:
            return "ANALYZING";
        case AgentEvents::Status::processing:
            return "PROCESSING";
        case AgentEvents::Status::collaborating:
            return "COLLABORATING";
        case AgentEvents::Status::completed:
            return "COMPLETED";
        case AgentEvents::Status::error:
            break;
    }
    return "ERROR";
}

boost::json::string_view shortened(std::string_view text) {
    return utf8_prefix(text, kMessageBytesMax);
}

}  // namespace

void AgentEvents::status(const Role& role, Status status, double progress, std::string_view message) {
    auto fields = about(role);
    fields["status"] = name_of(status);
    fields["progress"] = progress;
    fields["message"] = shortened(message);
    task_.emit(event_type::kAgentStatus, fields);
}

void AgentEvents::step_begins(const Role& role, int step) {
    auto fields = about(role);
    fields["status"] = "working";
    fields["message"] = role.about.empty() ? role.name : role.name + " " + role.about;
    fields["step"] = step;
    task_.emit(event_type::kAgentStep, fields);
}

void AgentEvents::step_ends(const Role& role, int step, const Usage& usage) {
    auto fields = about(role);
    fields["status"] = "completed";
    fields["step"] = step;
    fields["usage"] = {{"prompt_tokens", usage.prompt_tokens}, {"completion_tokens", usage.completion_tokens}};
    task_.emit(event_type::kAgentStep, fields);
}

void AgentEvents::hands_over(const Role& from, const Role& to, std::string_view reason) {
    task_.emit(event_type::kAgentHandoff, {{"agent", from.name},
                                           {"agent_id", from.id},
                                           {"to", to.name},
                                           {"to_id", to.id},
                                           {"reason", shortened(reason)},
                                           {"collaboration", "handoff"}});
}

void AgentEvents::tool_call(const Role& role, const ToolCall& call, const boost::json::value& arguments) {
    task_.emit(event_type::kToolCall, {{"agent", role.name},
                                       {"agent_id", role.id},
                                       {"tool", call.name},
                                       {"call_id", call.id},
                                       {"arguments", arguments}});
}

void AgentEvents::tool_result(const Role& role, const ToolCall& call, bool ok, std::string_view text) {
    task_.emit(event_type::kToolResult, {{"agent", role.name},
                                         {"agent_id", role.id},
                                         {"tool", call.name},
                                         {"call_id", call.id},
                                         {"result", boost::json::string_view(text)},
                                         {"ok", ok}});
}

void AgentEvents::progress(double fraction, int turn, int turns_max, std::string_view message) {
    task_.emit(event_type::kTaskProgress,
               {{"progress", fraction}, {"turn", turn}, {"max_turns", turns_max}, {"message", shortened(message)}});
}

void AgentEvents::log(LogLevel level, const Role& role, std::string_view message) {
    task_.emit(
        event_type::kLog,
        {{"level", level == LogLevel::warn ? "warn" : "info"}, {"agent", role.name}, {"message", shortened(message)}});
}

void AgentEvents::document(const Role& role, std::string_view text) {
    if (text.size() > kDocumentBytesMax) return;
    std::string url = "data:text/markdown;charset=utf-8;base64,";
    append_base64(text, url);
    task_.emit(event_type::kArtifact, {{"id", "answer-" + task_.id()},
                                       {"kind", "document"},
                                       {"url", url},
                                       {"name", "answer.md"},
                                       {"agent", role.name},
                                       {"meta", {{"media_type", "text/markdown"}, {"bytes", text.size()}}}});
}

}  // namespace longwire::agent
