#include "worker/agent/agent_run.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "protocol/node/random_id.h"
#include "protocol/utf8.h"
#include "worker/agent/core/handoff.h"
#include "worker/agent/plain_tools.h"

namespace longwire::agent {
namespace {

using Status = AgentEvents::Status;

/// From 0 up to, but not, 1.
double chance() {
    return static_cast<double>(random_u64() >> 11) * 0x1p-53;
}

/// The pillar of agent.liaison.<pillar>, in place of {pillar}.
std::string prompt_of(const Role& role, std::string_view kind) {
    constexpr std::string_view kPlace = "{pillar}";
    constexpr std::string_view kLiaison = "agent.liaison.";
    const std::string pillar(kind.starts_with(kLiaison) ? kind.substr(kLiaison.size()) : "");
    auto prompt = role.prompt;
    for (auto at = prompt.find(kPlace); at != std::string::npos; at = prompt.find(kPlace, at + pillar.size())) {
        prompt.replace(at, kPlace.size(), pillar);
    }
    return prompt;
}

/// For people: how far a run is that has no known end. It rises, and never gets there.
double fraction_after(int turn) {
    return static_cast<double>(turn) / (turn + 2);
}

ToolSpec handoff_spec(const Role& to) {
    return {handoff_tool(to.name), "Hands over to " + to.name + ", who " + to.about + ".",
            schema_of({{"reason", "why, in a sentence"}})};
}

std::string text_in(const boost::json::value& arguments, std::string_view name) {
    const auto* const object = arguments.if_object();
    const auto* const value = object == nullptr ? nullptr : object->if_contains(name);
    return value == nullptr || !value->is_string() ? std::string() : std::string(value->get_string());
}

/// What a model wrote, as what it means; the text itself where it is no JSON.
boost::json::value read_arguments(const std::string& text) {
    boost::json::error_code error;
    auto value = boost::json::parse(text, error);
    return error ? boost::json::value(text) : value;
}

std::string shortened(std::string text) {
    if (text.size() <= kToolTextBytesMax) return text;
    return std::string(utf8_prefix(text, kToolTextBytesMax)) + "\n[cut here: this is not all of it]";
}

}  // namespace

AgentRun::AgentRun(Task& task, const AgentSetup& setup, const Role& role)
    : task_(task), setup_(setup), events_(task), role_(&role), conversation_(setup.context_bytes) {}

TaskResult AgentRun::work(std::string message, bool is_talk) {
    conversation_.add({ChatMessage::Role::user, std::move(message)});
    while (turn_ < setup_.turns_max) {
        ++turn_;
        begin(*role_);
        auto completion = ask_model();
        if (task_.stop_requested()) return TaskResult::cancelled();
        if (!completion)
            return fail("model_" + std::string(to_string(failure_->code)), failure_->message,
                        failure_->code == Errc::unavailable || failure_->code == Errc::rate_limited);
        conversation_.add({ChatMessage::Role::assistant, completion->text, role_->name, completion->tool_calls});
        if (!completion->tool_calls.empty()) {
            take_calls(completion->tool_calls);
            if (task_.stop_requested()) return TaskResult::cancelled();
            events_.progress(fraction_after(turn_), turn_, setup_.turns_max, role_->name + " goes on");
            continue;
        }
        end_step();
        if (!is_talk || !hears_more()) return finish(*completion);
    }
    return fail("too_many_turns", "no answer after " + std::to_string(turn_) + " turns", false);
}

ChatRequest AgentRun::request() const {
    ChatRequest request;
    request.agent = role_->name;
    request.model = role_->model;
    request.prompt = prompt_of(*role_, task_.kind());
    request.messages = conversation_.messages();
    request.temperature = role_->temperature;
    for (const auto& name : role_->tools) {
        const auto tool = setup_.tools.find(name);
        if (tool != setup_.tools.end()) request.tools.push_back(tool->second->spec());
    }
    for (const auto& name : role_->handoffs) request.tools.push_back(handoff_spec(*setup_.roles.find(name)));
    return request;
}

std::optional<Completion> AgentRun::ask_model() {
    auto asked = request();
    for (;; ++asked.try_number) {
        auto completion = try_model(asked);
        if (task_.stop_requested()) return std::nullopt;
        if (completion) {
            usage_ += completion->usage;
            step_usage_ += completion->usage;
            if (!completion->model.empty()) model_ = completion->model;
            return std::move(*completion);
        }
        if (may_try_again(completion.error(), asked.try_number)) continue;
        failure_ = completion.error();
        return std::nullopt;
    }
}

Result<Completion> AgentRun::try_model(const ChatRequest& request) {
    std::optional<TextStream> text;
    const auto on_text = [&](std::string_view piece) {
        if (!text) {
            events_.status(*role_, Status::processing, 0.5, "answers");
            TextOptions options;
            options.agent = role_->name;
            text.emplace(task_, role_->id + "." + std::to_string(++texts_), std::move(options));
        }
        text->write(piece);
    };
    auto completion = setup_.model->complete(request, on_text, task_.stop_token());
    if (completion && completion->text.empty() && completion->tool_calls.empty()) {
        return Error{Errc::unavailable, "the model gave an empty answer"};
    }
    if (!text || task_.stop_requested()) return completion;
    completion ? text->done() : text->discard(utf8_prefix(completion.error().message, 500));
    return completion;
}

bool AgentRun::may_try_again(const Error& error, int tries) {
    const auto wait_ms = setup_.retry.wait_ms(error, tries, chance());
    if (!wait_ms) return false;
    events_.log(LogLevel::warn, *role_,
                describe(error) + "; trying again in " + std::to_string(*wait_ms) + " ms, for the " +
                    std::to_string(tries + 1) + ". time");
    return task_.sleep_for(std::chrono::milliseconds(*wait_ms));
}

void AgentRun::begin(const Role& role) {
    if (has_begun_) return;
    has_begun_ = true;
    if (std::find(agents_.begin(), agents_.end(), role.name) == agents_.end()) agents_.push_back(role.name);
    events_.status(role, Status::analyzing, 0.1, "reads what there is");
    events_.step_begins(role, ++step_);
}

void AgentRun::end_step() {
    events_.step_ends(*role_, step_, std::exchange(step_usage_, {}));
    events_.status(*role_, Status::completed, 1.0, "done");
    has_begun_ = false;
}

/// Each call is answered, since models refuse a talk with calls that were not; only the first hand-over counts.
void AgentRun::take_calls(const std::vector<ToolCall>& calls) {
    const Role* next = nullptr;
    for (const auto& call : calls) {
        if (task_.stop_requested()) return;
        const auto* const to = handoff_to(call);
        if (to == nullptr) {
            use_tool(call);
        } else if (next != nullptr) {
            answer_call(call, "error: " + next->name + " has it already");
        } else {
            next = to;
            hand_over(call, *to);
        }
    }
    if (next == nullptr) return;
    end_step();
    role_ = next;
}

const Role* AgentRun::handoff_to(const ToolCall& call) const {
    for (const auto& name : role_->handoffs) {
        if (handoff_tool(name) == call.name) return setup_.roles.find(name);
    }
    return nullptr;
}

void AgentRun::hand_over(const ToolCall& call, const Role& to) {
    events_.status(*role_, Status::collaborating, 0.9, "hands over to " + to.name);
    events_.hands_over(*role_, to, text_in(read_arguments(call.arguments), "reason"));
    answer_call(call, to.name + " goes on from here.");
}

void AgentRun::use_tool(const ToolCall& call) {
    const auto arguments = read_arguments(call.arguments);
    events_.status(*role_, Status::processing, 0.5, "uses " + call.name);
    events_.tool_call(*role_, call, arguments);
    auto result = result_of(call, arguments);
    auto text = result ? shortened(std::move(*result)) : "error: " + describe(result.error());
    events_.tool_result(*role_, call, result.has_value(), text);
    answer_call(call, std::move(text));
}

Result<std::string> AgentRun::result_of(const ToolCall& call, const boost::json::value& arguments) {
    const auto& offered = role_->tools;
    const auto tool = setup_.tools.find(call.name);
    if (tool == setup_.tools.end() || std::find(offered.begin(), offered.end(), call.name) == offered.end()) {
        return Error{Errc::not_found, "there is no tool '" + call.name + "' for " + role_->name};
    }
    const auto* const fields = arguments.if_object();
    if (fields == nullptr) return bad_request("arguments", "must be a JSON object");
    const auto& asking = role_->ask_before;
    if (std::find(asking.begin(), asking.end(), call.name) != asking.end()) {
        const auto question = role_->name + " wants to use " + call.name + " " +
                              std::string(utf8_prefix(call.arguments, 1'000)) + ". Allow it? (yes or no)";
        LW_TRY_STATUS(ask_leave(task_, question, setup_.ask_patience));
    }
    return tool->second->use(*fields, task_);
}

void AgentRun::answer_call(const ToolCall& call, std::string text) {
    ChatMessage message;
    message.role = ChatMessage::Role::tool;
    message.content = std::move(text);
    message.tool_call_id = call.id;
    conversation_.add(std::move(message));
}

bool AgentRun::hears_more() {
    bool heard = false;
    while (const auto input = task_.wait_input(std::chrono::milliseconds(0))) {
        conversation_.add({ChatMessage::Role::user, shortened(answer_text(*input))});
        heard = true;
    }
    return heard;
}

TaskResult AgentRun::finish(const Completion& last) {
    if (agents_.size() > 1) events_.document(*role_, last.text);
    if (last.finish == "length") events_.log(LogLevel::warn, *role_, "the model's own limit has cut the answer");
    events_.progress(1.0, turn_, setup_.turns_max, "answered");
    boost::json::object result;
    result["content"] = last.text;
    result["agents"] = boost::json::array(agents_.begin(), agents_.end());
    result["usage"] = {{"prompt_tokens", usage_.prompt_tokens},
                       {"completion_tokens", usage_.completion_tokens},
                       {"total_tokens", usage_.prompt_tokens + usage_.completion_tokens}};
    result["model"] = model_;
    if (!last.finish.empty()) result["finish"] = last.finish;
    return TaskResult::completed(std::move(result));
}

TaskResult AgentRun::fail(std::string code, const std::string& message, bool retryable) {
    events_.status(*role_, Status::error, 1.0, message);
    return TaskResult::failed(std::move(code), message, retryable);
}

}  // namespace longwire::agent
