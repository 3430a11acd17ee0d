#include <algorithm>
#include <variant>

#include "broker/core/broker.h"
#include "protocol/overloaded.h"
#include "protocol/topic.h"

namespace longwire::broker {
namespace {

bool is_new_work(const Command& command) {
    return std::holds_alternative<PublishCommand>(command) || std::holds_alternative<StartCommand>(command) ||
           std::holds_alternative<RunCommand>(command) || std::holds_alternative<InputCommand>(command);
}

/// Whether what a command shows is of no log, or of what is durable in it alone.
bool tells_of_the_present(const Command& command) {
    return std::holds_alternative<WorkersCommand>(command) || std::holds_alternative<LedgerCommand>(command) ||
           std::holds_alternative<ClusterCommand>(command);
}

/// The paths that a command shows something of begin so; nothing where it shows none.
std::optional<std::string> paths_shown(std::string_view realm, const Command& command) {
    if (const auto* state = std::get_if<StateCommand>(&command)) return topic_path(realm, task_topic(state->task));
    if (const auto* presence = std::get_if<PresenceCommand>(&command)) return topic_path(realm, presence->topic);
    const bool shows_tasks =
        std::holds_alternative<TasksCommand>(command) || std::holds_alternative<KindsCommand>(command);
    if (shows_tasks) return topic_path(realm, task_topic(""));
    return std::nullopt;
}

}  // namespace

void Broker::take_room(const Status& room) {
    room_ = room;
    scheduler_.pause_handing_out(!room);
}

/// Answers at once what tells of nothing that the log does not have yet: what has been decided may have to wait long.
bool Broker::answer_without_room(const std::string& peer, EdgeLink& edge, const link::Request& request,
                                 const Command& command) {
    if (is_new_work(command)) {
        tell(edge, prepare_reply(request.request, room_.error()));
        return true;
    }
    const auto shown = paths_shown(request.realm, command);
    const bool is_durable = shown ? !is_under_way(*shown) : tells_of_the_present(command);
    if (!is_durable) return false;
    tell(edge, prepare_reply(request.request, obey(peer, request, command)));
    return true;
}

bool Broker::is_under_way(std::string_view path_prefix) const {
    const auto has_some = [&](const Batch& batch) {
        return std::any_of(batch.records->begin(), batch.records->end(),
                           [&](const Record& record) { return (*record.path).starts_with(path_prefix); });
    };
    return has_some(open_) || std::any_of(pending_.begin(), pending_.end(), has_some);
}

}  // namespace longwire::broker
