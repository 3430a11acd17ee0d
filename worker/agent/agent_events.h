#pragma once

#include <string>
#include <string_view>

#include "worker/agent/core/completion.h"
#include "worker/agent/core/roles.h"
#include "worker/sdk/task.h"

namespace longwire::agent {

/// What agents do, as the events that watchers know.
class AgentEvents {
  public:
    explicit AgentEvents(Task& task) : task_(task) {}

    enum class Status { analyzing, processing, collaborating, completed, error };

    void status(const Role& role, Status status, double progress, std::string_view message);
    void step_begins(const Role& role, int step);
    void step_ends(const Role& role, int step, const Usage& usage);
    void hands_over(const Role& from, const Role& to, std::string_view reason);
    void tool_call(const Role& role, const ToolCall& call, const boost::json::value& arguments);
    void tool_result(const Role& role, const ToolCall& call, bool ok, std::string_view text);
    void progress(double fraction, int turn, int turns_max, std::string_view message);
    void log(LogLevel level, const Role& role, std::string_view message);
    /// The answer as a document, if it is short enough to travel inside an event.
    void document(const Role& role, std::string_view text);

  private:
    Task& task_;
};

}  // namespace longwire::agent
