#include "broker/core/task_queues.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

namespace longwire::broker {
namespace {

/// What TaskQueues has to agree with: one list, looked through from end to end.
class PlainQueue {
  public:
    explicit PlainQueue(TaskQueues::KindLimits limits) : limits_(std::move(limits)) {}

    void add(Task& task) { queued.push_back(&task); }
    void take(Task& task) {
        std::erase(queued, &task);
        running.push_back(&task);
    }
    Task* front(const std::string& kind) const {
        Task* best = nullptr;
        for (auto* task : queued) {
            if (task->kind != kind || !may_run(*task)) continue;
            if (best == nullptr || QueuePlace::of(*task) < QueuePlace::of(*best)) best = task;
        }
        return best;
    }

    std::vector<Task*> queued;
    std::vector<Task*> running;

  private:
    bool may_run(const Task& task) const {
        const auto count = [&](auto is_alike) {
            return static_cast<std::size_t>(std::count_if(running.begin(), running.end(), is_alike));
        };
        const auto of_kind = count([&](const Task* other) { return other->kind == task.kind; });
        const auto limit = limits_.find(task.kind);
        if (limit != limits_.end() && of_kind >= limit->second) return false;
        if (task.concurrency.key.empty()) return true;
        const auto of_key = count([&](const Task* other) {
            return other->realm == task.realm && other->concurrency.key == task.concurrency.key;
        });
        return of_key < task.concurrency.limit;
    }

    TaskQueues::KindLimits limits_;
};

TEST(TaskQueues, AgreeWithOneListLookedThroughFromEndToEnd) {
    std::mt19937 random(7);
    const auto pick = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    const TaskQueues::KindLimits limits{{"b", 1}, {"c", 3}};
    TaskQueues queues(limits);
    PlainQueue plain(limits);
    std::vector<std::unique_ptr<Task>> tasks;
    for (int step = 0; step < 20'000; ++step) {
        switch (pick(4)) {
            case 0:
            case 1: {
                if (plain.queued.size() > 40) break;
                auto& task = *tasks.emplace_back(std::make_unique<Task>());
                task.kind = std::string(1, static_cast<char>('a' + pick(3)));
                task.realm = pick(2) == 0 ? "r" : "s";
                task.priority = static_cast<std::int32_t>(pick(3));
                task.queued_us = pick(50);
                task.age = tasks.size();
                if (pick(3) != 0) task.concurrency = {std::string(1, static_cast<char>('x' + pick(3))), 1 + pick(3)};
                queues.add(task);
                plain.add(task);
                break;
            }
            case 2: {
                const auto fronts = queues.fronts();
                if (fronts.empty()) break;
                auto& task = *fronts[pick(static_cast<std::uint32_t>(fronts.size()))];
                queues.remove(task);
                queues.taken(task);
                plain.take(task);
                break;
            }
            default: {
                if (plain.running.empty()) break;
                auto* task = plain.running[pick(static_cast<std::uint32_t>(plain.running.size()))];
                queues.let_go(*task);
                std::erase(plain.running, task);
            }
        }
        for (const auto* kind : {"a", "b", "c"}) ASSERT_EQ(queues.front(kind), plain.front(kind)) << step;
        ASSERT_EQ(queues.size(), plain.queued.size());
    }
}

}  // namespace
}  // namespace longwire::broker
