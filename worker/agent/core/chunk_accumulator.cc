#include "worker/agent/core/chunk_accumulator.h"

#include <boost/json.hpp>
#include <utility>

#include "protocol/utf8.h"

namespace longwire::agent {
namespace json = boost::json;
namespace {

constexpr std::size_t kErrorBytesMax = 500;  // of what a server says

const json::object* object_in(const json::object& object, std::string_view name) {
    const auto* const found = object.if_contains(name);
    return found == nullptr ? nullptr : found->if_object();
}

std::string_view text_in(const json::object& object, std::string_view name) {
    const auto* const found = object.if_contains(name);
    return found == nullptr || !found->is_string() ? std::string_view{} : std::string_view(found->get_string());
}

/// A message's text, which some servers send as parts: [{"type": "text", "text": "…"}]. Parts of other types, such as
/// what a model thought before it spoke, are not part of the answer.
std::string content_in(const json::object& said) {
    const auto* const content = said.if_contains("content");
    const auto* const parts = content == nullptr ? nullptr : content->if_array();
    if (parts == nullptr) return std::string(text_in(said, "content"));
    std::string text;
    for (const auto& part : *parts) {
        const auto* const fields = part.if_object();
        if (fields != nullptr && text_in(*fields, "type") == "text") text += text_in(*fields, "text");
    }
    return text;
}

std::int64_t count_in(const json::object& object, std::string_view name) {
    const auto* const found = object.if_contains(name);
    if (found == nullptr || !found->is_number()) return 0;
    json::error_code error;
    const auto count = found->to_number<std::int64_t>(error);
    return error || count < 0 ? 0 : count;
}

Error unlike_a_chunk(std::string_view why) {
    return Error{Errc::unavailable, "the model server sent what is no chunk of an answer: " + std::string(why)};
}

/// An error in mid stream. Its `code` or `type` says whose fault it was, where it says anything.
Error reported(const json::value& body) {
    auto code = Errc::unavailable;
    const auto* const error = object_in(body.get_object(), "error");
    if (error != nullptr) {
        const auto status = count_in(*error, "code");
        const auto type = text_in(*error, "type");
        if (status == 429 || type == "rate_limit_error") code = Errc::rate_limited;
        if ((status >= 400 && status < 429) || type == "invalid_request_error") code = Errc::bad_request;
    }
    return Error{code, "the model server says: " + server_error_text(body)};
}

}  // namespace

std::string server_error_text(const json::value& body) {
    const auto* const object = body.if_object();
    if (object == nullptr) return {};
    const auto* const error = object->if_contains("error");
    if (error == nullptr || error->is_null()) return {};
    std::string text;
    if (error->is_string()) {
        text = error->get_string();
    } else if (const auto* const fields = error->if_object()) {
        text = text_in(*fields, "message");
    }
    if (text.empty()) text = json::serialize(*error);
    return std::string(utf8_prefix(text, kErrorBytesMax));
}

Result<std::string> ChunkAccumulator::take(std::string_view data) {
    if (is_done_) return std::string();
    if (data == "[DONE]") {
        is_done_ = true;
        return std::string();
    }
    json::error_code error;
    const auto chunk = json::parse(data, error);
    if (error) return unlike_a_chunk(error.message());
    const auto* const fields = chunk.if_object();
    if (fields == nullptr) return unlike_a_chunk("no object");
    if (!server_error_text(chunk).empty()) return reported(chunk);

    if (completion_.model.empty()) completion_.model = text_in(*fields, "model").substr(0, kErrorBytesMax);
    if (const auto* const usage = object_in(*fields, "usage")) {
        completion_.usage = {count_in(*usage, "prompt_tokens"), count_in(*usage, "completion_tokens")};
    }
    const auto* const choices = fields->if_contains("choices");
    if (choices == nullptr || !choices->is_array() || choices->get_array().empty()) return std::string();
    const auto* const choice = choices->get_array().front().if_object();
    if (choice == nullptr) return unlike_a_chunk("a choice that is no object");
    if (const auto finish = text_in(*choice, "finish_reason"); !finish.empty()) {
        completion_.finish = finish.substr(0, kErrorBytesMax);
    }
    const auto* const delta = object_in(*choice, "delta");
    const auto* const said = delta != nullptr ? delta : object_in(*choice, "message");
    if (said == nullptr) return std::string();
    if (const auto* const calls = said->if_contains("tool_calls"); calls != nullptr && calls->is_array()) {
        std::size_t place = 0;
        for (const auto& piece : calls->get_array()) {
            const auto* const call = piece.if_object();
            if (call == nullptr) return unlike_a_chunk("a tool call that is no object");
            LW_TRY_STATUS(take_tool_call(*call, place++));
        }
    }
    auto text = content_in(*said);
    if (completion_.text.size() + text.size() > text_bytes_max_) {
        return Error{Errc::too_large, "the answer is longer than " + std::to_string(text_bytes_max_) + " bytes"};
    }
    completion_.text += text;
    return text;
}

Status ChunkAccumulator::take_tool_call(const json::object& piece, std::size_t place) {
    const auto* const given = piece.if_contains("index");
    if (given != nullptr && given->is_number()) {
        place = static_cast<std::size_t>(count_in(piece, "index"));
    } else if (const auto id = text_in(piece, "id"); !id.empty()) {
        // Servers that number nothing send whole calls: each with an id of its own is another one.
        place = 0;
        while (calls_.contains(place) && calls_.at(place).id != id) ++place;
    }
    if (!calls_.contains(place) && calls_.size() == kToolCallsMax) {
        return Error{Errc::too_many, "the model wants more than " + std::to_string(kToolCallsMax) + " tools at once"};
    }
    auto& call = calls_[place];
    if (const auto id = text_in(piece, "id"); !id.empty()) call.id = id.substr(0, kErrorBytesMax);
    const auto* const function = object_in(piece, "function");
    if (function == nullptr) return {};
    if (call.name.empty()) call.name = text_in(*function, "name").substr(0, kErrorBytesMax);  // some repeat it
    const auto* const arguments = function->if_contains("arguments");
    if (arguments == nullptr || arguments->is_null()) return {};
    // Some servers send the arguments as what they stand for.
    call.arguments += arguments->is_string() ? std::string(arguments->get_string()) : json::serialize(*arguments);
    if (call.arguments.size() > kArgumentsBytesMax) {
        return Error{Errc::too_large, "the arguments of the tool " + call.name};
    }
    return {};
}

Completion ChunkAccumulator::finish() {
    for (auto& [place, call] : calls_) {
        if (call.name.empty()) continue;
        if (call.id.empty()) call.id = "call-" + std::to_string(place + 1);
        if (call.arguments.empty()) call.arguments = "{}";
        completion_.tool_calls.push_back(std::move(call));
    }
    calls_.clear();
    return std::exchange(completion_, {});
}

Result<Completion> read_whole_answer(std::string_view body, std::size_t text_bytes_max) {
    ChunkAccumulator whole(text_bytes_max);
    LW_TRY(const auto text, whole.take(body));
    auto completion = whole.finish();
    if (completion.finish.empty() && text.empty() && completion.tool_calls.empty()) {
        return unlike_a_chunk("no choices");
    }
    return completion;
}

}  // namespace longwire::agent
