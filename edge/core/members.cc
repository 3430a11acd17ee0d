#include "edge/core/members.h"

#include <utility>

#include "protocol/msgpack_writer.h"

namespace longwire::edge {
namespace {

constexpr std::int64_t kRepeatUs = 1'000'000;

}  // namespace

Members::Member* Members::find(const std::string& connection, const std::string& topic) {
    const auto topics = connections_.find(connection);
    if (topics == connections_.end()) return nullptr;
    const auto member = topics->second.find(topic);
    return member == topics->second.end() ? nullptr : &member->second;
}

void Members::forget(const std::string& connection, const std::string& topic) {
    const auto topics = connections_.find(connection);
    size_ -= topics->second.erase(topic);
    if (topics->second.empty()) connections_.erase(topics);
}

std::size_t Members::count(const std::string& connection) const {
    const auto topics = connections_.find(connection);
    return topics == connections_.end() ? 0 : topics->second.size();
}

void Members::join(const Identity& who, const std::string& connection, const JoinCommand& command,
                   Requests::OnReply on_reply) {
    auto* member = find(connection, command.topic);
    const bool is_new = member == nullptr;
    if (!is_new && member->as != command.as) {
        return on_reply(Error{Errc::conflict, "this connection is another member of " + command.topic, "as"});
    }
    if (is_new) {
        member = &connections_[connection][command.topic];
        *member = {who, command.as, {}, false};
        ++size_;
    }
    member->info_raw = command.info;
    send_join(connection, command.topic, *member,
              [this, connection, topic = command.topic, is_new, then = std::move(on_reply)](const auto& result) {
                  const auto* refused = find(connection, topic);
                  if (!result && is_new && refused != nullptr) {
                      // It may have been done all the same, and then nobody would undo it.
                      if (result.error().code == Errc::unavailable) {
                          send_leave(connection, topic, *refused, false, [](const auto&) {});
                      }
                      forget(connection, topic);
                  }
                  then(result);
              });
}

void Members::leave(const std::string& connection, const std::string& topic, Requests::OnReply on_reply) {
    const auto* member = find(connection, topic);
    if (member == nullptr) return on_reply(Error{Errc::not_found, "is not a member of " + topic, "topic"});
    send_leave(connection, topic, *member, false, std::move(on_reply));
    forget(connection, topic);
}

void Members::drop(const std::string& connection, bool is_lost) {
    const auto dropped = connections_.extract(connection);
    if (dropped.empty()) return;
    size_ -= dropped.mapped().size();
    for (const auto& [topic, member] : dropped.mapped()) {
        send_leave(connection, topic, member, is_lost, [](const auto&) {});
    }
}

void Members::on_link_up() {
    for (auto& [connection, topics] : connections_) {
        for (auto& [topic, member] : topics) repeat(connection, topic, member);
    }
}

void Members::tick(std::int64_t now_us) {
    if (to_repeat_ == 0 || now_us - repeated_us_ < kRepeatUs) return;
    repeated_us_ = now_us;
    to_repeat_ = 0;
    for (auto& [connection, topics] : connections_) {
        for (auto& [topic, member] : topics) {
            if (std::exchange(member.must_repeat, false)) repeat(connection, topic, member);
        }
    }
}

/// Again after a while where that failed, for as long as the client is there.
void Members::repeat(const std::string& connection, const std::string& topic, Member& member) {
    send_join(connection, topic, member, [this, connection, topic](const auto& result) {
        auto* const failed = find(connection, topic);
        if (result || failed == nullptr) return;
        failed->must_repeat = true;
        ++to_repeat_;
    });
}

void Members::send_join(const std::string& connection, const std::string& topic, const Member& member,
                        Requests::OnReply on_reply) {
    std::string fields;
    MsgpackWriter writer(fields);
    writer.map(4);
    writer.field("topic", topic);
    writer.field_or_nil("as", member.as);
    writer.field("connection", connection);
    writer.field_raw_or_nil("info", member.info_raw);
    requests_.command(member.who, JoinCommand::kName, std::move(fields), std::move(on_reply));
}

void Members::send_leave(const std::string& connection, const std::string& topic, const Member& member, bool is_lost,
                         Requests::OnReply on_reply) {
    std::string fields;
    MsgpackWriter writer(fields);
    writer.map(4);
    writer.field("topic", topic);
    writer.field_or_nil("as", member.as);
    writer.field("connection", connection);
    writer.field("lost", is_lost);
    requests_.command(member.who, LeaveCommand::kName, std::move(fields), std::move(on_reply));
}

}  // namespace longwire::edge
