#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "worker/agent/agent_events.h"
#include "worker/agent/chat_model.h"
#include "worker/agent/core/conversation.h"
#include "worker/agent/core/retry_policy.h"
#include "worker/agent/core/roles.h"
#include "worker/agent/tool.h"

namespace longwire::agent {

/// What all runs of a worker share. Unchanged once tasks run.
struct AgentSetup {
    Roles roles;
    std::shared_ptr<ChatModel> model;
    Tools tools;
    RetryPolicy retry;
    int turns_max = 24;                     // completions of one run, tries not counted
    std::size_t context_bytes = 256 << 10;  // of what a model is shown
    std::chrono::milliseconds ask_patience{600'000};
};

/// One attempt at a task of agents: asks the model, uses the tools that it wants, hands over from role to role, until
/// one answers without wanting anything more. It knows nothing of how a model is reached.
///
/// Each answer's text is a stream of its own; one that breaks off is discarded, and what is tried again is another.
class AgentRun {
  public:
    /// `role` and `setup` outlive it.
    AgentRun(Task& task, const AgentSetup& setup, const Role& role);

    /// Result: {content, agents, usage, model, finish?}. `message` is what the user wants. Inputs that come meanwhile
    /// and answer no question are what the user says next, if `is_talk` says so.
    TaskResult work(std::string message, bool is_talk);

  private:
    ChatRequest request() const;
    /// Nothing when the run is over: stopped, or failed with `failure_`.
    std::optional<Completion> ask_model();
    Result<Completion> try_model(const ChatRequest& request);
    bool may_try_again(const Error& error, int tries);

    void begin(const Role& role);
    void end_step();
    void take_calls(const std::vector<ToolCall>& calls);
    void use_tool(const ToolCall& call);
    Result<std::string> result_of(const ToolCall& call, const boost::json::value& arguments);
    void hand_over(const ToolCall& call, const Role& to);
    const Role* handoff_to(const ToolCall& call) const;
    void answer_call(const ToolCall& call, std::string text);
    bool hears_more();
    TaskResult finish(const Completion& last);
    TaskResult fail(std::string code, const std::string& message, bool retryable);

    Task& task_;
    const AgentSetup& setup_;
    AgentEvents events_;
    const Role* role_;
    Conversation conversation_;
    std::vector<std::string> agents_;  // that took part, in the order of their first turns
    Usage usage_;
    Usage step_usage_;  // of the present role, since it began
    std::string model_;
    std::optional<Error> failure_;
    int turn_ = 0;
    int step_ = 0;  // rises with each role that begins
    int texts_ = 0;
    bool has_begun_ = false;  // the present role has said that it works
};

}  // namespace longwire::agent
