#include <utility>

#include "broker/core/scheduler.h"
#include "protocol/event_types.h"
#include "protocol/msgpack_writer.h"

/// Tasks that end when nobody is there for them any more, and the connections that are.
namespace longwire::broker {

Result<std::string> Scheduler::attach(std::string_view realm, std::string_view user, std::string_view edge,
                                      const AttachCommand& command, std::int64_t now_us) {
    LW_TRY(auto* const entry, find_or_error(realm, command.task));
    const auto& task = entry->task;
    if (!task.cancels_on_disconnect) {
        return Error{Errc::conflict, "task " + task.id + " goes on by itself: it was not started to be cancelled",
                     "task"};
    }
    if (task.user != user) return Error{Errc::forbidden, "task " + task.id + " is another user's", "task"};
    attach(*entry, {std::string(edge), command.connection}, now_us);
    std::string reply;
    MsgpackWriter writer(reply);
    writer.map(2);
    writer.field("task", task.id);
    writer.field("state", to_string(task.status));
    return reply;
}

void Scheduler::attach(Entry& entry, Connection connection, std::int64_t now_us) {
    if (is_terminal(entry.task.status) || connection.second.empty()) return;
    attached_[connection].insert(&entry);
    entry.connections.insert(std::move(connection));
    settle(entry, now_us);
}

void Scheduler::connection_gone(std::string_view edge, std::string_view connection, std::int64_t now_us) {
    const auto gone = attached_.extract({std::string(edge), std::string(connection)});
    if (gone.empty()) return;
    for (auto* entry : gone.mapped()) detach(*entry, gone.key(), now_us);
}

void Scheduler::edge_gone(std::string_view edge, std::int64_t now_us) {
    const std::string name(edge);
    for (auto next = attached_.lower_bound({name, {}}); next != attached_.end() && next->first.first == name;) {
        const auto gone = attached_.extract(next++);
        for (auto* entry : gone.mapped()) detach(*entry, gone.key(), now_us);
    }
}

void Scheduler::detach(Entry& entry, const Connection& connection, std::int64_t now_us) {
    entry.connections.erase(connection);
    if (entry.connections.empty()) entry.alone_since_us = now_us;
    settle(entry, now_us);
}

/// Of a task that has ended: nothing is to follow from who is there for it.
void Scheduler::detach_all(Entry& entry) {
    for (const auto& connection : std::exchange(entry.connections, {})) {
        const auto attached = attached_.find(connection);
        attached->second.erase(&entry);
        if (attached->second.empty()) attached_.erase(attached);
    }
}

/// When a task that nobody is there for is to be cancelled; 0: never.
std::int64_t Scheduler::abandoned_us(const Entry& entry) {
    const auto& task = entry.task;
    if (!task.cancels_on_disconnect || !entry.connections.empty() || task.cancelling) return 0;
    return entry.alone_since_us + task.disconnect_grace_ms * 1000;
}

}  // namespace longwire::broker
