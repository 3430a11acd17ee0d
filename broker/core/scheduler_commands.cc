#include <utility>

#include "broker/core/scheduler.h"
#include "broker/core/webhook.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

namespace longwire::broker {
namespace {

constexpr std::size_t kInputsMax = 10'000;
constexpr std::size_t kInputBytesMax = 4 << 20;  // of one run, kept for further attempts

std::string started_reply(const Task& task, bool created) {
    std::string reply;
    MsgpackWriter writer(reply);
    writer.map(4);
    writer.field("task", task.id);
    writer.field("topic", task_topic(task.id));
    writer.field("state", to_string(task.status));
    writer.field("created", created);
    return reply;
}

std::string queued_payload(const Task& task, const StartCommand& command, std::string_view user,
                           std::int64_t disconnect_grace_ms, std::int64_t now_us) {
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(17);
    writer.field("run", task.run + 1);
    writer.field("held", command.hold);
    writer.field("kind", command.kind);
    writer.field_raw_or_nil("input", command.input);
    writer.field_or_nil("key", command.key);
    writer.field_or_nil("parent", command.parent);
    writer.field_or_nil("user", user);
    writer.field("priority", command.priority);
    writer.field("max_attempts", command.max_attempts);
    writer.field("timeout_ms", command.timeout_ms);
    writer.field("ttl_ms", command.ttl_ms);
    writer.field_or_nil("concurrency_key", command.concurrency.key);
    writer.field("concurrency_limit", command.concurrency.limit);
    writer.field_or_nil("webhook", command.webhook);
    const bool cancels = command.on_disconnect == OnDisconnect::cancel;
    writer.field_or_nil("on_disconnect", cancels ? "cancel" : "");
    const auto grace_ms = command.disconnect_grace_ms < 0 ? disconnect_grace_ms : command.disconnect_grace_ms;
    writer.field("disconnect_grace_ms", cancels ? grace_ms : 0);
    writer.field("not_before_us", command.delay_ms == 0 ? 0 : now_us + command.delay_ms * 1000);
    return payload;
}

std::string asked_payload(std::string_view user, std::string_view reason) {
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(2);
    writer.field_or_nil("by", user);
    writer.field_or_nil("reason", reason);
    return payload;
}

std::string cancel_reply(const Task& task) {
    std::string reply;
    MsgpackWriter writer(reply);
    writer.map(3);
    writer.field("task", task.id);
    writer.field("state", to_string(task.status));
    writer.field("cancelling", task.cancelling);
    return reply;
}

}  // namespace

Result<Scheduler::Started> Scheduler::start_again(Entry& existing, const StartCommand& command) {
    const auto& task = existing.task;
    if (task.kind != command.kind || task.input_raw != command.input) {
        const auto field = command.key.empty() ? "task" : "key";
        return Error{Errc::conflict, "task " + task.id + " was started with another kind or input", field};
    }
    return Started{&existing, false};
}

Status Scheduler::check_room(const std::string& kind) const {
    if (queues_.size(kind) < options_.queued_per_kind_max) return {};
    return Error{Errc::unavailable, "the queue of " + kind + " is full", "kind", 1000};
}

Result<std::string> Scheduler::start(std::string_view realm, std::string_view user, std::string_view edge,
                                     const StartCommand& command, std::int64_t now_us) {
    LW_TRY(const auto started, find_or_start(realm, user, command, now_us));
    const auto& task = started.entry->task;
    const bool is_there_for_it =
        command.on_disconnect == OnDisconnect::cancel && task.cancels_on_disconnect && task.user == user;
    if (is_there_for_it) attach(*started.entry, {std::string(edge), command.connection}, now_us);
    return started_reply(task, started.created);
}

Result<Scheduler::Started> Scheduler::find_or_start(std::string_view realm, std::string_view user,
                                                    const StartCommand& command, std::int64_t now_us) {
    if (!command.key.empty()) {
        const auto known = by_key_.find(key_path(realm, command.parent, command.key));
        if (known != by_key_.end()) return start_again(*tasks_.at(known->second), command);
    }
    if (auto* existing = find(realm, command.task)) return start_again(*existing, command);
    if (!command.parent.empty()) LW_TRY_STATUS(check_parent(realm, command.parent));
    LW_TRY_STATUS(check_room(command.kind));
    if (tasks_.size() >= options_.tasks_kept_max && ended_.empty()) {
        return Error{Errc::unavailable, "there are too many tasks that have not ended", "task", 1000};
    }
    auto& entry = create(realm, user, command, now_us);
    forget_oldest_ended();
    return Started{&entry, true};
}

Scheduler::Entry& Scheduler::create(std::string_view realm, std::string_view user, const StartCommand& command,
                                    std::int64_t now_us) {
    auto& entry = insert(realm, command.task);
    port_.append(entry.task, entry.task.attempt, event_type::kTaskQueued,
                 queued_payload(entry.task, command, user, options_.disconnect_grace_ms, now_us));
    entry.alone_since_us = now_us;
    remember_links(entry);
    settle(entry, now_us);
    return entry;
}

/// Whoever waits for the end of a run of this task by way of its webhook is told by a task, which is queued in the same
/// step and kept in the same batch.
void Scheduler::queue_webhook(const Task& ended, std::int64_t now_us) {
    if (ended.webhook.empty()) return;
    const StartCommand delivery = webhook_delivery(ended);
    const auto is_free = find(ended.realm, delivery.task) == nullptr
                             ? check_room(delivery.kind)
                             : Status(Error{Errc::conflict, "there is a task " + delivery.task + " already"});
    if (is_free) create(ended.realm, ended.user, delivery, now_us);
    port_.webhook_queued(ended, is_free);
}

Result<std::string> Scheduler::run(std::string_view realm, const RunCommand& command, std::int64_t now_us) {
    LW_TRY(auto* const entry, find_or_error(realm, command.task));
    auto& task = entry->task;
    const auto newest = is_terminal(task.status) ? task.run + 1 : task.run;
    if (command.run > newest) {
        return Error{Errc::conflict, "the next run of task " + task.id + " is " + std::to_string(newest), "run"};
    }
    const bool is_there_already = command.run != 0 && command.run < newest;
    const bool must_queue = (task.held || is_terminal(task.status)) && !is_there_already;
    if (must_queue) {
        LW_TRY_STATUS(check_room(task.kind));
        std::string payload;
        MsgpackWriter writer(payload);
        writer.map(2);
        writer.field("run", newest);
        writer.field("held", false);
        port_.append(task, task.attempt, event_type::kTaskQueued, std::move(payload));
        ended_.erase(task.age);
        if (entry->connections.empty()) entry->alone_since_us = now_us;
        settle(*entry, now_us);
    }
    std::string reply;
    MsgpackWriter writer(reply);
    writer.map(3);
    writer.field("task", task.id);
    writer.field("run", task.run);
    writer.field("state", to_string(task.status));
    return reply;
}

Result<std::string> Scheduler::cancel(std::string_view realm, std::string_view user, const CancelCommand& command,
                                      std::int64_t now_us) {
    LW_TRY(auto* const entry, find_or_error(realm, command.task));
    ask_to_end(*entry, user, command.reason, now_us);
    cancel_descendants(*entry, user, "parent_cancelled", now_us);
    return cancel_reply(entry->task);
}

void Scheduler::ask_to_end(Entry& entry, std::string_view user, std::string_view reason, std::int64_t now_us) {
    auto& task = entry.task;
    if (is_terminal(task.status) || task.cancelling) return;
    if (task.worker.empty()) {
        return end_alone(entry, event_type::kTaskCancelled, asked_payload(user, reason), now_us);
    }
    port_.append(task, task.attempt, event_type::kTaskCancelling, asked_payload(user, reason));
    send_cancel(task, now_us);
    settle(entry, now_us);
}

Result<std::string> Scheduler::input(std::string_view realm, std::string_view user, const InputCommand& command,
                                     std::int64_t now_us) {
    LW_TRY(auto* const entry, find_or_error(realm, command.task));
    auto& task = entry->task;
    if (is_terminal(task.status)) {
        return Error{Errc::conflict, "task " + task.id + " has ended: " + std::string(to_string(task.status)), "task"};
    }
    if (task.inputs.size() >= kInputsMax || task.input_bytes + command.data.size() > kInputBytesMax) {
        return Error{Errc::too_many, "the task has been sent too much input", "data"};
    }
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(2);
    writer.field_raw("data", command.data);
    writer.field_or_nil("by", user);
    port_.append(task, task.attempt, event_type::kTaskInput, std::move(payload));
    if (!task.worker.empty()) {
        port_.send_to_worker(task.worker, link::prepare(link::TaskInput{
                                              {task.realm, task.id, task.attempt}, task.offset, {command.data}}));
    }
    settle(*entry, now_us);
    std::string reply;
    MsgpackWriter reply_writer(reply);
    reply_writer.map(2);
    reply_writer.field("task", task.id);
    reply_writer.field("offset", task.offset);
    return reply;
}

Result<std::string> Scheduler::workers() const {
    std::string reply;
    MsgpackWriter writer(reply);
    writer.map(1);
    writer.string("workers");
    writer.array(workers_.size());
    for (const auto& [name, worker] : workers_) {
        writer.map(8);
        writer.field("worker", name);
        writer.string("kinds");
        writer.array(worker.info.kinds.size());
        for (const auto& kind : worker.info.kinds) writer.string(kind);
        writer.field("running", static_cast<std::uint64_t>(worker.running.size()));
        writer.field("waiting", worker.waiting);
        writer.field("capacity", worker.info.capacity);
        writer.field("version", worker.info.program);
        writer.field("draining", worker.draining);
        writer.field("heartbeat_us", worker.heard_us);
    }
    return reply;
}

}  // namespace longwire::broker
