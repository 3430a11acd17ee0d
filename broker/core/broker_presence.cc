#include <utility>

#include "broker/core/broker.h"
#include "protocol/event_types.h"
#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

namespace longwire::broker {
namespace {

std::string_view member_of(std::string_view as, std::string_view user) {
    return as.empty() ? user : as;
}

}  // namespace

Presence::Place Broker::place_of(const link::Request& request, std::string_view topic, std::string_view as) {
    return {topic_path(request.realm, topic), std::string(member_of(as, request.user))};
}

Result<std::string> Broker::join(const std::string& edge, const link::Request& request, const JoinCommand& command) {
    const auto task = task_of_topic(command.topic);
    const bool is_known =
        task.empty() ? !command.topic.starts_with("task/") : scheduler_.find_task(request.realm, task) != nullptr;
    if (!is_known) return Error{Errc::not_found, "there is no such task", "topic"};
    const auto place = place_of(request, command.topic, command.as);
    if (!room_ && !presence_.has(place)) return room_.error();
    LW_TRY(const bool is_new, presence_.join(place, command.info, {edge, command.connection}, now_us_));
    if (!is_new) return std::string(kEmptyMap);
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(2);
    writer.field("member", place.member);
    writer.field_raw_or_nil("info", command.info);
    append_of_presence(place.path, event_type::kPresenceJoin, payload);
    open_.state.push_back(keep_member(place.path, place.member, command.info, now_us_));
    return std::string(kEmptyMap);
}

Result<std::string> Broker::leave(const std::string& edge, const link::Request& request, const LeaveCommand& command) {
    const auto place = place_of(request, command.topic, command.as);
    const Presence::Holder holder{edge, command.connection};
    if (command.lost) {
        presence_.lose(place, holder, now_us_);
    } else if (presence_.leave(place, holder, now_us_)) {
        member_gone(place, "left");
    }
    return std::string(kEmptyMap);
}

void Broker::announce_gone() {
    for (const auto& place : presence_.take_gone(now_us_)) member_gone(place, "lost");
}

void Broker::member_gone(const Presence::Place& place, std::string_view reason) {
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(2);
    writer.field("member", place.member);
    writer.field("reason", reason);
    append_of_presence(place.path, event_type::kPresenceLeave, payload);
    open_.state.push_back(drop_member(place.path, place.member));
}

void Broker::append_of_presence(const std::string& path, std::string_view type, std::string_view payload) {
    Envelope envelope;
    envelope.producer = kBrokerProducer;
    envelope.time_us = now_us_;
    envelope.type = type;
    envelope.payload = payload;
    const auto& record = append_record(topics_.find_or_create(path), envelope);
    const auto [realm, topic] = split_path(path);
    if (const auto task = task_of_topic(topic); !task.empty()) scheduler_.passed(realm, task, record);
}

}  // namespace longwire::broker
