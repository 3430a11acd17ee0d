#include "edge/dialects/tasks/state.h"

#include <algorithm>

#include "edge/dialects/loose_fields.h"
#include "edge/dialects/tasks/messages.h"
#include "protocol/event_types.h"
#include "protocol/utf8.h"

namespace longwire::edge::tasks {
namespace {

// As snapshots have them, so that both show the same.
constexpr std::size_t kAgentsMax = 256;
constexpr std::size_t kTextBytesMax = 4096;

std::string short_text(const json::object& fields, std::string_view name) {
    return std::string(utf8_prefix(text_in(fields, name), kTextBytesMax));
}

double progress_at(const json::object& fields, double fallback) {
    const auto* const value = fields.if_contains("progress");
    if (value == nullptr || !value->is_number()) return fallback;
    const auto progress = value->to_number<double>();
    return progress >= 0 && progress <= 1 ? progress : fallback;
}

}  // namespace

std::string_view status_of(std::string_view native_state) {
    return native_state == "EXPIRED" ? "FAILED" : native_state;
}

bool is_to_be_started(const json::object& snapshot) {
    const auto* const held = snapshot.if_contains("held");
    const bool is_held = held != nullptr && held->is_bool() && held->get_bool();
    return is_held || status_of(text_in(snapshot, "state")) == "FAILED";
}

std::int64_t run_to_start(const json::object& snapshot) {
    const auto run = integer_at(snapshot, "run");
    return status_of(text_in(snapshot, "state")) == "FAILED" ? run + 1 : run;
}

void TaskState::take(const json::object& snapshot) {
    offset_ = static_cast<std::uint64_t>(integer_at(snapshot, "offset"));
    run_ = integer_at(snapshot, "run");
    status_ = status_of(text_in(snapshot, "state"));
    progress_ = progress_at(snapshot, 0);
    message_ = text_in(snapshot, "message");
    current_agent_ = text_in(snapshot, "current_agent");
    started_us_ = integer_at(snapshot, "started_us");
    ended_us_ = integer_at(snapshot, "ended_us");
    agents_.clear();
    for (const auto& agent : array_in(snapshot, "agents")) {
        if (!agent.is_object()) continue;
        agents_.push_back(
            {std::string(text_in(agent.get_object(), "agent")), std::string(text_in(agent.get_object(), "message"))});
    }
}

void TaskState::fold(const NativeEvent& event) {
    if (event.offset <= offset_) return;
    offset_ = event.offset;
    const auto type = event.type;
    const auto& fields = event.fields();
    if (type == event_type::kTaskProgress) {
        progress_ = progress_at(fields, progress_);
        if (fields.contains("message")) message_ = short_text(fields, "message");
    } else if (type == event_type::kAgentStatus || type == event_type::kAgentMessage) {
        fold_agent(fields);
    } else if (type == event_type::kAgentStep) {
        if (fields.contains("agent")) current_agent_ = short_text(fields, "agent");
    } else if (type == event_type::kAgentHandoff) {
        if (fields.contains("to")) current_agent_ = short_text(fields, "to");
    } else if (type == event_type::kTaskQueued) {
        begin_run(integer_at(fields, "run"));
    } else if (type == event_type::kTaskStarted) {
        status_ = "RUNNING";
        progress_ = 0;
        if (started_us_ == 0) started_us_ = event.time_us;
    } else if (type == event_type::kTaskCompleted) {
        end("COMPLETED", event.time_us);
        progress_ = 1;
    } else if (type == event_type::kTaskFailed || type == event_type::kTaskExpired) {
        end("FAILED", event.time_us);
    } else if (type == event_type::kTaskCancelled) {
        end("CANCELLED", event.time_us);
    }
}

void TaskState::begin_run(std::int64_t run) {
    if (run == run_) return;  // a held one is let go
    run_ = run;
    status_ = "PENDING";
    progress_ = 0;
    started_us_ = ended_us_ = 0;
    message_.clear();
    current_agent_.clear();
    agents_.clear();
}

void TaskState::end(std::string_view status, std::int64_t time_us) {
    status_ = status;
    ended_us_ = time_us;
}

void TaskState::fold_agent(const json::object& fields) {
    const auto name = short_text(fields, "agent");
    if (name.empty()) return;
    current_agent_ = name;
    auto agent = std::find_if(agents_.begin(), agents_.end(), [&](const auto& known) { return known.name == name; });
    if (agent == agents_.end()) {
        if (agents_.size() == kAgentsMax) return;
        agent = agents_.insert(agents_.end(), {name, {}});
    }
    if (fields.contains("message")) agent->message = short_text(fields, "message");
}

/// What the current agent has to say; if it has said nothing, what the task has.
std::string_view TaskState::last_message() const {
    for (const auto& agent : agents_) {
        if (agent.name == current_agent_ && !agent.message.empty()) return agent.message;
    }
    return message_;
}

json::object TaskState::data() const {
    return {{"task_id", task_},
            {"status", status_},
            {"progress", progress_},
            {"current_agent", text_or_null(current_agent_)},
            {"last_message", text_or_null(last_message())},
            {"started_at", time_or_null(started_us_)},
            {"completed_at", time_or_null(ended_us_)}};
}

}  // namespace longwire::edge::tasks
