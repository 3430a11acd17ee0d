#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/core/kept_state.h"
#include "broker/core/kind_notes.h"
#include "broker/core/string_map.h"
#include "broker/core/task.h"
#include "broker/core/task_queues.h"
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

    /// The end of a run is to be delivered to its task's webhook, or will not be, for the reason given.
    virtual void webhook_queued(const Task& task, const Status& queued) = 0;

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
        std::int64_t queue_age_max_ms = 0;      // what has waited so long for its first start expires; 0: no limit
        TaskQueues::KindLimits kind_limits{};   // how many of a kind may run at the same time
        std::size_t tasks_kept_max = 200'000;   // beyond it the oldest ended ones are forgotten (their events are not);
                                                // where none has ended, nothing more is started
        std::int64_t cancel_grace_ms = 10'000;  // then a running task ends cancelled whatever its worker does
        std::int64_t disconnect_grace_ms = 10'000;  // then a task that nobody is there for is cancelled, if it was
                                                    // started so and did not say another time
        std::int64_t retry_first_ms = 1'000;        // doubled for each further attempt
        std::int64_t retry_last_ms = 60'000;
        std::int64_t retry_after_max_ms =
            std::int64_t{24} * 3'600'000;  // at most what a worker may ask to wait instead
        std::int64_t lease_ms = 4'000;     // a worker unheard of for so long has lost its attempts
    };

    Scheduler(Options options, SchedulerPort& port)
        : options_(std::move(options)), port_(port), queues_(options_.kind_limits) {}

    /// Tasks as the log has them, oldest first, then the inputs of those that have not ended; then restored().
    void restore(Task task);
    void restore(RestoredInput input);

    /// The log has been read. Attempts that were running may be claimed by their workers for one lease from now.
    void restored(std::int64_t now_us);

    // Commands. Each returns the reply's map, or why not.

    Result<std::string> start(std::string_view realm, std::string_view user, std::string_view edge,
                              const StartCommand& command, std::int64_t now_us);
    Result<std::string> attach(std::string_view realm, std::string_view user, std::string_view edge,
                               const AttachCommand& command, std::int64_t now_us);
    Result<std::string> run(std::string_view realm, const RunCommand& command, std::int64_t now_us);
    Result<std::string> cancel(std::string_view realm, std::string_view user, const CancelCommand& command,
                               std::int64_t now_us);
    Result<std::string> input(std::string_view realm, std::string_view user, const InputCommand& command,
                              std::int64_t now_us);
    Result<std::string> state(std::string_view realm, const StateCommand& command) const;
    Result<std::string> tasks(std::string_view realm, const TasksCommand& command) const;
    Result<std::string> workers() const;
    Result<std::string> kinds(std::string_view realm) const;

    // Connections of clients, and edges with all of theirs: they are not there any more.

    void connection_gone(std::string_view edge, std::string_view connection, std::int64_t now_us);
    void edge_gone(std::string_view edge, std::int64_t now_us);

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
    /// Keeps what it says of its kinds, in place of what it said before. What is refused comes back, with the reason.
    KindNotes::Refused worker_describes(const std::string& worker, const link::DescribeKinds& described);
    /// So many of its attempts wait for what others do, and take no room.
    void worker_waits(const std::string& worker, std::uint32_t attempts);
    /// Its session has ended: it gets nothing new, and keeps what it has for one lease.
    void worker_away(const std::string& worker);
    /// Gone for good: its attempts are lost at once.
    void worker_left(const std::string& worker, std::int64_t now_us);
    void handed_back(const std::string& worker, const link::AttemptRef& attempt, std::string_view reason,
                     std::int64_t now_us);

    /// Starts a child of the attempt's task, or finds the one that its run has under this name already. The worker is
    /// told where it stands, now and when it has ended.
    Status start_child(const std::string& worker, const link::AttemptRef& attempt, std::string_view name,
                       StartCommand command, std::int64_t now_us);

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

    std::size_t workers_here() const;
    std::size_t queued() const { return queues_.size(); }
    std::size_t running() const;
    std::size_t known() const { return tasks_.size(); }

  private:
    using Connection = std::pair<std::string, std::string>;  // of an edge, by the edge's name for it
    struct Entry {
        Task task;
        std::int64_t deadline_us = 0;  // 0: none; else it is in deadlines_
        bool queued = false;
        bool taken = false;                // counts as running in queues_
        std::set<Connection> connections;  // that are there for it, where that matters
        std::int64_t alone_since_us = 0;
        std::map<std::string, std::string> children_asked_for;  // by its worker: path and name, until they have ended
    };
    struct Worker {
        WorkerInfo info;
        KindNotes notes;
        std::uint64_t hello = 0;        // counts them: the youngest has the highest
        std::set<std::string> running;  // paths of their tasks
        std::int64_t heard_us = 0;
        bool away = true;  // without a session
        bool draining = false;
        std::uint32_t waiting = 0;  // of those that run: they take no room

        std::size_t at_work() const { return running.size() - std::min<std::size_t>(waiting, running.size()); }
    };
    using ByAge = std::map<std::uint64_t, Entry*>;

    static std::string key_path(std::string_view realm, std::string_view parent, std::string_view key);
    static std::string path_of(std::string_view realm, std::string_view task);
    static std::string path_of(const Task& task) { return path_of(task.realm, task.id); }

    Entry* find(std::string_view path) const;
    Entry* find(std::string_view realm, std::string_view task) const { return find(path_of(realm, task)); }
    Result<Entry*> find_or_error(std::string_view realm, std::string_view task);
    Entry& insert(std::string_view realm, std::string_view task);
    Status check_room(const std::string& kind) const;
    struct Started {
        Entry* entry = nullptr;
        bool created = false;
    };
    Result<Started> find_or_start(std::string_view realm, std::string_view user, const StartCommand& command,
                                  std::int64_t now_us);
    Entry& create(std::string_view realm, std::string_view user, const StartCommand& command, std::int64_t now_us);
    void queue_webhook(const Task& ended, std::int64_t now_us);
    static Result<Started> start_again(Entry& existing, const StartCommand& command);

    void enqueue(Entry& entry);
    void dequeue(Entry& entry);
    void count_running(Entry& entry);
    std::int64_t longest_wait_ms(const Task& task) const;
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
                              std::int64_t now_us, std::int64_t retry_after_ms = 0) const;
    void end(Entry& entry, std::string_view type, std::string payload, std::int64_t now_us);
    void end_alone(Entry& entry, std::string_view type, std::string payload, std::int64_t now_us);
    void ask_to_end(Entry& entry, std::string_view user, std::string_view reason, std::int64_t now_us);
    void fire_deadline(Entry& entry, std::int64_t now_us);
    void revoke(const Task& task, std::string_view reason);
    void expire_leases(std::int64_t now_us);
    void remember_links(Entry& entry);
    void forget(const Entry& entry);
    void forget_oldest_ended();

    // scheduler_attachments.cc: who is there for a task
    void attach(Entry& entry, Connection connection, std::int64_t now_us);
    void detach(Entry& entry, const Connection& connection, std::int64_t now_us);
    void detach_all(Entry& entry);
    static std::int64_t abandoned_us(const Entry& entry);

    // scheduler_kinds.cc: what is served, and what waits for it
    struct KindSeen;
    std::map<std::string_view, KindSeen> kinds_seen(std::string_view realm) const;

    // scheduler_tree.cc: parents and children
    const ByAge& children_of(const Task& task) const;
    ByAge descendants_of(const Task& task) const;
    Entry* parent_of(const Task& task) const;
    Status check_parent(std::string_view realm, const std::string& parent) const;
    void cancel_descendants(const Entry& entry, std::string_view user, std::string_view reason, std::int64_t now_us);
    void tell_parent(const Task& task);
    void end_children(const Entry& entry, std::int64_t now_us);
    double shown_progress(const Task& task, int depth = 0) const;
    void write_view(const Task& task, std::string& out) const;
    Result<ByAge> tree_to_list(std::string_view realm, const TasksCommand& command) const;

    Options options_;
    SchedulerPort& port_;
    StringMap<std::unique_ptr<Entry>> tasks_;  // by the path of their topic
    StringMap<std::string> by_key_;            // realm, parent and key -> the path of the task
    StringMap<ByAge> by_age_;                  // per realm
    StringMap<ByAge> children_;                // by the path of their parent
    ByAge ended_;                              // the oldest first
    TaskQueues queues_;                        // only what may start now
    std::map<std::pair<std::int64_t, std::uint64_t>, Entry*> deadlines_;  // by time, then age
    StringMap<Worker> workers_;
    std::map<Connection, std::set<Entry*>> attached_;
    std::uint64_t next_age_ = 1;
    std::uint64_t hellos_ = 0;
    std::int64_t leases_checked_us_ = 0;
    bool hand_out_due_ = false;
    bool is_paused_ = false;
};

}  // namespace longwire::broker
