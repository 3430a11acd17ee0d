#include <utility>

#include "broker/core/scheduler.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

namespace longwire::broker {
namespace {

constexpr std::size_t kInputsMax = 10'000;
constexpr std::size_t kInputBytesMax = 4 << 20;    // of one run, kept for further attempts
constexpr std::size_t kPageBytesTarget = 1 << 20;  // of snapshots; then a page of tasks is full

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

std::string queued_payload(const Task& task, const StartCommand& command, std::string_view user, std::int64_t now_us) {
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(12);
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

Result<std::string> Scheduler::start_again(const Entry& existing, const StartCommand& command) {
    const auto& task = existing.task;
    if (task.kind != command.kind || task.input_raw != command.input) {
        const auto field = command.key.empty() ? "task" : "key";
        return Error{Errc::conflict, "task " + task.id + " was started with another kind or input", field};
    }
    return started_reply(task, false);
}

Status Scheduler::check_room(const std::string& kind) const {
    const auto queue = queues_.find(kind);
    if (queue == queues_.end() || queue->second.size() < options_.queued_per_kind_max) return {};
    return Error{Errc::unavailable, "the queue of " + kind + " is full", "kind", 1000};
}

Result<std::string> Scheduler::start(std::string_view realm, std::string_view user, const StartCommand& command,
                                     std::int64_t now_us) {
    if (!command.key.empty()) {
        const auto known = by_key_.find(key_path(realm, command.key));
        if (known != by_key_.end()) return start_again(*tasks_.at(known->second), command);
    }
    if (const auto* existing = find(realm, command.task)) return start_again(*existing, command);
    if (!command.parent.empty() && find(realm, command.parent) == nullptr) {
        return Error{Errc::not_found, "there is no task " + command.parent, "parent"};
    }
    LW_TRY_STATUS(check_room(command.kind));
    if (tasks_.size() >= options_.tasks_kept_max && ended_.empty()) {
        return Error{Errc::unavailable, "there are too many tasks that have not ended", "task", 1000};
    }
    auto& entry = insert(realm, command.task);
    port_.append(entry.task, entry.task.attempt, event_type::kTaskQueued,
                 queued_payload(entry.task, command, user, now_us));
    remember_key(entry);
    settle(entry, now_us);
    forget_oldest_ended();
    return started_reply(entry.task, true);
}

Result<std::string> Scheduler::run(std::string_view realm, const RunCommand& command, std::int64_t now_us) {
    LW_TRY(auto* const entry, find_or_error(realm, command.task));
    auto& task = entry->task;
    const bool must_queue = task.held || is_terminal(task.status);
    if (must_queue) {
        LW_TRY_STATUS(check_room(task.kind));
        std::string payload;
        MsgpackWriter writer(payload);
        writer.map(2);
        writer.field("run", task.held ? task.run : task.run + 1);
        writer.field("held", false);
        port_.append(task, task.attempt, event_type::kTaskQueued, std::move(payload));
        ended_.erase(task.age);
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
    auto& task = entry->task;
    if (!is_terminal(task.status) && !task.cancelling) {
        if (task.worker.empty()) {
            end(*entry, event_type::kTaskCancelled, asked_payload(user, command.reason), now_us);
        } else {
            port_.append(task, task.attempt, event_type::kTaskCancelling, asked_payload(user, command.reason));
            send_cancel(task, now_us);
            settle(*entry, now_us);
        }
    }
    return cancel_reply(task);
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

Result<std::string> Scheduler::state(std::string_view realm, const StateCommand& command) const {
    const auto* entry = find(realm, command.task);
    if (entry == nullptr) return Error{Errc::not_found, "there is no task " + command.task, "task"};
    std::string reply;
    write_snapshot(entry->task, reply);
    return reply;
}

Result<std::string> Scheduler::tasks(std::string_view realm, const TasksCommand& command) const {
    std::string page;  // of snapshots
    std::size_t count = 0;
    std::string next;  // the last one in the page, if others follow
    const auto of_realm = by_age_.find(realm);
    if (of_realm != by_age_.end()) {
        const auto& entries = of_realm->second;
        auto newer = entries.end();
        if (!command.after.empty()) {
            const auto* last = find(realm, command.after);
            if (last == nullptr) return Error{Errc::not_found, "there is no task " + command.after, "after"};
            newer = entries.find(last->task.age);
        }
        const Task* listed = nullptr;
        while (newer != entries.begin()) {
            const auto& task = (--newer)->second->task;
            const bool is_wanted = (command.state.empty() || command.state == to_string(task.status)) &&
                                   (command.kind.empty() || command.kind == task.kind);
            if (!is_wanted) continue;
            if (count == static_cast<std::size_t>(command.limit) || page.size() >= kPageBytesTarget) {
                next = listed->id;
                break;
            }
            write_snapshot(task, page);
            listed = &task;
            ++count;
        }
    }
    std::string reply;
    MsgpackWriter writer(reply);
    writer.map(next.empty() ? 1 : 2);
    writer.string("tasks");
    writer.array(count);
    writer.raw(page);
    if (!next.empty()) writer.field("next", next);
    return reply;
}

Result<std::string> Scheduler::workers() const {
    std::string reply;
    MsgpackWriter writer(reply);
    writer.map(1);
    writer.string("workers");
    writer.array(workers_.size());
    for (const auto& [name, worker] : workers_) {
        writer.map(7);
        writer.field("worker", name);
        writer.string("kinds");
        writer.array(worker.info.kinds.size());
        for (const auto& kind : worker.info.kinds) writer.string(kind);
        writer.field("running", static_cast<std::uint64_t>(worker.running.size()));
        writer.field("capacity", worker.info.capacity);
        writer.field("version", worker.info.program);
        writer.field("draining", worker.draining);
        writer.field("heartbeat_us", worker.heard_us);
    }
    return reply;
}

}  // namespace longwire::broker
