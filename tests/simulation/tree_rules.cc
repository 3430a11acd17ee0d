#include "tests/simulation/tree_rules.h"

#include "protocol/event_types.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {

void TreeRules::before(const TaskFacts& task, const Envelope& envelope) const {
    require(envelope.type != event_type::kTaskStarted || !task.is_cancelling,
            [&] { return task.path + " was started again after it was asked to end"; });
}

void TreeRules::after(const TaskFacts& task, const Envelope& envelope) {
    const auto type = envelope.type;
    if (type == event_type::kTaskQueued && task.run == 1) check_child(task);
    const bool is_asked = type == event_type::kTaskCancelling;
    if (is_asked || ends_run(type)) must_end_.erase(task.path);
    if (!is_asked && (!ends_run(type) || type == event_type::kTaskCompleted)) return;
    for (const auto& [path, other] : all_) {
        if (other.is_open && !other.is_cancelling && descends_from(other, task.path)) must_end_.insert(path);
    }
}

void TreeRules::check_child(const TaskFacts& child) const {
    if (child.parent.empty()) return;
    const auto parent = all_.find(child.parent);
    require(parent != all_.end() && parent->second.is_open && !parent->second.is_cancelling,
            [&] { return child.path + " was started by " + child.parent + ", which does not go on"; });
    for (const auto& [path, other] : all_) {
        const bool is_twin =
            path != child.path && !child.key.empty() && other.parent == child.parent && other.key == child.key;
        require(!is_twin, [&] {
            return child.parent + " has two children for '" + child.key + "', " + child.path + " and " + other.path;
        });
    }
    // Those that its attempts ask for are named by the run and what the attempt calls them.
    const bool is_of_run =
        !child.key.starts_with("run ") || child.key.starts_with("run " + std::to_string(parent->second.run) + " ");
    require(is_of_run, [&] {
        return child.path + " was started for '" + child.key + "', which is not run " +
               std::to_string(parent->second.run) + " of " + child.parent;
    });
}

bool TreeRules::descends_from(const TaskFacts& task, const std::string& ancestor) const {
    for (const auto* child = &task; !child->parent.empty();) {
        if (child->parent == ancestor) return true;
        const auto parent = all_.find(child->parent);
        if (parent == all_.end()) return false;
        child = &parent->second;
    }
    return false;
}

void TreeRules::check_end_of_step() const {
    require(must_end_.empty(),
            [&] { return *must_end_.begin() + " goes on, though one that it descends from does not"; });
}

}  // namespace longwire::simulation
