#include <memory>
#include <utility>

#include "edge/dialects/native/native.h"

namespace longwire::edge {

// The callbacks live in the shard and may outlast this client, so they look whether it is still there.

void NativeDialect::join(Id id, const JoinCommand& command) {
    if (shard_.members.count(connection_) >= shard_.limits.joins_max) {
        return reply(id, Error{Errc::too_many, "this connection is a member of too many topics", "topic"});
    }
    shard_.members.join(identity_, connection_, command, reply_while_here(id));
}

void NativeDialect::leave(Id id, const LeaveCommand& command) {
    shard_.members.leave(connection_, command.topic, reply_while_here(id));
}

Requests::OnReply NativeDialect::reply_while_here(Id id) {
    return [this, id, here = std::weak_ptr<const bool>(here_)](const Result<std::string>& result) {
        if (!here.expired()) reply(id, result);
    };
}

}  // namespace longwire::edge
