#include "tests/simulation/task_facts.h"

#include "protocol/event_types.h"
#include "protocol/msgpack_fields.h"
#include "protocol/topic.h"

namespace longwire::simulation {
namespace {

std::int64_t number(const MsgpackFields& fields, std::string_view name) {
    return fields.integer_or(name, 0, INT64_MIN, INT64_MAX).value();
}

std::string text(const MsgpackFields& fields, std::string_view name) {
    return std::string(fields.string_or(name, {}).value());
}

void on_created(TaskFacts& facts, const MsgpackFields& fields) {
    const auto parent = text(fields, "parent");
    facts.kind = text(fields, "kind");
    facts.key = text(fields, "key");
    facts.parent = parent.empty() ? std::string() : topic_path(split_path(facts.path).realm, task_topic(parent));
    facts.lock = text(fields, "concurrency_key");
    facts.lock_limit = static_cast<std::uint64_t>(number(fields, "concurrency_limit"));
    facts.priority = number(fields, "priority");
    facts.timeout_ms = number(fields, "timeout_ms");
    facts.ttl_ms = number(fields, "ttl_ms");
    facts.cancels_on_disconnect = text(fields, "on_disconnect") == "cancel";
    facts.disconnect_grace_ms = number(fields, "disconnect_grace_ms");
}

void on_queued(TaskFacts& facts, const MsgpackFields& fields, std::int64_t time_us) {
    if (fields.has("kind")) on_created(facts, fields);
    facts.run = number(fields, "run");
    facts.is_open = true;
    facts.is_cancelling = false;
    facts.queued_us = time_us;
    facts.not_before_us = number(fields, "not_before_us");
    facts.started_us = facts.cancel_asked_us = 0;
    facts.is_now("PENDING");
}

void on_ended(TaskFacts& facts, std::string_view type) {
    facts.is_open = facts.is_cancelling = false;
    facts.worker.clear();
    facts.is_now(state_after(type));
}

}  // namespace

bool ends_run(std::string_view type) {
    return type == event_type::kTaskCompleted || type == event_type::kTaskFailed ||
           type == event_type::kTaskCancelled || type == event_type::kTaskExpired;
}

std::string_view state_after(std::string_view end) {
    if (end == event_type::kTaskCompleted) return "COMPLETED";
    if (end == event_type::kTaskFailed) return "FAILED";
    return end == event_type::kTaskCancelled ? "CANCELLED" : "EXPIRED";
}

void fold(TaskFacts& facts, const Envelope& envelope) {
    const auto type = envelope.type;
    if (ends_run(type)) return on_ended(facts, type);
    const bool is_step = type == event_type::kTaskQueued || type == event_type::kTaskStarted ||
                         type == event_type::kTaskRetrying || type == event_type::kTaskCancelling;
    if (!is_step) return;
    const auto fields = MsgpackFields::parse(envelope.payload, "payload").value();
    if (type == event_type::kTaskQueued) {
        on_queued(facts, fields, envelope.time_us);
    } else if (type == event_type::kTaskStarted) {
        facts.worker = text(fields, "worker");
        if (facts.started_us == 0) facts.started_us = envelope.time_us;
        facts.is_now("RUNNING");
    } else if (type == event_type::kTaskRetrying) {
        facts.worker.clear();
        facts.not_before_us = number(fields, "not_before_us");
    } else {
        facts.is_cancelling = true;
        facts.cancel_asked_us = envelope.time_us;
    }
}

}  // namespace longwire::simulation
