#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/kept_state.h"
#include "broker/core/string_map.h"
#include "broker/core/task.h"
#include "protocol/command.h"
#include "protocol/link/producer_messages.h"
#include "protocol/result.h"

namespace longwire::broker {

/// What the scheduler has done besides changing its own state. The events are folded into the task before these calls
/// return; messages must leave only once the events before them are durable.
class SchedulerPort {
  public:
    virtual ~SchedulerPort() = default;

    /// Appends an event of the broker's own to the task's topic, about an attempt (0: about none).
    virtual void append(Task& task, std::uint32_t attempt, std::string_view type, std::string payload) = 0;

    /// An ended task is no longer remembered.
    virtual void task_forgotten(const Task& task) = 0;

    virtual void send_to_worker(const std::string& worker, link::Prepared message) = 0;

    /// The worker has been silent for a lease and is forgotten: if it lives after all it must say hello anew.
    virtual void worker_forgotten(const std::string& worker) = 0;
};

/// Tasks, from the asking to the one end of each run: a queue per kind, leases held by workers, retries, cancels and
/// deadlines.
///
/// Every change of a task is an event on its topic, and comes back after a restart as kept state; workers and their
/// load are of the present only and come back with their hellos.
///
/// Thread: one at a time; no locks inside. Time: `now_us`, never smaller than before.
class Scheduler {
  public:
    struct Options {
        std::size_t queued_per_kind_max = 100'000;
        std::size_t tasks_kept_max = 200'000;   // beyond it the oldest ended ones are forgotten (their events are not);
                                                // where none has ended, nothing more is started
        std::int64_t cancel_grace_ms = 10'000;  // then a running task ends cancelled whatever its worker does
        std::int64_t retry_first_ms = 1'000;    // doubled for each further attempt
        std::int64_t retry_last_ms = 60'000;
        std::int64_t lease_ms = 4'000;  // a worker unheard of for so long has lost its attempts
    };

    Scheduler(Options options, SchedulerPort& port) : options_(options), port_(port) {}

    /// Tasks as the log has them, oldest first, then the inputs of those that have not ended; then restored().
    void restore(Task task);
    void restore(RestoredInput input);

    /// The log has been read. Attempts that were running may be claimed by their workers for one lease from now.
    void restored(std::int64_t now_us);

    // Commands. Each returns the reply's map, or why not.

    Result<std::string> start(std::string_view realm, std::string_view user, const StartCommand& command,
                              std::int64_t now_us);
    Result<std::string> run(std::string_view realm, const RunCommand& command, std::int64_t now_us);
    Result<std::string> cancel(std::string_view realm, std::string_view user, const CancelCommand& command,
                               std::int64_t now_us);
    Result<std::string> input(std::string_view realm, std::string_view user, const InputCommand& command,
                              std::int64_t now_us);
    Result<std::string> state(std::string_view realm, const StateCommand& command) const;
    Result<std::string> tasks(std::string_view realm, const TasksCommand& command) const;
    Result<std::string> workers() const;

    // Workers.

    struct WorkerInfo {
        std::string worker;
        std::uint64_t incarnation = 0;
        std::string program;
        std::vector<std::string> kinds;
        std::uint32_t capacity = 0;
    };
    /// A worker's session begins. What it holds and may keep stays; what it holds and may not is revoked; what it was
    /// given and never got is given again.
    void worker_joined(WorkerInfo info, const std::vector<link::AttemptRef>& running, std::int64_t now_us);
    void worker_heard(const std::string& worker, std::int64_t now_us);
    /// The broker itself has not run for so long: leases are longer by that.
    void stalled(std::int64_t for_us);
    void worker_draining(const std::string& worker);
    /// Its session has ended: it gets nothing new, and keeps what it has for one lease.
    void worker_away(const std::string& worker);
    /// Gone for good: its attempts are lost at once.
    void worker_left(const std::string& worker, std::int64_t now_us);
    void handed_back(const std::string& worker, const link::AttemptRef& attempt, std::string_view reason,
                     std::int64_t now_us);

    /// The task whose attempt this is, while the worker holds it; the error says why an event of it is refused.
    /// `task_path` is the path of the task's topic.
    Result<Task*> task_of_attempt(std::string_view worker, std::string_view task_path, std::uint32_t attempt);

    /// What an event on its task's own topic becomes. Its worker knows of its attempt only, the world of all of them: a
    /// failure that will be tried again is a retry.
    struct Verdict {
        std::string_view type;
        std::string payload;  // in place of the worker's, if not empty
    };
    Result<Verdict> judge(const Task& task, const Envelope& envelope, std::int64_t now_us) const;

    /// After a checked event has been folded in: frees the worker or queues the next attempt.
    void after_event(const std::string& worker, const Task& task, std::int64_t now_us);

    /// An event that is not about the task has been appended to its topic.
    void passed(std::string_view realm, std::string_view task, const Record& record);

    /// Fires what is due and hands out what can be.
    void advance(std::int64_t now_us);

    /// Until told otherwise nothing is handed out.
    void pause_handing_out(bool is_paused) { is_paused_ = is_paused; }

    /// Null if there is no such task.
    const Task* find_task(std::string_view realm, std::string_view task) const {
        const auto* entry = find(realm, task);
        return entry == nullptr ? nullptr : &entry->task;
    }

    std::size_t queued() const;
    std::size_t running() const;
    std::size_t known() const { return tasks_.size(); }

  private:
    struct Entry {
        Task task;
        std::int64_t deadline_us = 0;  // 0: none; else it is in deadlines_
        bool queued = false;
    };
    struct Worker {
        WorkerInfo info;
        std::set<std::string> running;  // paths of their tasks
        std::int64_t heard_us = 0;
        bool away = true;  // without a session
        bool draining = false;
    };
    /// Sorts a queue: higher priority first, then first come first served.
    struct QueueKey {
        std::int32_t priority = 0;
        std::int64_t queued_us = 0;
        std::uint64_t age = 0;
        bool operator<(const QueueKey& other) const {
            return std::tuple(-priority, queued_us, age) < std::tuple(-other.priority, other.queued_us, other.age);
        }
    };
    using Queue = std::map<QueueKey, Entry*>;

    static std::string key_path(std::string_view realm, std::string_view key);
    static std::string path_of(std::string_view realm, std::string_view task);
    static std::string path_of(const Task& task) { return path_of(task.realm, task.id); }
    static QueueKey queue_key(const Entry& entry) {
        return {entry.task.priority, entry.task.queued_us, entry.task.age};
    }

    Entry* find(std::string_view path) const;
    Entry* find(std::string_view realm, std::string_view task) const { return find(path_of(realm, task)); }
    Result<Entry*> find_or_error(std::string_view realm, std::string_view task);
    Entry& insert(std::string_view realm, std::string_view task);
    Status check_room(const std::string& kind) const;
    static Result<std::string> start_again(const Entry& existing, const StartCommand& command);

    void enqueue(Entry& entry);
    void dequeue(Entry& entry);
    void set_deadline(Entry& entry, std::int64_t deadline_us);
    std::int64_t next_deadline(const Entry& entry) const;

    /// Puts a task where its state says: into its queue, among the deadlines, among the ended.
    void settle(Entry& entry, std::int64_t now_us);

    void hand_out_queued();
    void hand_out(Entry& entry, Worker& worker);
    void send_assignment(const Task& task);
    void send_inputs(const Task& task);
    void send_cancel(const Task& task, std::int64_t now_us);
    Worker* least_loaded(const std::string& kind);
    void free_worker(const std::string& worker, const Task& task);
    void worker_gone(Worker& worker, std::string_view reason, std::int64_t now_us);
    void attempt_lost(Entry& entry, std::string_view code, std::string_view message, bool counts, std::int64_t now_us);
    bool may_retry(const Task& task) const;
    std::string retry_payload(const Task& task, std::string_view reason, std::string_view error_raw, bool counts,
                              std::int64_t now_us) const;
    void end(Entry& entry, std::string_view type, std::string payload, std::int64_t now_us);
    void fire_deadline(Entry& entry, std::int64_t now_us);
    void revoke(const Task& task, std::string_view reason);
    void expire_leases(std::int64_t now_us);
    void remember_key(const Entry& entry);
    void forget(const Entry& entry);
    void forget_oldest_ended();

    Options options_;
    SchedulerPort& port_;
    StringMap<std::unique_ptr<Entry>> tasks_;                             // by the path of their topic
    StringMap<std::string> by_key_;                                       // realm and key -> the path of the task
    StringMap<std::map<std::uint64_t, Entry*>> by_age_;                   // per realm
    std::map<std::uint64_t, Entry*> ended_;                               // by age, the oldest first
    std::map<std::string, Queue> queues_;                                 // by kind; only what may start now
    std::map<std::pair<std::int64_t, std::uint64_t>, Entry*> deadlines_;  // by time, then age
    StringMap<Worker> workers_;
    std::uint64_t next_age_ = 1;
    std::int64_t leases_checked_us_ = 0;
    bool hand_out_due_ = false;
    bool is_paused_ = false;
};

}  // namespace longwire::broker
