#include "tests/simulation/attendance.h"

#include <utility>

#include "protocol/event_types.h"
#include "protocol/limits.h"
#include "protocol/msgpack_fields.h"
#include "protocol/overloaded.h"
#include "protocol/topic.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

constexpr std::int64_t kSilenceUsMax = kHeartbeatMs * kHeartbeatsMissedMax * 1000;

std::string text(const MsgpackFields& fields, std::string_view name) {
    return std::string(fields.string_or(name, {}).value());
}

std::string thing_of(const std::string& path, const std::string& member) {
    return path + ' ' + member;
}

bool is_about_member(std::string_view type) {
    return type == event_type::kPresenceJoin || type == event_type::kPresenceLeave;
}

}  // namespace

void Attendance::broker_began(std::int64_t now_us) {
    attached_.begin(now_us);
    members_.begin(now_us);
    decided_ = durable_;
    lost_us_.clear();
    heard_us_.clear();
}

void Attendance::from_edge(const std::string& edge, const link::EdgeToBroker& message, std::int64_t now_us) {
    heard_us_[edge] = now_us;
    std::visit(Overloaded{
                   [&](const link::EdgeHello&) {
                       edge_gone(edge, true, now_us);
                       greeting_.insert(edge);
                   },
                   [&](const link::EdgeBye&) { edge_gone(edge, true, now_us); },
                   [&](const link::ConnectionGone& gone) { attached_.connection_gone(edge, gone.connection, now_us); },
                   [&](const link::Request& request) { on_request(edge, request, now_us); },
                   [](const auto&) {},
               },
               message);
}

void Attendance::on_request(const std::string& edge, const link::Request& request, std::int64_t now_us) {
    const auto command = request.command;
    const bool is_about_task = command == "start" || command == "attach";
    if (!is_about_task && command != "join" && command != "leave") return;
    const auto fields = MsgpackFields::parse(request.fields.bytes, "fields").value();
    const auto connection = text(fields, "connection");
    if (is_about_task) {
        if (command == "start" && text(fields, "on_disconnect") != "cancel") return;
        const auto path = topic_path(request.realm, task_topic(text(fields, "task")));
        return attached_.asks(edge, request.request, path, text(fields, "key"), connection);
    }
    const auto thing = thing_of(topic_path(request.realm, text(fields, "topic")), text(fields, "as"));
    if (command == "join") {
        lost_us_.erase(thing);
        return members_.asks(edge, request.request, thing, {}, connection);
    }
    const bool was_held = members_.is_held_by(thing, edge, connection);
    const bool is_lost = fields.boolean_or("lost", false).value();
    members_.lets_go(thing, edge, connection, is_lost, now_us);
    if (was_held && is_lost) lost_us_[thing] = now_us;
}

void Attendance::to_edge(const std::string& edge, const link::BrokerToEdge& message, std::int64_t now_us) {
    if (const auto* reply = std::get_if<link::Reply>(&message)) return on_reply(edge, *reply);
    // It may have been before the hello of the same step.
    if (std::holds_alternative<link::LinkReset>(message)) edge_gone(edge, !greeting_.contains(edge), now_us);
}

void Attendance::on_reply(const std::string& edge, const link::Reply& reply) {
    auto& holders = members_.has_asked(edge, reply.request) ? members_ : attached_;
    if (!holders.has_asked(edge, reply.request)) return;
    if (!reply.code.empty()) return holders.is_refused(edge, reply.request);
    if (&holders == &members_) return members_.is_granted(edge, reply.request);
    const auto fields = MsgpackFields::parse(reply.ok.bytes, "ok").value();
    const auto state = text(fields, "state");
    if (state != "PENDING" && state != "RUNNING") return attached_.is_refused(edge, reply.request);
    attached_.is_granted(edge, reply.request, topic_path("r", task_topic(text(fields, "task"))));
}

void Attendance::unreachable(const std::string& edge, std::int64_t now_us) {
    edge_gone(edge, true, now_us);
}

void Attendance::edge_gone(const std::string& edge, bool is_certain, std::int64_t now_us) {
    attached_.edge_gone(edge, is_certain, now_us);
    members_.edge_gone(edge, is_certain, now_us);
}

void Attendance::decide(const std::string& path, const Envelope& envelope, const TaskFacts* task) {
    const auto type = envelope.type;
    if (type == event_type::kPresenceJoin) return on_join(path, envelope);
    if (type == event_type::kPresenceLeave) return on_leave(path, envelope);
    if (task == nullptr) return;
    if (type == event_type::kTaskQueued) attached_.begins(path, envelope.time_us);
    if (type == event_type::kTaskQueued && task->run > 0) attached_.is_in_doubt(path);
    if (type == event_type::kTaskCancelling || type == event_type::kTaskCancelled) {
        const auto fields = MsgpackFields::parse(envelope.payload, "payload").value();
        if (text(fields, "reason") == "disconnected") check_abandoned(*task, envelope.time_us);
    }
    if (ends_run(type)) attached_.is_over(path, task->key);
}

void Attendance::check_abandoned(const TaskFacts& task, std::int64_t now_us) const {
    const auto& path = task.path;
    require(task.cancels_on_disconnect && !attached_.is_held(path),
            [&] { return path + " was given up, though somebody is there for it"; });
    require(now_us >= attached_.lost_us(path) + task.disconnect_grace_ms * 1000,
            [&] { return path + " was given up before its grace was over"; });
    if (when_abandoned) when_abandoned(path);
}

void Attendance::on_join(const std::string& path, const Envelope& envelope) {
    const auto member = text(MsgpackFields::parse(envelope.payload, "payload").value(), "member");
    require(decided_.emplace(path, member).second,
            [&] { return member + " is announced at " + path + ", where it is already"; });
}

void Attendance::on_leave(const std::string& path, const Envelope& envelope) {
    const auto fields = MsgpackFields::parse(envelope.payload, "payload").value();
    const auto member = text(fields, "member");
    const auto thing = thing_of(path, member);
    const auto told = [&] { return member + " is said to have gone from " + path; };
    require(decided_.erase({path, member}) == 1, [&] { return told() + ", where it was not"; });
    require(!members_.is_held(thing), [&] { return told() + ", where it still is"; });
    const auto grace_us = scenario_.presence_grace_ms * 1000;
    const auto lost = lost_us_.find(thing);
    const bool is_left = text(fields, "reason") == "left";
    const auto from_us = is_left ? (lost == lost_us_.end() ? 0 : lost->second) : members_.lost_us(thing);
    require(from_us == 0 || envelope.time_us >= from_us + grace_us,
            [&] { return told() + " before its grace was over"; });
}

void Attendance::end_step(std::int64_t now_us) {
    greeting_.clear();
    for (const auto& [edge, heard_us] : heard_us_) {
        if (now_us - heard_us > kSilenceUsMax) edge_gone(edge, false, now_us);
    }
}

void Attendance::check_deadlines(const AllFacts& tasks, std::int64_t now_us) const {
    for (const auto& [path, task] : tasks) {
        if (!task.is_open || task.is_cancelling || !task.cancels_on_disconnect) continue;
        if (attached_.may_be_held(path, task.key)) continue;
        const auto free_us = attached_.free_since_us(path, task.key);
        require(now_us < free_us + task.disconnect_grace_ms * 1000,
                [&, &p = path] { return p + " goes on, though nobody is there for it and its grace is over"; });
    }
    for (const auto& [path, member] : decided_) {
        const auto thing = thing_of(path, member);
        if (members_.may_be_held(thing, {})) continue;
        require(now_us < members_.free_since_us(thing, {}) + scenario_.presence_grace_ms * 1000,
                [&, &p = path, &m = member] { return m + " is kept at " + p + ", though its grace is over"; });
    }
}

void Attendance::durable(const std::string& path, const Envelope& envelope) {
    if (!is_about_member(envelope.type)) return;
    std::pair place(path, text(MsgpackFields::parse(envelope.payload, "payload").value(), "member"));
    if (envelope.type == event_type::kPresenceJoin) {
        durable_.insert(std::move(place));
    } else {
        durable_.erase(place);
    }
}

}  // namespace longwire::simulation
