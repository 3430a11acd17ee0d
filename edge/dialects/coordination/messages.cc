#include "edge/dialects/coordination/messages.h"

#include <algorithm>
#include <utility>

#include "edge/dialects/loose_fields.h"
#include "protocol/event_types.h"
#include "protocol/topic.h"
#include "protocol/utc_text.h"

namespace longwire::edge::coordination {
namespace {

constexpr std::size_t kNameBytesMax = 128;
constexpr std::int64_t kIndexMax = std::int64_t{1} << 53;

/// ISO 8601 in UTC: "2026-02-22T23:00:00Z", with or without a fraction.
bool is_timestamp(std::string_view text) {
    constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
    if (text.size() <= kForm.size() || text.size() > 40 || text.back() != 'Z') return false;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t i = 0; i < kForm.size(); ++i) {
        if (kForm[i] == 'd' ? !is_digit(text[i]) : text[i] != kForm[i]) return false;
    }
    auto fraction = text.substr(kForm.size(), text.size() - kForm.size() - 1);
    if (fraction.empty()) return true;
    return fraction.front() == '.' && fraction.size() > 1 &&
           std::all_of(fraction.begin() + 1, fraction.end(), is_digit);
}

/// A text that must not be empty.
void need(Fields& fields, std::string_view name) {
    if (fields.text(name).empty()) fields.wrong(name, "a text that is not empty");
}

void check_payload(std::string_view type, Fields& payload) {
    if (type == "task_assignment") {
        need(payload, "task_id");
        need(payload, "instruction");
    } else if (type == "status_update") {
        need(payload, "status");
        payload.optional_number("progress", 0, 1);
        payload.optional_text("message");
    } else if (type == "handoff") {
        need(payload, "task_id");
        need(payload, "to");
        payload.optional_text("reason");
    } else if (type == "broadcast") {
        payload.text("message");
    } else if (type == "stream") {
        need(payload, "stream");
        if (!payload.optional_integer("index", 0, kIndexMax)) payload.wrong("index", "a whole number from 0");
        payload.text("text");
        payload.optional_boolean("done");
    } else if (type == "error") {
        need(payload, "code");
        payload.text("message");
    }
}

void read_metadata(Fields& metadata, Said& said) {
    said.metadata = metadata.all();
    said.sender = metadata.optional_text("sender").value_or("");
    said.recipient = metadata.optional_text("recipient").value_or("");
    if (said.recipient == "*") said.recipient.clear();
    if (!said.recipient.empty() && !check_agent_id(said.recipient)) metadata.wrong("recipient", "an agent id or \"*\"");
    if (!said.recipient.empty() && said.type == "broadcast") {
        metadata.wrong("recipient", "\"*\" or absent where the type is broadcast");
    }
    if (metadata.has("message_id")) {
        said.message_id = metadata.text("message_id");
        if (said.message_id.empty() || said.message_id.size() > kNameBytesMax) {
            metadata.wrong("message_id", "a text of 1 to 128 bytes");
        }
    }
    if (metadata.has("timestamp") && !is_timestamp(metadata.text("timestamp"))) {
        metadata.wrong("timestamp", "a time in UTC, like 2026-02-22T23:00:00Z");
    }
}

json::object status_update(const NativeEvent& event, std::string_view task_id, std::string_view status) {
    const auto& data = event.fields();
    json::object payload{{"task_id", task_id}, {"status", status}};
    const auto* const progress = data.if_contains("progress");
    if (progress != nullptr && progress->is_number()) payload["progress"] = *progress;
    const auto& error = object_in(data, "error");
    const auto message = text_in(data, "message").empty() ? text_in(error, "message") : text_in(data, "message");
    if (!message.empty()) payload["message"] = message;
    for (const auto* const name : {"agent", "result", "error", "reason", "prompt"}) {
        const auto* const value = data.if_contains(name);
        if (value != nullptr && !value->is_null()) payload[name] = *value;
    }
    return payload;
}

json::object payload_of(const json::value& data) {
    if (data.is_object()) return data.get_object();
    return data.is_null() ? json::object() : json::object{{"value", data}};
}

}  // namespace

json::object message(std::string_view type, json::object payload, std::string_view sender, std::int64_t time_us) {
    return {{"type", type},
            {"payload", std::move(payload)},
            {"metadata", {{"timestamp", utc_text(time_us)}, {"sender", sender}}}};
}

json::object Said::envelope() const {
    return {{"type", type}, {"payload", payload}, {"metadata", metadata}};
}

Status check_agent_id(std::string_view id) {
    LW_TRY_STATUS(check_name("agent_id", id, kNameBytesMax));
    if (id == kEdge) return Error{Errc::forbidden, "is the edge's own", "agent_id"};
    return {};
}

std::variant<Said, Mistake> read(const json::value& value) {
    Said said;
    Fields fields(value);
    said.type = fields.text("type");
    if (said.type.empty() || said.type.size() > kNameBytesMax) fields.wrong("type", "a text of 1 to 128 bytes");
    const bool is_beat = said.type == "ping" || said.type == "pong";
    if (!is_beat || fields.has("payload")) {
        auto payload = fields.object("payload");
        check_payload(said.type, payload);
        said.payload = payload.all();
    }
    if (fields.has("metadata")) {
        auto metadata = fields.object("metadata");
        read_metadata(metadata, said);
    }
    if (fields.mistake()) return *fields.mistake();
    return said;
}

json::object render(const NativeEvent& event) {
    const auto& body = object_in(event.fields(), "body");
    const bool is_said = event.type == kMessage && !text_in(body, "type").empty();
    if (!is_said) return message(event.type, payload_of(event.data), event.source, event.time_us);
    json::object metadata = object_in(body, "metadata");
    // Whoever publishes past an edge says what it likes. Here it says what an envelope has.
    if (text_in(metadata, "timestamp").empty()) metadata["timestamp"] = utc_text(event.time_us);
    metadata["sender"] = text_in(event.fields(), "member");
    return {
        {"type", text_in(body, "type")}, {"payload", object_in(body, "payload")}, {"metadata", std::move(metadata)}};
}

json::object render_joined(const NativeEvent& event) {
    return message("agent_joined",
                   {{"agent_id", text_in(event.fields(), "member")}, {"since", utc_text(event.time_us)}}, kEdge,
                   event.time_us);
}

json::object render_left(const NativeEvent& event) {
    const auto& data = event.fields();
    return message("agent_left", {{"agent_id", text_in(data, "member")}, {"reason", text_in(data, "reason")}}, kEdge,
                   event.time_us);
}

json::object render_task(const NativeEvent& event, std::string_view agent, std::string_view task_id) {
    constexpr std::string_view kTask = "task.";
    const auto& data = event.fields();
    const auto told = [&](std::string_view type, json::object payload) {
        return message(type, std::move(payload), agent, event.time_us);
    };
    if (event.type == event_type::kTaskProgress) return told("status_update", status_update(event, task_id, "running"));
    if (event.type.starts_with(kTask)) {
        return told("status_update", status_update(event, task_id, event.type.substr(kTask.size())));
    }
    auto payload = payload_of(event.data);
    payload["task_id"] = task_id;
    const bool is_handoff = event.type == event_type::kAgentHandoff && !text_in(data, "to").empty();
    return told(is_handoff ? "handoff" : event.type, std::move(payload));
}

}  // namespace longwire::edge::coordination
