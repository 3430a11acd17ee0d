#include <utility>
#include <vector>

#include "broker/core/scheduler.h"
#include "protocol/limits.h"
#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

/// Tasks and those that they have started: who descends from whom, what the end of one means for the others, and how
/// they are listed.
namespace longwire::broker {
namespace {

constexpr std::size_t kPageBytesTarget = 1 << 20;  // of snapshots; then a page of tasks is full
constexpr int kTreeDepthMax = 32;

}  // namespace

const Scheduler::ByAge& Scheduler::children_of(const Task& task) const {
    static const ByAge kNone;
    const auto found = children_.find(path_of(task));
    return found == children_.end() ? kNone : found->second;
}

Status Scheduler::check_parent(std::string_view realm, const std::string& parent) const {
    const auto* entry = find(realm, parent);
    if (entry == nullptr) return Error{Errc::not_found, "there is no task " + parent, "parent"};
    const auto& task = entry->task;
    if (is_terminal(task.status)) {
        return Error{Errc::conflict, "task " + parent + " has ended: " + std::string(to_string(task.status)), "parent"};
    }
    if (task.cancelling) return Error{Errc::conflict, "task " + parent + " has been asked to end", "parent"};
    int depth = 1;
    for (; entry != nullptr && depth <= kTreeDepthMax; entry = parent_of(entry->task)) ++depth;
    if (depth <= kTreeDepthMax) return {};
    return Error{Errc::too_many, "a tree of tasks can be " + std::to_string(kTreeDepthMax) + " deep", "parent"};
}

/// Null if it has none, or one that has been forgotten: a later task of that name is another.
Scheduler::Entry* Scheduler::parent_of(const Task& task) const {
    auto* parent = task.parent.empty() ? nullptr : find(task.realm, task.parent);
    return parent != nullptr && parent->task.age < task.age ? parent : nullptr;
}

void Scheduler::remember_links(Entry& entry) {
    const auto& task = entry.task;
    if (!task.key.empty()) by_key_.emplace(key_path(task.realm, task.parent, task.key), path_of(task));
    if (parent_of(task) != nullptr) children_[path_of(task.realm, task.parent)].emplace(task.age, &entry);
}

/// All that descends from a task and is remembered, by age.
Scheduler::ByAge Scheduler::descendants_of(const Task& task) const {
    ByAge all;
    std::vector<const Task*> rest{&task};
    while (!rest.empty()) {
        const auto& children = children_of(*rest.back());
        rest.pop_back();
        all.insert(children.begin(), children.end());
        for (const auto& [age, child] : children) rest.push_back(&child->task);
    }
    return all;
}

void Scheduler::cancel_descendants(const Entry& entry, std::string_view user, std::string_view reason,
                                   std::int64_t now_us) {
    for (const auto& [age, child] : descendants_of(entry.task)) ask_to_end(*child, user, reason, now_us);
}

/// What ends other than well takes what its children still do with it.
void Scheduler::end_children(const Entry& entry, std::int64_t now_us) {
    switch (entry.task.status) {
        case TaskStatus::failed:
            return cancel_descendants(entry, {}, "parent_failed", now_us);
        case TaskStatus::cancelled:
            return cancel_descendants(entry, {}, "parent_cancelled", now_us);
        case TaskStatus::expired:
            return cancel_descendants(entry, {}, "parent_expired", now_us);
        case TaskStatus::pending:
        case TaskStatus::running:
        case TaskStatus::completed:
            return;
    }
}

Status Scheduler::start_child(const std::string& worker, const link::AttemptRef& attempt, std::string_view name,
                              StartCommand command, std::int64_t now_us) {
    if (name.empty() || name.size() > kNameBytesMax) {
        return bad_request("name", "must be 1 to " + std::to_string(kNameBytesMax) + " bytes");
    }
    if (command.task.empty()) return bad_request("task", "is required");
    if (command.on_disconnect == OnDisconnect::cancel) {
        return bad_request("on_disconnect", "is for clients: a child ends with its parent");
    }
    LW_TRY(const Task* const parent, task_of_attempt(worker, path_of(attempt.realm, attempt.task), attempt.attempt));
    command.parent = parent->id;
    command.key = "run " + std::to_string(parent->run) + " " + std::string(name);
    LW_TRY(const auto started, find_or_start(parent->realm, parent->user, command, now_us));
    const auto& child = started.entry->task;
    find(parent->realm, parent->id)->children_asked_for.insert_or_assign(path_of(child), std::string(name));
    tell_parent(child);
    return {};
}

/// If the parent's worker has asked for it.
void Scheduler::tell_parent(const Task& task) {
    auto* parent = parent_of(task);
    if (parent == nullptr || parent->task.worker.empty()) return;
    const auto name = parent->children_asked_for.find(path_of(task));
    if (name == parent->children_asked_for.end()) return;
    const link::AttemptRef attempt{parent->task.realm, parent->task.id, parent->task.attempt};
    port_.send_to_worker(
        parent->task.worker,
        link::prepare(link::ChildState{
            attempt, name->second, task.id, to_string(task.status), {task.result_raw}, {task.error_raw}}));
    if (is_terminal(task.status)) parent->children_asked_for.erase(name);
}

/// A task's progress, or, while it runs and tells of none, the mean of what its children of this run show.
double Scheduler::shown_progress(const Task& task, int depth) const {
    if (is_terminal(task.status) || task.progress > 0 || depth == kTreeDepthMax) return task.progress;
    double sum = 0;
    std::size_t count = 0;
    for (const auto& [age, child] : children_of(task)) {
        if (child->task.created_us < task.queued_us) continue;
        sum += is_terminal(child->task.status) ? 1 : shown_progress(child->task, depth + 1);
        ++count;
    }
    return count == 0 ? 0 : sum / static_cast<double>(count);
}

void Scheduler::write_view(const Task& task, std::string& out) const {
    std::string snapshot;
    write_snapshot(task, snapshot);
    const auto progress = shown_progress(task);
    if (progress != task.progress) {
        std::string raw;
        MsgpackWriter(raw).number(progress);
        snapshot = with_raw_field(snapshot, "progress", raw);
    }
    out += snapshot;
}

Result<std::string> Scheduler::state(std::string_view realm, const StateCommand& command) const {
    const auto* entry = find(realm, command.task);
    if (entry == nullptr) return Error{Errc::not_found, "there is no task " + command.task, "task"};
    std::string reply;
    write_view(entry->task, reply);
    return reply;
}

/// Those among which a list looks: of a realm, of a parent, or of a whole tree.
Result<Scheduler::ByAge> Scheduler::tree_to_list(std::string_view realm, const TasksCommand& command) const {
    const bool is_tree = !command.root.empty();
    const auto& id = is_tree ? command.root : command.parent;
    auto* entry = find(realm, id);
    if (entry == nullptr) return Error{Errc::not_found, "there is no task " + id, is_tree ? "root" : "parent"};
    if (!is_tree) return children_of(entry->task);
    auto tree = descendants_of(entry->task);
    tree.emplace(entry->task.age, entry);
    return tree;
}

Result<std::string> Scheduler::tasks(std::string_view realm, const TasksCommand& command) const {
    ByAge tree;
    const ByAge* listed = &tree;
    if (!command.parent.empty() || !command.root.empty()) {
        LW_TRY(tree, tree_to_list(realm, command));
    } else if (const auto of_realm = by_age_.find(realm); of_realm != by_age_.end()) {
        listed = &of_realm->second;
    }
    auto newer = listed->end();
    if (!command.after.empty()) {
        const auto* last = find(realm, command.after);
        if (last == nullptr) return Error{Errc::not_found, "there is no task " + command.after, "after"};
        newer = listed->lower_bound(last->task.age);
    }
    std::string page;  // of snapshots
    std::size_t count = 0;
    std::string next;  // the last one in the page, if others follow
    const Task* listed_last = nullptr;
    while (newer != listed->begin()) {
        const auto& task = (--newer)->second->task;
        const bool is_wanted = (command.state.empty() || command.state == to_string(task.status)) &&
                               (command.kind.empty() || command.kind == task.kind);
        if (!is_wanted) continue;
        const bool is_full = count == static_cast<std::size_t>(command.limit) || page.size() >= kPageBytesTarget;
        if (is_full && listed_last != nullptr) {
            next = listed_last->id;
            break;
        }
        write_view(task, page);
        listed_last = &task;
        ++count;
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

}  // namespace longwire::broker
