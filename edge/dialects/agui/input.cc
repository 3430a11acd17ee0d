#include "edge/dialects/agui/input.h"

#include <boost/json/array.hpp>
#include <charconv>
#include <utility>

#include "edge/dialects/fields.h"
#include "protocol/limits.h"
#include "protocol/topic.h"

namespace longwire::edge::agui {
namespace {

constexpr std::size_t kIdBytesMax = 1'024;

std::string_view id_in(Fields& fields, std::string_view name) {
    const auto id = fields.text(name);
    if (!fields.mistake() && (id.empty() || id.size() > kIdBytesMax)) {
        fields.wrong(name, "a string of 1 to " + std::to_string(kIdBytesMax) + " bytes");
    }
    return id;
}

void check_part(Fields part) {
    if (part.text("type", {"text", "image", "audio", "video", "document"}) == "text") {
        part.text("text");
        return;
    }
    auto source = part.object("source");
    source.text("value");
    if (source.text("type", {"data", "url", "file"}) == "data") source.text("mimeType");
}

/// A text, or parts of several kinds.
void check_content(Fields& message) {
    const auto* const content = message.any("content");
    if (content == nullptr || !content->is_array()) {
        if (content == nullptr || !content->is_string()) message.wrong("content", "a string or an array");
        return;
    }
    for (std::size_t i = 0; i < content->get_array().size(); ++i) check_part(message.item("content", i));
}

void check_tool_calls(Fields& message) {
    for (std::size_t i = 0; i < message.optional_array("toolCalls").size(); ++i) {
        auto call = message.item("toolCalls", i);
        call.text("id");
        call.text("type", {"function"});
        auto function = call.object("function");
        function.text("name");
        function.text("arguments");
    }
}

void check_message(Fields message) {
    message.text("id");
    message.optional_text("name");
    message.optional_object("metadata");
    const auto role =
        message.text("role", {"developer", "system", "assistant", "user", "tool", "activity", "reasoning"});
    if (role == "user" || role == "tool") check_content(message);
    if (role == "developer" || role == "system" || role == "reasoning") message.text("content");
    if (role == "tool") message.text("toolCallId");
    if (role == "activity") {
        message.text("activityType");
        message.object("content");
    }
    if (role != "assistant") return;
    message.optional_text("content");
    check_tool_calls(message);
}

void check_tool(Fields tool) {
    tool.text("name");
    tool.text("description");
    tool.optional_object("metadata");
}

void check_context(Fields context) {
    context.text("description");
    context.text("value");
}

/// A run of ours asks one question at a time.
std::optional<Answer> read_answer(Fields& fields) {
    const auto& entries = fields.optional_array("resume");
    if (entries.empty()) return std::nullopt;
    if (entries.size() > 1) fields.wrong("resume", "an array with one entry");
    auto entry = fields.item("resume", 0);
    const auto interrupt = Interrupt::parse(entry.text("interruptId"));
    if (!interrupt) entry.wrong("interruptId", "the id of an interrupt of a run here");
    const bool is_resolved = entry.text("status", {"resolved", "cancelled"}) == "resolved";
    if (fields.mistake()) return std::nullopt;
    const auto* const payload = entry.any("payload");
    if (!is_resolved) return Answer{*interrupt, json::object{{"cancelled", true}}};
    return Answer{*interrupt, payload == nullptr ? json::value() : *payload};
}

std::string text_of_content(const json::value& content) {
    if (content.is_string()) return std::string(content.get_string());
    std::string text;
    if (!content.is_array()) return text;
    for (const auto& part : content.get_array()) {
        if (!part.is_object()) continue;
        const auto piece = text_in(part.get_object(), "text");
        if (piece.empty()) continue;
        text.append(text.empty() ? "" : "\n").append(piece);
    }
    return text;
}

std::string last_words(const json::array& messages) {
    for (auto message = messages.end(); message != messages.begin();) {
        const auto& fields = (--message)->as_object();
        if (text_in(fields, "role") == "user") return text_of_content(fields.at("content"));
    }
    return {};
}

}  // namespace

std::optional<Interrupt> Interrupt::parse(std::string_view id) {
    const auto colon = id.rfind(':');
    if (colon == std::string_view::npos || !check_name("", id.substr(0, colon), kNameBytesMax)) return std::nullopt;
    Interrupt interrupt{std::string(id.substr(0, colon)), 0};
    const auto* const end = id.data() + id.size();
    const auto [rest, error] = std::from_chars(id.data() + colon + 1, end, interrupt.offset);
    if (error != std::errc{} || rest != end || interrupt.offset == 0) return std::nullopt;
    return interrupt;
}

Result<Input> read_input(const json::value& message) {
    Fields fields(message);
    Input input;
    input.thread_id = id_in(fields, "threadId");
    input.run_id = id_in(fields, "runId");
    fields.optional_text("parentRunId");
    fields.optional_text("protocolVersion");
    for (std::size_t i = 0; i < fields.array("messages").size(); ++i) check_message(fields.item("messages", i));
    for (std::size_t i = 0; i < fields.optional_array("tools").size(); ++i) check_tool(fields.item("tools", i));
    for (std::size_t i = 0; i < fields.optional_array("context").size(); ++i) check_context(fields.item("context", i));
    input.answer = read_answer(fields);
    if (const auto& mistake = fields.mistake()) {
        return bad_request(mistake->field, "must be " + mistake->expected + ", not " + mistake->got);
    }
    input.all = fields.all();
    return input;
}

json::object task_input(const Input& input) {
    json::object given = object_in(input.all, "forwardedProps");
    if (const auto words = last_words(array_in(input.all, "messages")); !words.empty()) {
        for (const auto* const name : {"message", "requirement"}) {
            if (!given.contains(name)) given[name] = words;
        }
    }
    for (const auto& [name, value] : input.all) given[name] = value;
    return given;
}

}  // namespace longwire::edge::agui
