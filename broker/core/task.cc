#include "broker/core/task.h"

#include <algorithm>
#include <array>

#include "protocol/epoch.h"
#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

namespace longwire::broker {
namespace {

constexpr std::size_t kAgentsMax = 256;  // further ones are events like any other, but not in the snapshot
constexpr std::size_t kTextBytesMax = 4096;
constexpr auto kAnyInteger = INT64_MAX;

/// A payload's fields, each empty or 0 where it is absent or of another type: a fold never fails.
class Payload {
  public:
    explicit Payload(std::string_view raw) {
        if (auto parsed = MsgpackFields::parse(raw, "payload")) fields_ = std::move(*parsed);
    }

    std::string text(std::string_view name) const {
        const auto value = fields_.string_or(name, {});
        return value ? std::string(value->substr(0, kTextBytesMax)) : std::string{};
    }
    std::int64_t integer(std::string_view name) const {
        const auto value = fields_.integer_or(name, 0, -kAnyInteger, kAnyInteger);
        return value ? *value : 0;
    }
    double fraction(std::string_view name, double fallback) const {
        const auto value = fields_.number_or(name, fallback, 0, 1);
        return value ? *value : fallback;
    }
    bool flag(std::string_view name) const {
        const auto value = fields_.boolean_or(name, false);
        return value && *value;
    }
    std::string raw(std::string_view name) const { return std::string(fields_.raw(name)); }
    bool has(std::string_view name) const { return fields_.has(name); }

  private:
    MsgpackFields fields_;
};

void on_queued(Task& task, const Payload& payload, std::uint64_t offset, std::int64_t time_us) {
    if (payload.has("kind")) {
        // Each attempt of a forgotten task has begun with an event, so that this is beyond them all.
        task.attempt = static_cast<std::uint32_t>(offset - 1);
        task.kind = payload.text("kind");
        task.input_raw = payload.raw("input");
        task.key = payload.text("key");
        task.parent = payload.text("parent");
        task.user = payload.text("user");
        task.priority = static_cast<std::int32_t>(payload.integer("priority"));
        task.max_attempts = static_cast<std::int32_t>(payload.integer("max_attempts"));
        task.timeout_ms = payload.integer("timeout_ms");
        task.ttl_ms = payload.integer("ttl_ms");
        task.concurrency.key = payload.text("concurrency_key");
        task.webhook = payload.text("webhook");
        task.cancels_on_disconnect = payload.text("on_disconnect") == "cancel";
        task.disconnect_grace_ms = payload.integer("disconnect_grace_ms");
        task.concurrency.limit = static_cast<std::uint32_t>(payload.integer("concurrency_limit"));
        task.created_us = time_us;
    }
    task.held = payload.flag("held");
    task.queued_us = time_us;
    task.not_before_us = payload.integer("not_before_us");
    const auto run = static_cast<std::uint32_t>(payload.integer("run"));
    if (run == task.run) return;  // a held one is let go
    task.run = run;
    task.output_offset = offset;
    task.status = TaskStatus::pending;
    task.waiting = task.cancelling = false;
    task.attempts_in_run = 0;
    task.progress = 0;
    task.started_us = task.ended_us = task.cancel_asked_us = 0;
    task.cancel_reason.clear();
    task.message.clear();
    task.current_agent.clear();
    task.agents.clear();
    task.inputs.clear();
    task.input_bytes = 0;
    task.result_raw.clear();
    task.error_raw.clear();
}

void on_ended(Task& task, TaskStatus status, std::int64_t time_us) {
    task.status = status;
    task.ended_us = time_us;
    task.held = task.waiting = task.cancelling = false;
    task.worker.clear();
    // No attempt of this run will ask for them again.
    task.inputs = {};
    task.input_bytes = 0;
}

/// What an agent does, or says.
void on_agent(Task& task, const Payload& payload) {
    const auto name = payload.text("agent");
    if (name.empty()) return;
    task.current_agent = name;
    auto agent = std::find_if(task.agents.begin(), task.agents.end(), [&](const auto& a) { return a.agent == name; });
    if (agent == task.agents.end()) {
        if (task.agents.size() == kAgentsMax) return;
        agent = task.agents.insert(task.agents.end(), {name, {}, {}, 0, {}});
    }
    if (payload.has("agent_id")) agent->agent_id = payload.text("agent_id");
    if (payload.has("status")) agent->status = payload.text("status");
    if (payload.has("message")) agent->message = payload.text("message");
    agent->progress = payload.fraction("progress", agent->progress);
}

void write_agents(const Task& task, MsgpackWriter& writer) {
    writer.string("agents");
    writer.array(task.agents.size());
    for (const auto& agent : task.agents) {
        writer.map(5);
        writer.field("agent", agent.agent);
        writer.field_or_nil("agent_id", agent.agent_id);
        writer.field("status", agent.status);
        writer.field("progress", agent.progress);
        writer.field("message", agent.message);
    }
}

void write_concurrency(const Concurrency& concurrency, MsgpackWriter& writer) {
    writer.string("concurrency");
    if (concurrency.key.empty()) return writer.nil();
    writer.map(2);
    writer.field("key", concurrency.key);
    writer.field("limit", concurrency.limit);
}

void time_field(MsgpackWriter& writer, std::string_view name, std::int64_t time_us) {
    writer.string(name);
    time_us == 0 ? writer.nil() : writer.signed_integer(time_us);
}

}  // namespace

std::string_view to_string(TaskStatus status) {
    constexpr std::array<std::string_view, 6> kNames{"PENDING", "RUNNING",   "COMPLETED",
                                                     "FAILED",  "CANCELLED", "EXPIRED"};
    return kNames[static_cast<std::size_t>(status)];
}

bool ends_run(std::string_view type) {
    return type == event_type::kTaskCompleted || type == event_type::kTaskFailed ||
           type == event_type::kTaskCancelled || type == event_type::kTaskExpired;
}

bool is_lifecycle(std::string_view type) {
    return type.starts_with("task.") && type != event_type::kTaskProgress;
}

bool changes_state(std::string_view type) {
    return type.starts_with("task.") || type.starts_with("agent.");
}

void fold(Task& task, std::uint64_t offset, const Envelope& envelope) {
    task.offset = offset;
    const auto type = envelope.type;
    if (!changes_state(type)) return;
    const Payload payload(envelope.payload);
    const auto time_us = envelope.time_us;
    if (type == event_type::kTaskProgress) {
        task.progress = payload.fraction("progress", task.progress);
        if (payload.has("message")) task.message = payload.text("message");
    } else if (type == event_type::kAgentStatus || type == event_type::kAgentMessage) {
        on_agent(task, payload);
    } else if (type == event_type::kAgentStep) {
        if (payload.has("agent")) task.current_agent = payload.text("agent");
    } else if (type == event_type::kAgentHandoff) {
        if (payload.has("to")) task.current_agent = payload.text("to");
    } else if (type == event_type::kTaskQueued) {
        on_queued(task, payload, offset, time_us);
    } else if (type == event_type::kTaskStarted) {
        task.status = TaskStatus::running;
        task.attempt = static_cast<std::uint32_t>(payload.integer("attempt"));
        task.worker = payload.text("worker");
        task.worker_incarnation = static_cast<std::uint64_t>(payload.integer("incarnation"));
        task.output_offset = offset;
        ++task.attempts_in_run;
        task.progress = 0;
        if (task.started_us == 0) task.started_us = time_us;
        task.waiting = false;
    } else if (type == event_type::kTaskRetrying) {
        task.worker.clear();
        task.waiting = false;
        task.not_before_us = payload.integer("not_before_us");
        if (payload.flag("uncounted")) --task.attempts_in_run;
    } else if (type == event_type::kTaskWaiting) {
        task.waiting = true;
        task.prompt = payload.text("prompt");
    } else if (type == event_type::kTaskInput) {
        task.waiting = false;
        task.inputs.push_back({offset, payload.raw("data")});
        task.input_bytes += task.inputs.back().data_raw.size();
    } else if (type == event_type::kTaskCancelling) {
        task.cancelling = true;
        task.cancel_asked_us = time_us;
        task.cancel_reason = payload.text("reason");
    } else if (type == event_type::kTaskCompleted) {
        on_ended(task, TaskStatus::completed, time_us);
        task.progress = 1;
        task.result_raw = payload.raw("result");
    } else if (type == event_type::kTaskFailed) {
        on_ended(task, TaskStatus::failed, time_us);
        task.error_raw = payload.raw("error");
    } else if (type == event_type::kTaskCancelled) {
        on_ended(task, TaskStatus::cancelled, time_us);
    } else if (type == event_type::kTaskExpired) {
        on_ended(task, TaskStatus::expired, time_us);
        task.error_raw = payload.raw("error");
    }
}

void write_snapshot(const Task& task, std::string& out) {
    MsgpackWriter writer(out);
    writer.map(29);
    writer.field("task", task.id);
    writer.field("kind", task.kind);
    writer.field_raw_or_nil("input", task.input_raw);
    writer.field("state", to_string(task.status));
    writer.field("held", task.held);
    writer.field("waiting", task.waiting);
    writer.field_or_nil("prompt", task.waiting ? task.prompt : std::string_view{});
    writer.field("cancelling", task.cancelling);
    writer.field_or_nil("parent", task.parent);
    writer.field("run", task.run);
    writer.field("attempt", task.attempt);
    writer.field("max_attempts", task.max_attempts);
    write_concurrency(task.concurrency, writer);
    writer.field("progress", task.progress);
    writer.field("message", task.message);
    writer.field_or_nil("current_agent", task.current_agent);
    write_agents(task, writer);
    writer.field_or_nil("worker", task.worker);
    writer.field_or_nil("user", task.user);
    writer.field_or_nil("webhook", task.webhook);
    time_field(writer, "created_us", task.created_us);
    time_field(writer, "queued_us", task.queued_us);
    time_field(writer, "started_us", task.started_us);
    time_field(writer, "ended_us", task.ended_us);
    writer.field_raw_or_nil("result", task.result_raw);
    writer.field_raw_or_nil("error", task.error_raw);
    writer.field("topic", task_topic(task.id));
    writer.field("epoch", epoch_text(task.epoch));
    writer.field("offset", task.offset);
}

}  // namespace longwire::broker
