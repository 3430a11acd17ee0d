#include "broker/core/scheduler.h"

#include <algorithm>
#include <utility>

#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

namespace longwire::broker {
namespace {

constexpr std::int64_t kUsPerMs = 1000;

std::string error_payload(std::string_view code, std::string_view message) {
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(1);
    writer.string("error");
    writer.map(3);
    writer.field("code", code);
    writer.field("message", message);
    writer.string("details");
    writer.nil();
    return payload;
}

/// When its wait in the queue began: a delay is no wait.
std::int64_t may_start_us(const Task& task) {
    return std::max(task.queued_us, task.not_before_us);
}

/// Events that only the broker writes on a task's topic.
bool is_brokers_own(std::string_view type) {
    return type == event_type::kTaskQueued || type == event_type::kTaskStarted || type == event_type::kTaskRetrying ||
           type == event_type::kTaskCancelling || type == event_type::kTaskExpired || type == event_type::kTaskInput;
}

}  // namespace

std::string Scheduler::key_path(std::string_view realm, std::string_view parent, std::string_view key) {
    return std::string(realm).append(1, '\n').append(parent).append(1, '\n').append(key);
}

std::string Scheduler::path_of(std::string_view realm, std::string_view task) {
    return topic_path(realm, task_topic(task));
}

Scheduler::Entry* Scheduler::find(std::string_view path) const {
    const auto found = tasks_.find(path);
    return found == tasks_.end() ? nullptr : found->second.get();
}

Result<Scheduler::Entry*> Scheduler::find_or_error(std::string_view realm, std::string_view task) {
    auto* entry = find(realm, task);
    if (entry == nullptr) return Error{Errc::not_found, "there is no task " + std::string(task), "task"};
    return entry;
}

Scheduler::Entry& Scheduler::insert(std::string_view realm, std::string_view task) {
    auto entry = std::make_unique<Entry>();
    entry->task.realm = realm;
    entry->task.id = task;
    entry->task.age = next_age_++;
    auto& inserted = *entry;
    by_age_[inserted.task.realm].emplace(inserted.task.age, &inserted);
    tasks_.emplace(path_of(realm, task), std::move(entry));
    return inserted;
}

void Scheduler::restore(Task task) {
    next_age_ = std::max(next_age_, task.age);  // they come by age, and a later one is never the younger
    auto& entry = insert(task.realm, task.id);
    task.age = entry.task.age;
    entry.task = std::move(task);
    remember_links(entry);
}

void Scheduler::restore(RestoredInput input) {
    auto* entry = find(input.realm, input.task);
    if (entry == nullptr) return;
    entry->task.input_bytes += input.input.data_raw.size();
    entry->task.inputs.push_back(std::move(input.input));
}

void Scheduler::restored(std::int64_t now_us) {
    for (auto& [path, entry] : tasks_) {
        const auto& task = entry->task;
        entry->alone_since_us = now_us;  // edges say anew who is there
        if (!task.worker.empty()) {
            auto& worker = workers_[task.worker];
            worker.info.worker = task.worker;
            worker.heard_us = now_us;
            worker.running.insert(path);
        }
        settle(*entry, now_us);
    }
}

void Scheduler::settle(Entry& entry, std::int64_t now_us) {
    const auto& task = entry.task;
    count_running(entry);
    const bool may_start = !is_terminal(task.status) && !task.held && task.worker.empty();
    if (may_start && task.not_before_us <= now_us) {
        enqueue(entry);
    } else {
        dequeue(entry);
    }
    set_deadline(entry, next_deadline(entry));
    if (!is_terminal(task.status)) return;
    ended_.emplace(entry.task.age, &entry);
    detach_all(entry);
    entry.children_asked_for.clear();
    tell_parent(task);
}

void Scheduler::enqueue(Entry& entry) {
    if (entry.queued) return;
    entry.queued = true;
    queues_.add(entry.task);
    hand_out_due_ = true;
}

void Scheduler::dequeue(Entry& entry) {
    if (!entry.queued) return;
    entry.queued = false;
    queues_.remove(entry.task);
}

void Scheduler::count_running(Entry& entry) {
    const bool is_taken = !entry.task.worker.empty();
    if (std::exchange(entry.taken, is_taken) == is_taken) return;
    if (is_taken) return queues_.taken(entry.task);
    queues_.let_go(entry.task);
    hand_out_due_ = true;  // another may be the one that waited for this limit
}

/// In the queue, before the first start of a run; 0: without limit.
std::int64_t Scheduler::longest_wait_ms(const Task& task) const {
    const auto [ttl_ms, age_ms] = std::pair(task.ttl_ms, options_.queue_age_max_ms);
    return ttl_ms > 0 && age_ms > 0 ? std::min(ttl_ms, age_ms) : std::max(ttl_ms, age_ms);
}

std::int64_t Scheduler::next_deadline(const Entry& entry) const {
    const auto& task = entry.task;
    if (is_terminal(task.status)) return 0;
    const auto abandoned = abandoned_us(entry);
    if (task.held) return abandoned;
    std::int64_t next = abandoned == 0 ? INT64_MAX : abandoned;
    if (!entry.queued && task.worker.empty()) next = std::min(next, task.not_before_us);
    if (task.status == TaskStatus::pending && longest_wait_ms(task) > 0) {
        next = std::min(next, may_start_us(task) + longest_wait_ms(task) * kUsPerMs);
    }
    if (task.status == TaskStatus::running && task.timeout_ms > 0) {
        next = std::min(next, task.started_us + task.timeout_ms * kUsPerMs);
    }
    if (task.cancelling) next = std::min(next, task.cancel_asked_us + options_.cancel_grace_ms * kUsPerMs);
    return next == INT64_MAX ? 0 : next;
}

void Scheduler::set_deadline(Entry& entry, std::int64_t deadline_us) {
    if (entry.deadline_us == deadline_us) return;
    if (entry.deadline_us != 0) deadlines_.erase({entry.deadline_us, entry.task.age});
    entry.deadline_us = deadline_us;
    if (deadline_us != 0) deadlines_.emplace(std::pair(deadline_us, entry.task.age), &entry);
}

void Scheduler::fire_deadline(Entry& entry, std::int64_t now_us) {
    const auto& task = entry.task;
    const auto is_past = [&](std::int64_t since_us, std::int64_t limit_ms) {
        return now_us >= since_us + limit_ms * kUsPerMs;
    };
    if (const auto abandoned = abandoned_us(entry); abandoned != 0 && now_us >= abandoned) {
        ask_to_end(entry, {}, "disconnected", now_us);
        return cancel_descendants(entry, {}, "parent_cancelled", now_us);
    }
    const auto wait_ms = longest_wait_ms(task);
    if (task.status == TaskStatus::pending && wait_ms > 0 && is_past(may_start_us(task), wait_ms)) {
        return end(entry, event_type::kTaskExpired, error_payload("expired", "waited in the queue too long"), now_us);
    }
    if (task.cancelling && is_past(task.cancel_asked_us, options_.cancel_grace_ms)) {
        std::string payload;
        MsgpackWriter writer(payload);
        writer.map(1);
        writer.field("forced", true);
        revoke(task, "cancelled by force");
        return end(entry, event_type::kTaskCancelled, std::move(payload), now_us);
    }
    if (task.status == TaskStatus::running && task.timeout_ms > 0 && is_past(task.started_us, task.timeout_ms)) {
        revoke(task, "timed out");
        return end(entry, event_type::kTaskFailed, error_payload("timeout", "ran longer than its timeout"), now_us);
    }
    settle(entry, now_us);
}

void Scheduler::end(Entry& entry, std::string_view type, std::string payload, std::int64_t now_us) {
    end_alone(entry, type, std::move(payload), now_us);
    end_children(entry, now_us);
}

void Scheduler::end_alone(Entry& entry, std::string_view type, std::string payload, std::int64_t now_us) {
    const auto worker = entry.task.worker;
    dequeue(entry);
    port_.append(entry.task, entry.task.attempt, type, std::move(payload));
    if (!worker.empty()) free_worker(worker, entry.task);
    settle(entry, now_us);
    queue_webhook(entry.task, now_us);
}

void Scheduler::revoke(const Task& task, std::string_view reason) {
    if (task.worker.empty()) return;
    const link::AttemptRef attempt{task.realm, task.id, task.attempt};
    port_.send_to_worker(task.worker, link::prepare(link::RevokeAttempt{attempt, reason}));
}

void Scheduler::worker_joined(WorkerInfo info, const std::vector<link::AttemptRef>& running, std::int64_t now_us) {
    const auto name = info.worker;
    auto& worker = workers_[name];
    if (worker.info.incarnation != info.incarnation) worker.notes = {};  // in the same life it will say the same
    worker.info = std::move(info);
    worker.hello = ++hellos_;
    worker.heard_us = now_us;
    worker.away = worker.draining = false;
    worker.waiting = 0;
    std::set<std::string> confirmed;
    for (const auto& attempt : running) {
        const auto path = path_of(attempt.realm, attempt.task);
        const auto* entry = find(attempt.realm, attempt.task);
        const bool is_held =
            entry != nullptr && worker.running.contains(path) && entry->task.attempt == attempt.attempt;
        if (is_held) {
            confirmed.insert(path);
        } else {
            port_.send_to_worker(name,
                                 link::prepare(link::RevokeAttempt{attempt, "the attempt is not yours any more"}));
        }
    }
    for (const auto& path : worker.running) {
        const auto& task = find(path)->task;
        if (!confirmed.contains(path)) send_assignment(task);
        send_inputs(task);
        if (task.cancelling) send_cancel(task, now_us);
    }
    hand_out_due_ = true;
}

void Scheduler::worker_heard(const std::string& worker, std::int64_t now_us) {
    const auto found = workers_.find(worker);
    if (found != workers_.end()) found->second.heard_us = now_us;
}

void Scheduler::stalled(std::int64_t for_us) {
    for (auto& [name, worker] : workers_) worker.heard_us += for_us;
}

void Scheduler::worker_draining(const std::string& worker) {
    const auto found = workers_.find(worker);
    if (found != workers_.end()) found->second.draining = true;
}

void Scheduler::worker_waits(const std::string& worker, std::uint32_t attempts) {
    const auto found = workers_.find(worker);
    if (found == workers_.end()) return;
    found->second.waiting = attempts;
    hand_out_due_ = true;
}

void Scheduler::worker_away(const std::string& worker) {
    const auto found = workers_.find(worker);
    if (found != workers_.end()) found->second.away = true;
}

void Scheduler::worker_left(const std::string& worker, std::int64_t now_us) {
    const auto found = workers_.find(worker);
    if (found == workers_.end()) return;
    worker_gone(found->second, "the worker left", now_us);
    workers_.erase(found);
}

void Scheduler::worker_gone(Worker& worker, std::string_view reason, std::int64_t now_us) {
    const auto lost = std::exchange(worker.running, {});
    for (const auto& path : lost) attempt_lost(*tasks_.at(path), "worker_lost", reason, true, now_us);
}

void Scheduler::expire_leases(std::int64_t now_us) {
    if (now_us - leases_checked_us_ < 100 * kUsPerMs) return;
    leases_checked_us_ = now_us;
    for (auto worker = workers_.begin(); worker != workers_.end();) {
        if (now_us - worker->second.heard_us <= options_.lease_ms * kUsPerMs) {
            ++worker;
            continue;
        }
        worker_gone(worker->second, "the worker has not been heard of for " + std::to_string(options_.lease_ms) + " ms",
                    now_us);
        port_.worker_forgotten(worker->first);
        worker = workers_.erase(worker);
    }
}

void Scheduler::handed_back(const std::string& worker, const link::AttemptRef& attempt, std::string_view reason,
                            std::int64_t now_us) {
    auto* entry = find(attempt.realm, attempt.task);
    if (entry == nullptr || entry->task.worker != worker || entry->task.attempt != attempt.attempt) return;
    free_worker(worker, entry->task);
    attempt_lost(*entry, "handed_back", reason, false, now_us);
}

bool Scheduler::may_retry(const Task& task) const {
    return !task.cancelling && task.attempts_in_run < task.max_attempts;
}

std::string Scheduler::retry_payload(const Task& task, std::string_view reason, std::string_view error_raw, bool counts,
                                     std::int64_t now_us, std::int64_t retry_after_ms) const {
    const auto doublings = std::clamp(task.attempts_in_run - 1, 0, 20);
    const auto wait_ms = std::max(std::min(options_.retry_last_ms, options_.retry_first_ms << doublings),
                                  std::min(options_.retry_after_max_ms, retry_after_ms));
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(6);
    writer.field("attempt", task.attempt);
    writer.field("last_offset", task.offset);
    writer.field("reason", reason);
    writer.field_raw_or_nil("error", error_raw);
    writer.field("not_before_us", counts ? now_us + wait_ms * kUsPerMs : now_us);
    writer.field("uncounted", !counts);
    return payload;
}

void Scheduler::attempt_lost(Entry& entry, std::string_view code, std::string_view message, bool counts,
                             std::int64_t now_us) {
    auto& task = entry.task;
    if (task.cancelling) {
        end(entry, event_type::kTaskCancelled, error_payload(code, message), now_us);
    } else if (may_retry(task) || !counts) {
        port_.append(task, task.attempt, event_type::kTaskRetrying, retry_payload(task, code, {}, counts, now_us));
        settle(entry, now_us);
    } else {
        end(entry, event_type::kTaskFailed, error_payload(code, message), now_us);
    }
}

Result<Task*> Scheduler::task_of_attempt(std::string_view worker, std::string_view task_path, std::uint32_t attempt) {
    auto* entry = find(task_path);
    if (entry == nullptr) return Error{Errc::not_found, "there is no task of " + std::string(task_path), "task"};
    auto& task = entry->task;
    if (task.worker != worker || task.attempt != attempt) {
        return Error{Errc::conflict,
                     "attempt " + std::to_string(attempt) + " of task " + task.id + " is not this worker's any more",
                     "attempt"};
    }
    return &task;
}

Result<Scheduler::Verdict> Scheduler::judge(const Task& task, const Envelope& envelope, std::int64_t now_us) const {
    if (is_brokers_own(envelope.type)) {
        return bad_request("type", std::string(envelope.type) + " is for the broker to publish");
    }
    if (envelope.type != event_type::kTaskFailed || !may_retry(task)) return Verdict{envelope.type, {}};
    const auto fields = MsgpackFields::parse(envelope.payload, "payload");
    const auto retryable = fields ? fields->boolean_or("retryable", true) : Result<bool>(true);
    if (retryable && !*retryable) return Verdict{envelope.type, {}};
    const auto after_ms = fields ? fields->integer_or("retry_after_ms", 0, 0, INT64_MAX) : Result<std::int64_t>(0);
    auto payload =
        retry_payload(task, "failed", fields ? fields->raw("error") : "", true, now_us, after_ms ? *after_ms : 0);
    if (fields && fields->has("events")) payload = with_raw_field(payload, "events", fields->raw("events"));
    return Verdict{event_type::kTaskRetrying, std::move(payload)};
}

void Scheduler::passed(std::string_view realm, std::string_view task, const Record& record) {
    auto* const entry = find(realm, task);
    if (entry == nullptr) return;
    entry->task.epoch = record.epoch;
    entry->task.offset = record.offset;
}

void Scheduler::after_event(const std::string& worker, const Task& task, std::int64_t now_us) {
    if (!task.worker.empty()) return;
    free_worker(worker, task);
    auto& entry = *find(task.realm, task.id);
    settle(entry, now_us);
    if (is_terminal(task.status)) queue_webhook(task, now_us);
    end_children(entry, now_us);
}

void Scheduler::free_worker(const std::string& worker, const Task& task) {
    const auto found = workers_.find(worker);
    if (found == workers_.end()) return;
    found->second.running.erase(path_of(task));
    hand_out_due_ = true;
}

Scheduler::Worker* Scheduler::least_loaded(const std::string& kind) {
    Worker* best = nullptr;
    for (auto& [name, worker] : workers_) {
        const auto& kinds = worker.info.kinds;
        if (worker.away || worker.draining || worker.at_work() >= worker.info.capacity) continue;
        if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) continue;
        if (best == nullptr || worker.at_work() < best->at_work()) best = &worker;
    }
    return best;
}

void Scheduler::advance(std::int64_t now_us) {
    expire_leases(now_us);
    while (!deadlines_.empty() && deadlines_.begin()->first.first <= now_us) {
        auto& entry = *deadlines_.begin()->second;
        set_deadline(entry, 0);
        fire_deadline(entry, now_us);
    }
    forget_oldest_ended();
    if (!is_paused_ && std::exchange(hand_out_due_, false)) hand_out_queued();
}

/// First what comes first in all queues together, or the kinds of one worker would starve each other.
void Scheduler::hand_out_queued() {
    std::map<QueuePlace, std::string> heads;  // the first of each kind
    for (const auto* task : queues_.fronts()) heads.emplace(QueuePlace::of(*task), task->kind);
    while (!heads.empty()) {
        const auto [place, kind] = *heads.begin();
        heads.erase(heads.begin());
        const auto* task = queues_.front(kind);
        const bool is_same = task != nullptr && QueuePlace::of(*task) == place;
        if (is_same) {
            auto* worker = least_loaded(kind);
            if (worker == nullptr) continue;  // nor for the others of this kind
            hand_out(*find(task->realm, task->id), *worker);
            task = queues_.front(kind);
        }
        // Where it is another one, a task of another kind has used up what their key allows.
        if (task != nullptr) heads.emplace(QueuePlace::of(*task), kind);
    }
}

void Scheduler::hand_out(Entry& entry, Worker& worker) {
    auto& task = entry.task;
    dequeue(entry);
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(5);
    writer.field("run", task.run);
    writer.field("attempt", task.attempt + 1);
    writer.field("worker", worker.info.worker);
    writer.field("incarnation", worker.info.incarnation);
    writer.string("supersedes");
    task.started_us != 0 ? writer.unsigned_integer(task.attempt) : writer.nil();
    port_.append(task, task.attempt + 1, event_type::kTaskStarted, std::move(payload));
    worker.running.insert(path_of(task));
    entry.children_asked_for.clear();
    count_running(entry);
    send_assignment(task);
    send_inputs(task);
    set_deadline(entry, next_deadline(entry));
}

void Scheduler::send_assignment(const Task& task) {
    const link::AttemptRef attempt{task.realm, task.id, task.attempt};
    port_.send_to_worker(
        task.worker, link::prepare(link::AssignTask{attempt, task.run, task.kind, {task.input_raw}, task.timeout_ms}));
}

void Scheduler::send_inputs(const Task& task) {
    const link::AttemptRef attempt{task.realm, task.id, task.attempt};
    for (const auto& input : task.inputs) {
        port_.send_to_worker(task.worker, link::prepare(link::TaskInput{attempt, input.offset, {input.data_raw}}));
    }
}

void Scheduler::send_cancel(const Task& task, std::int64_t now_us) {
    const auto left_us = task.cancel_asked_us + options_.cancel_grace_ms * kUsPerMs - now_us;
    port_.send_to_worker(task.worker, link::prepare(link::CancelTask{{task.realm, task.id, task.attempt},
                                                                     task.cancel_reason,
                                                                     std::max<std::int64_t>(left_us / kUsPerMs, 0)}));
}

void Scheduler::forget(const Entry& entry) {
    const auto path = path_of(entry.task);
    const auto key = by_key_.find(key_path(entry.task.realm, entry.task.parent, entry.task.key));
    if (key != by_key_.end() && key->second == path) by_key_.erase(key);
    children_.erase(path);
    const auto siblings = children_.find(path_of(entry.task.realm, entry.task.parent));
    if (siblings != children_.end() && siblings->second.erase(entry.task.age) > 0 && siblings->second.empty()) {
        children_.erase(siblings);
    }
    by_age_[entry.task.realm].erase(entry.task.age);
    ended_.erase(entry.task.age);
    port_.task_forgotten(entry.task);
    tasks_.erase(path);
}

void Scheduler::forget_oldest_ended() {
    while (tasks_.size() > options_.tasks_kept_max && !ended_.empty()) forget(*ended_.begin()->second);
}

std::size_t Scheduler::running() const {
    std::size_t count = 0;
    for (const auto& [name, worker] : workers_) count += worker.running.size();
    return count;
}

}  // namespace longwire::broker
