#include "worker/agent/core/script.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "protocol/utf8.h"
#include "worker/agent/core/handoff.h"
#include "worker/agent/core/steering.h"

namespace longwire::agent {
namespace {

namespace json = boost::json;

constexpr std::size_t kQuoteBytesMax = 500;

/// What each kind of answer takes of the time that a whole run is to take: a team of three with one tool takes it all,
/// and so does one agent with one tool.
constexpr double kToolShare = 0.1;
constexpr double kHandoffShare = 0.2;
constexpr double kLastShare = 0.5;
constexpr double kOnlyShare = 0.9;

constexpr std::string_view kFiller =
    "Behind this sentence there is no thought, only a list of words that is sent piece by piece, as a model would send "
    "them, so that everything between a worker and a screen can be tried out.";

/// Pieces that each end after a word and the blanks that follow it; joined, they are the text.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const auto word = std::min(text.find_first_not_of(' '), text.size());
        const auto end =
            std::min(text.find_first_not_of(' ', std::min(text.find(' ', word), text.size())), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return words;
}

/// Exactly so many words.
std::vector<std::string> stretched(std::vector<std::string> words, std::size_t count) {
    const auto filler = words_of(std::string(kFiller) + " ");
    if (words.size() < count && !words.empty()) words.back() += ' ';
    for (std::size_t i = 0; words.size() < count; ++i) words.push_back(filler[i % filler.size()]);
    words.resize(count);
    while (words.back().ends_with(' ')) words.back().pop_back();
    return words;
}

/// What has happened since the user spoke last.
struct Situation {
    std::string message;
    std::vector<const ChatMessage*> answers;  // of tools
    std::vector<std::string> tools;           // that gave them
    bool was_handed_over = false;
};

Situation situation_of(const ChatRequest& request) {
    Situation now;
    std::vector<const ToolCall*> calls;
    for (const auto& message : request.messages) {
        if (message.role == ChatMessage::Role::user) {
            now = {};
            now.message = message.content;
        }
        for (const auto& call : message.tool_calls) calls.push_back(&call);
        if (message.role != ChatMessage::Role::tool) continue;
        const auto call = std::find_if(calls.rbegin(), calls.rend(),
                                       [&](const ToolCall* known) { return known->id == message.tool_call_id; });
        if (call == calls.rend()) continue;
        if (is_handoff((*call)->name)) {
            now.was_handed_over = true;
        } else {
            now.answers.push_back(&message);
            now.tools.push_back((*call)->name);
        }
    }
    return now;
}

bool is_offered(const ChatRequest& request, std::string_view tool) {
    return std::any_of(request.tools.begin(), request.tools.end(),
                       [&](const ToolSpec& spec) { return spec.name == tool; });
}

std::string_view offered_handoff(const ChatRequest& request) {
    const auto found = std::find_if(request.tools.begin(), request.tools.end(),
                                    [](const ToolSpec& spec) { return is_handoff(spec.name); });
    return found == request.tools.end() ? std::string_view{} : std::string_view(found->name);
}

std::string arguments_for(const std::string& tool, const Steering& steering) {
    const auto with = [&](const char* name, const char* otherwise) {
        return json::serialize(json::object{{name, steering.with.empty() ? otherwise : steering.with}});
    };
    if (tool == "calculator") return with("expression", "6 * 7");
    if (tool == "ask_user") return with("question", "Shall I go on?");
    if (tool == "read_file") return with("path", "README.md");
    if (tool == "http_get") return with("url", "http://127.0.0.1/");
    return "{}";
}

/// The tool that is to be used next, if it is this agent's to use it.
std::string next_tool(const ChatRequest& request, const Situation& now, const Steering& steering) {
    std::vector<std::string> wanted;
    if (steering.ask) wanted.emplace_back("ask_user");
    if (!steering.tool.empty()) wanted.push_back(steering.tool);
    const bool is_told = !wanted.empty();
    if (!is_told) wanted.emplace_back("calculator");
    if (now.answers.size() >= wanted.size()) return {};
    const auto& tool = wanted[now.answers.size()];
    // Nobody comes after the last: what it was told to use it tries, so that one sees what comes of it.
    const bool is_last = offered_handoff(request).empty();
    return is_offered(request, tool) || (is_last && is_told) ? tool : std::string();
}

std::string last_text(const Situation& now) {
    std::string text = "I am Longwire's scripted model, which answers where no model server is given. You said: \"" +
                       std::string(utf8_prefix(now.message, kQuoteBytesMax)) + "\".";
    for (std::size_t i = 0; i < now.answers.size(); ++i) {
        text += " The tool " + now.tools[i] +
                " answered: " + std::string(utf8_prefix(now.answers[i]->content, kQuoteBytesMax)) + ".";
    }
    return text + " That is all that I can say.";
}

}  // namespace

Script write_script(const ChatRequest& request) {
    const auto now = situation_of(request);
    const auto steering = read_steering(now.message);
    Script script;
    const auto call_id = "call-" + std::to_string(request.messages.size());
    if (const auto tool = next_tool(request, now, steering); !tool.empty()) {
        script.tool_calls.push_back({call_id, tool, arguments_for(tool, steering)});
        script.seconds = steering.seconds * kToolShare;
        return script;
    }
    if (const auto handoff = offered_handoff(request); !handoff.empty()) {
        script.pieces = words_of(request.agent + " has read it, wrote down what it thinks of it, and hands over.");
        script.tool_calls.push_back({call_id, std::string(handoff), R"({"reason":"my part is done"})"});
        script.seconds = steering.seconds * kHandoffShare;
        return script;
    }
    script.pieces = words_of(last_text(now));
    if (steering.words > 0) script.pieces = stretched(std::move(script.pieces), steering.words);
    script.seconds = steering.seconds * (now.was_handed_over ? kLastShare : kOnlyShare);
    if (steering.fail || request.try_number <= steering.fail_tries) script.fails_at = script.pieces.size() / 2;
    script.fails_for_good = steering.fail;
    return script;
}

}  // namespace longwire::agent
