#include "edge/dialects/sessions/messages.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "edge/dialects/loose_fields.h"
#include "protocol/event_types.h"
#include "protocol/utc_text.h"

namespace longwire::edge::sessions {
namespace {

constexpr std::int64_t kIndexMax = std::int64_t{1} << 53;
constexpr std::size_t kMessageIdBytesMax = 128;

constexpr std::array<std::string_view, 4> kResultKinds{"visualization_data", "analysis_result", "workflow_generated",
                                                       "sop_generated"};

const json::value* find(const json::object& fields, std::string_view name) {
    const auto* const value = fields.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

/// Copies a text; what is empty or none stays absent.
void copy_text(const json::object& from, std::string_view name, json::object& to, std::string_view as) {
    const auto text = text_in(from, name);
    if (!text.empty()) to[as] = text;
}

void copy_progress(const json::object& from, json::object& to) {
    const auto* const value = find(from, "progress");
    if (value != nullptr && value->is_number()) to["progress"] = std::clamp(value->to_number<double>(), 0.0, 1.0);
}

/// Which event a message was, for frontends that want to know more.
json::object metadata_of(const NativeEvent& event) {
    json::object metadata{{"event", event.type}, {"offset", event.offset}};
    if (!event.task.empty()) {
        metadata["task"] = event.task;
        metadata["attempt"] = event.attempt;
    }
    for (const auto* const name : {"agent", "agent_id", "emoji", "level", "stream"}) {
        copy_text(event.fields(), name, metadata, name);
    }
    return metadata;
}

json::object begin(std::string_view type, const NativeEvent& event) {
    const std::string id =
        std::string(event.task.empty() ? event.topic : event.task) + "." + std::to_string(event.offset);
    return {
        {"type", type}, {"message_id", id}, {"timestamp", utc_text(event.time_us)}, {"metadata", metadata_of(event)}};
}

/// All pieces of a text and its end have the same id, and no other text has it.
std::string text_id(const NativeEvent& event) {
    const auto stream = text_in(event.fields(), "stream");
    return std::string(event.task) + "." + std::to_string(event.attempt) + "." + std::string(stream);
}

json::object streaming(const NativeEvent& event) {
    auto message = begin("agent_streaming", event);
    const auto& fields = event.fields();
    message["message_id"] = text_id(event);
    message["message"] = text_in(fields, "text");
    message["is_streaming"] = true;
    const auto* const index = find(fields, "index");
    if (index != nullptr && index->is_number()) message["stream_index"] = *index;
    return message;
}

json::object text_done(const NativeEvent& event) {
    const auto& fields = event.fields();
    const auto* const discarded = find(fields, "discarded");
    if (discarded != nullptr && discarded->is_bool() && discarded->get_bool()) {
        auto message = begin("warning_message", event);
        message["message"] = "The answer broke off and is begun again: " + std::string(text_in(fields, "reason"));
        message["error_code"] = "text_discarded";
        message["error_details"] = {{"message_id", text_id(event)}};
        return message;
    }
    auto message = begin("agent_complete", event);
    message["message_id"] = text_id(event);
    message["is_streaming"] = false;
    if (find(fields, "text") != nullptr) message["message"] = text_in(fields, "text");
    json::object data;
    for (const auto* const name : {"index", "bytes", "sha256"}) {
        if (const auto* const value = find(fields, name))
            data[std::string_view(name) == "index" ? "pieces" : name] = *value;
    }
    message["data"] = std::move(data);
    return message;
}

json::object status(const NativeEvent& event, std::string_view text) {
    auto message = begin("status_update", event);
    message["status"] = text;
    copy_text(event.fields(), "message", message, "message");
    copy_progress(event.fields(), message);
    return message;
}

json::object failed(const NativeEvent& event) {
    auto message = begin("error_message", event);
    const auto& error = object_in(event.fields(), "error");
    const auto code = text_in(error, "code");
    message["status"] = "failed";
    message["error_code"] = code.empty() ? "failed" : code;
    const auto why = text_in(error, "message");
    message["message"] = why.empty() ? "The agent failed." : why;
    if (const auto& details = object_in(error, "details"); !details.empty()) message["error_details"] = details;
    return message;
}

json::object lifecycle(const NativeEvent& event) {
    using namespace event_type;  // tidy: allow(using-namespace) names of one header, in one function
    const auto& fields = event.fields();
    if (event.type == kTaskQueued) return status(event, "queued");
    if (event.type == kTaskStarted) return status(event, "running");
    if (event.type == kTaskCancelling) return status(event, "cancelling");
    if (event.type == kTaskFailed) return failed(event);
    if (event.type == kTaskProgress) {
        auto message = begin("progress_update", event);
        copy_progress(fields, message);
        copy_text(fields, "message", message, "message");
        message["data"] = event.data;
        return message;
    }
    if (event.type == kTaskCompleted) {
        auto message = status(event, "completed");
        message["progress"] = 1.0;
        if (const auto* const result = find(fields, "result")) message["data"] = *result;
        return message;
    }
    if (event.type == kTaskCancelled) {
        auto message = status(event, "cancelled");
        copy_text(fields, "reason", message, "message");
        return message;
    }
    if (event.type == kTaskExpired) {
        auto message = begin("error_message", event);
        message["status"] = "expired";
        message["error_code"] = "expired";
        message["message"] = "The agent was given no more time.";
        return message;
    }
    if (event.type == kTaskRetrying) {
        auto message = begin("warning_message", event);
        message["status"] = "retrying";
        message["error_code"] = "retrying";
        message["message"] = "The agent was interrupted and begins again.";
        message["error_details"] = fields;
        return message;
    }
    auto message = begin("question_answer", event);  // task.waiting
    message["status"] = "waiting";
    copy_text(fields, "prompt", message, "message");
    message["data"] = event.data;
    return message;
}

/// A file as an artifact; where no other kind is named, that is what an artifact is.
json::object file(const NativeEvent& event, std::string_view type) {
    const auto& fields = event.fields();
    const auto& meta = object_in(fields, "meta");
    auto message = begin(type, event);
    copy_text(fields, "id", message, "file_uuid");
    copy_text(fields, "name", message, "file_name");
    copy_text(fields, "url", message, "file_url");
    copy_text(meta, "status", message, "status");
    copy_text(meta, "message", message, "message");
    copy_progress(meta, message);
    if (type == "file_error") {
        const auto code = text_in(meta, "error_code");
        message["error_code"] = code.empty() ? "file_error" : code;
        message["error_details"] = meta;
    }
    auto data = fields;
    if (message.contains("file_url")) data.erase("url");  // it may be long, and once is enough
    message["data"] = std::move(data);
    return message;
}

json::object artifact(const NativeEvent& event) {
    const auto kind = text_in(event.fields(), "kind");
    const bool is_result = std::find(kResultKinds.begin(), kResultKinds.end(), kind) != kResultKinds.end();
    if (is_result || kind == "question_answer") {
        auto message = begin(kind, event);
        copy_text(event.fields(), "name", message, "message");
        message["data"] = event.data;
        return message;
    }
    if (kind == "file_processing" || kind == "file_complete" || kind == "file_error") return file(event, kind);
    const auto state = text_in(object_in(event.fields(), "meta"), "status");
    return file(event, state == "processing" ? "file_processing" : state == "error" ? "file_error" : "file_complete");
}

json::object log(const NativeEvent& event) {
    const auto level = text_in(event.fields(), "level");
    const bool is_warning = level == "warn" || level == "warning" || level == "error";
    auto message = begin(is_warning ? "warning_message" : "system_message", event);
    copy_text(event.fields(), "message", message, "message");
    if (const auto* const details = find(event.fields(), "details")) message["data"] = *details;
    return message;
}

json::object agent(const NativeEvent& event) {
    const auto& fields = event.fields();
    if (event.type == event_type::kAgentStatus) return status(event, text_in(fields, "status"));
    auto message = begin(event.type == event_type::kAgentMessage ? "agent_message" : "system_message", event);
    copy_text(fields, "status", message, "status");
    copy_text(fields, "message", message, "message");
    if (event.type == event_type::kAgentHandoff) {
        message["message"] =
            std::string(text_in(fields, "agent")) + " hands over to " + std::string(text_in(fields, "to")) + ".";
    }
    message["data"] = event.data;
    return message;
}

}  // namespace

std::variant<Said, Mistake> read_message(const json::value& message, const std::vector<std::string>& pillars,
                                         std::string_view pillar) {
    Fields fields(message);
    Said said;
    said.type = fields.text("type", {"user_message",
                                     "agent_message",
                                     "agent_streaming",
                                     "agent_complete",
                                     "system_message",
                                     "error_message",
                                     "warning_message",
                                     "session_created",
                                     "session_updated",
                                     "session_expired",
                                     "file_selected",
                                     "file_processing",
                                     "file_complete",
                                     "file_error",
                                     "question_answer",
                                     "visualization_data",
                                     "analysis_result",
                                     "workflow_generated",
                                     "sop_generated",
                                     "status_update",
                                     "progress_update",
                                     "ping",
                                     "pong"});
    if (said.type == "ping" || said.type == "pong") return said;
    for (const auto* const name : {"timestamp", "session_id", "agent", "role", "pillar", "message", "file_uuid",
                                   "file_name", "file_url", "error_code", "status"}) {
        fields.optional_text(name);
    }
    said.message_id = fields.optional_text("message_id").value_or("");
    said.session_token = fields.optional_text("session_token").value_or("");
    for (const auto* const name : {"metadata", "additional_info", "error_details"}) fields.optional_object(name);
    fields.optional_number("progress", 0, 1);
    fields.optional_boolean("is_streaming");
    fields.optional_integer("stream_index", 0, kIndexMax);
    if (said.message_id.size() > kMessageIdBytesMax) fields.wrong("message_id", "at most 128 bytes long");
    const auto given = fields.optional_text("pillar").value_or("");
    if (said.type == "user_message") fields.text("message");
    if (fields.mistake()) return *fields.mistake();
    if (!given.empty() && std::find(pillars.begin(), pillars.end(), given) == pillars.end()) {
        fields.wrong("pillar", "one that there is");
    } else if (!given.empty() && !pillar.empty() && given != pillar) {
        fields.wrong("pillar", "this connection's: " + std::string(pillar));
    } else if (said.type == "user_message" && fields.text("message").empty()) {
        fields.wrong("message", "a text that says something");
    }
    if (said.type == "file_selected") fields.text("file_uuid");
    if (said.type == "question_answer" && fields.any("data") == nullptr) fields.text("message");
    if (const auto& mistake = fields.mistake()) return *mistake;
    for (const auto* const name : {"message_id", "session_id", "agent", "role", "pillar", "message", "data",
                                   "file_uuid", "file_name", "file_url", "metadata", "additional_info", "error_code",
                                   "error_details", "status", "progress", "is_streaming", "stream_index"}) {
        if (const auto* const value = fields.any(name)) said.fields[name] = *value;
    }
    return said;
}

json::object error_message(std::string_view code, std::string message) {
    return {{"type", "error_message"}, {"message", std::move(message)}, {"error_code", code}};
}

json::object invalid_message(const Mistake& mistake) {
    auto message = error_message("invalid_message", mistake.text());
    message["error_details"] = {{"field", mistake.field}, {"expected", mistake.expected}, {"got", mistake.got}};
    return message;
}

json::object message_of(const NativeEvent& event) {
    using namespace event_type;  // tidy: allow(using-namespace) names of one header, in one function
    if (event.type == kTextDelta) return streaming(event);
    if (event.type == kTextDone) return text_done(event);
    if (event.type == kArtifact) return artifact(event);
    if (event.type == kLog) return log(event);
    for (const auto known : {kAgentStatus, kAgentStep, kAgentHandoff, kAgentMessage}) {
        if (event.type == known) return agent(event);
    }
    for (const auto known : {kTaskQueued, kTaskStarted, kTaskProgress, kTaskRetrying, kTaskWaiting, kTaskCancelling,
                             kTaskCompleted, kTaskFailed, kTaskCancelled, kTaskExpired}) {
        if (event.type == known) return lifecycle(event);
    }
    auto message = begin("agent_message", event);
    copy_text(event.fields(), "message", message, "message");
    message["data"] = event.data;
    return message;
}

std::optional<json::object> answer_of(const NativeEvent& completed) {
    const auto* const result = find(completed.fields(), "result");
    if (result == nullptr) return std::nullopt;
    auto content = result->is_string()   ? std::string_view(result->get_string())
                   : result->is_object() ? text_in(result->get_object(), "content")
                                         : std::string_view();
    if (content.empty()) return std::nullopt;
    auto message = begin("agent_complete", completed);
    message["message_id"] = std::string(completed.task) + ".result";
    message["message"] = content;
    message["is_streaming"] = false;
    return message;
}

json::object user_message(const json::object& input) {
    json::object message{{"type", "user_message"}};
    for (const auto* const name : {"message_id", "role", "message", "data", "file_uuid", "file_name", "file_url"}) {
        if (const auto* const value = find(input, name)) message[name] = *value;
    }
    return message;
}

bool is_task_end(std::string_view type) {
    return type == event_type::kTaskCompleted || type == event_type::kTaskFailed ||
           type == event_type::kTaskCancelled || type == event_type::kTaskExpired;
}

}  // namespace longwire::edge::sessions
