#include "broker/core/task_queues.h"

#include <utility>

namespace longwire::broker {
namespace {

/// Keys of different realms have nothing to do with each other.
std::string gate_path(const Task& task) {
    return task.realm + '\n' + task.concurrency.key;
}

/// Tasks of one key may have been started with different limits.
std::string lane_name(const Task& task) {
    if (task.concurrency.key.empty()) return {};
    return std::to_string(task.concurrency.limit) + '\n' + gate_path(task);
}

}  // namespace

TaskQueues::Kind& TaskQueues::kind_of(const Task& task) {
    const auto [kind, is_new] = kinds_.try_emplace(task.kind);
    if (is_new) {
        const auto limit = limits_.find(task.kind);
        if (limit != limits_.end()) kind->second.limit = limit->second;
    }
    return kind->second;
}

void TaskQueues::forget_if_idle(const Task& task, const Kind& kind) {
    if (kind.queued == 0 && kind.running == 0) kinds_.erase(task.kind);
}

void TaskQueues::forget_gate_if_idle(const std::string& path, const Gate& gate) {
    if (gate.running == 0 && gate.lanes.empty()) gates_.erase(path);
}

void TaskQueues::reopen(Lane& lane) {
    const bool may_run = !lane.tasks.empty() && (lane.gate == nullptr || lane.gate->running < lane.limit);
    const auto open_as = may_run ? std::optional(lane.tasks.begin()->first) : std::nullopt;
    if (open_as == lane.open_as) return;
    if (lane.open_as) lane.kind->open.erase(*lane.open_as);
    if (open_as) lane.kind->open.emplace(*open_as, &lane);
    lane.open_as = open_as;
}

void TaskQueues::add(Task& task) {
    auto& kind = kind_of(task);
    const auto [found, is_new] = kind.lanes.try_emplace(lane_name(task));
    auto& lane = found->second;
    if (is_new) {
        lane.kind = &kind;
        if (!task.concurrency.key.empty()) {
            lane.limit = task.concurrency.limit;
            lane.gate = &gates_[gate_path(task)];
            lane.gate->lanes.insert(&lane);
        }
    }
    lane.tasks.emplace(QueuePlace::of(task), &task);
    ++kind.queued;
    ++kind.realms[task.realm].queued;
    reopen(lane);
}

void TaskQueues::remove(const Task& task) {
    auto& kind = kinds_.at(task.kind);
    const auto found = kind.lanes.find(lane_name(task));
    auto& lane = found->second;
    lane.tasks.erase(QueuePlace::of(task));
    --kind.queued;
    --kind.realms[task.realm].queued;
    reopen(lane);
    if (!lane.tasks.empty()) return;
    if (lane.gate != nullptr) {
        lane.gate->lanes.erase(&lane);
        forget_gate_if_idle(gate_path(task), *lane.gate);
    }
    kind.lanes.erase(found);
    forget_if_idle(task, kind);
}

void TaskQueues::taken(const Task& task) {
    auto& kind = kind_of(task);
    ++kind.running;
    ++kind.realms[task.realm].running;
    if (task.concurrency.key.empty()) return;
    auto& gate = gates_[gate_path(task)];
    ++gate.running;
    for (auto* lane : gate.lanes) reopen(*lane);
}

void TaskQueues::let_go(const Task& task) {
    auto& kind = kinds_.at(task.kind);
    --kind.running;
    --kind.realms[task.realm].running;
    forget_if_idle(task, kind);
    if (task.concurrency.key.empty()) return;
    const auto path = gate_path(task);
    auto& gate = gates_.at(path);
    --gate.running;
    for (auto* lane : gate.lanes) reopen(*lane);
    forget_gate_if_idle(path, gate);
}

std::vector<Task*> TaskQueues::fronts() const {
    std::vector<Task*> tasks;
    for (const auto& [name, kind] : kinds_) {
        if (auto* task = front(name)) tasks.push_back(task);
    }
    return tasks;
}

Task* TaskQueues::front(std::string_view kind) const {
    const auto found = kinds_.find(kind);
    if (found == kinds_.end()) return nullptr;
    const auto& queue = found->second;
    if (queue.running >= queue.limit || queue.open.empty()) return nullptr;
    return queue.open.begin()->second->tasks.begin()->second;
}

std::map<std::string_view, TaskQueues::Count> TaskQueues::counts(std::string_view realm) const {
    std::map<std::string_view, Count> counts;
    for (const auto& [name, kind] : kinds_) {
        const auto found = kind.realms.find(realm);
        if (found == kind.realms.end()) continue;
        if (found->second.queued > 0 || found->second.running > 0) counts.emplace(name, found->second);
    }
    return counts;
}

std::size_t TaskQueues::size() const {
    std::size_t count = 0;
    for (const auto& [name, kind] : kinds_) count += kind.queued;
    return count;
}

std::size_t TaskQueues::size(std::string_view kind) const {
    const auto found = kinds_.find(kind);
    return found == kinds_.end() ? 0 : found->second.queued;
}

}  // namespace longwire::broker
