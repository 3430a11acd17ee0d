#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "broker/core/string_map.h"
#include "broker/core/task.h"

namespace longwire::broker {

/// Sorts what waits: higher priority first, then first come first served.
struct QueuePlace {
    std::int32_t priority = 0;
    std::int64_t queued_us = 0;
    std::uint64_t age = 0;

    static QueuePlace of(const Task& task) { return {task.priority, task.queued_us, task.age}; }
    bool operator<(const QueuePlace& other) const {
        return std::tuple(-priority, queued_us, age) < std::tuple(-other.priority, other.queued_us, other.age);
    }
    bool operator==(const QueuePlace&) const = default;
};

/// The tasks that wait for a worker, and how many may run at the same time: of each kind, and of those that share a
/// concurrency key. A task that a limit keeps waiting keeps nobody behind it.
///
/// Tasks that the same limits hold for wait in one lane, of which only the first is looked at.
///
/// Thread: one at a time. What a task is sorted by must not change while it is here.
class TaskQueues {
  public:
    using KindLimits = std::map<std::string, std::size_t, std::less<>>;

    /// Kinds that are not among `limits` have none.
    explicit TaskQueues(KindLimits limits) : limits_(std::move(limits)) {}

    void add(Task& task);
    void remove(const Task& task);

    /// From taken() to let_go() a task counts as one that runs.
    void taken(const Task& task);
    void let_go(const Task& task);

    /// The first of each kind that may run now.
    std::vector<Task*> fronts() const;
    /// The first of one kind; null where none may run.
    Task* front(std::string_view kind) const;

    std::size_t size() const;
    std::size_t size(std::string_view kind) const;

    struct Count {
        std::size_t queued = 0;
        std::size_t running = 0;
    };
    /// Of one realm's tasks, by kind; kinds of which it has none are left out. Views until the next change.
    std::map<std::string_view, Count> counts(std::string_view realm) const;

  private:
    struct Lane;
    /// What all tasks with one concurrency key share.
    struct Gate {
        std::size_t running = 0;
        std::set<Lane*> lanes;
    };
    struct Kind {
        std::size_t limit = SIZE_MAX;
        std::size_t running = 0;
        std::size_t queued = 0;
        StringMap<Count> realms;
        std::map<std::string, Lane, std::less<>> lanes;
        std::map<QueuePlace, Lane*> open;  // those whose first task no key keeps, by that task
    };
    struct Lane {
        Kind* kind = nullptr;
        Gate* gate = nullptr;  // null for tasks without a key
        std::size_t limit = SIZE_MAX;
        std::map<QueuePlace, Task*> tasks;
        std::optional<QueuePlace> open_as;
    };

    Kind& kind_of(const Task& task);
    void forget_if_idle(const Task& task, const Kind& kind);
    void forget_gate_if_idle(const std::string& path, const Gate& gate);
    static void reopen(Lane& lane);

    KindLimits limits_;
    std::map<std::string, Kind, std::less<>> kinds_;
    StringMap<Gate> gates_;  // by realm and key
};

}  // namespace longwire::broker
