#include "worker/agent/scripted_model.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "worker/agent/core/script.h"

namespace longwire::agent {
namespace {

using Clock = std::chrono::steady_clock;

/// False if it was stopped before that time.
bool wait_until(Clock::time_point time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_until(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

std::int64_t words_in(const ChatRequest& request) {
    std::int64_t words = 0;
    for (const auto& message : request.messages) {
        for (const char c : message.content) words += c == ' ' ? 1 : 0;
        ++words;
    }
    return words;
}

Error stopped() {
    return Error{Errc::unavailable, "stopped"};
}

}  // namespace

Result<Completion> ScriptedModel::complete(const ChatRequest& request, const OnText& on_text,
                                           const std::stop_token& stop) {
    const auto script = write_script(request);
    const auto whole = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(script.seconds));
    const auto start = Clock::now();
    Completion completion;
    for (std::size_t i = 0; i < script.pieces.size(); ++i) {
        const auto due = start + whole * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(script.pieces.size());
        if (!wait_until(due, stop)) return stopped();
        if (script.fails_at == i) {
            return script.fails_for_good ? Error{Errc::internal, "the scripted model was told to fail (@fail)"}
                                         : Error{Errc::unavailable, "the scripted model was told to break off (@fail)"};
        }
        on_text(script.pieces[i]);
        completion.text += script.pieces[i];
    }
    if (!wait_until(start + whole, stop)) return stopped();
    completion.tool_calls = script.tool_calls;
    completion.usage = {words_in(request), static_cast<std::int64_t>(script.pieces.size())};
    completion.model = "scripted";
    completion.finish = script.tool_calls.empty() ? "stop" : "tool_calls";
    return completion;
}

}  // namespace longwire::agent
