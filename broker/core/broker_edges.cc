#include <algorithm>
#include <utility>

#include "broker/core/broker.h"
#include "protocol/epoch.h"
#include "protocol/limits.h"
#include "protocol/msgpack_writer.h"
#include "protocol/overloaded.h"
#include "protocol/topic.h"
#include "protocol/topic_filter.h"

namespace longwire::broker {
namespace {

constexpr std::size_t kFetchEventsMax = 1000;
constexpr std::size_t kFetchBytesMax = 512 << 10;
constexpr std::size_t kReplyFieldsBytes = 80;    // of a publish's reply, beside its topic
constexpr std::size_t kFetchedFieldsBytes = 64;  // at most, beside the envelopes
constexpr std::size_t kBlobHeaderBytes = 5;

Status check_path(std::string_view path) {
    const auto [realm, topic] = split_path(path);
    LW_TRY_STATUS(check_name("realm", realm, kRealmBytesMax));
    return check_topic(topic);
}

std::string published_reply(const Topic& topic, std::uint64_t offset, bool duplicate) {
    std::string reply;
    reply.reserve((*topic.path).size() + kReplyFieldsBytes);
    MsgpackWriter writer(reply);
    writer.map(4);
    writer.field("topic", split_path(*topic.path).topic);
    writer.field("epoch", epoch_text(topic.epoch));
    writer.field("offset", offset);
    writer.field("duplicate", duplicate);
    return reply;
}

std::string publish_headers(std::string_view user, std::string_view key) {
    std::string headers;
    MsgpackWriter writer(headers);
    writer.map(key.empty() ? 1 : 2);
    writer.field("user", user);
    if (!key.empty()) writer.field("key", key);
    return headers;
}

}  // namespace

void Broker::on_edge_frame(const LinkFrame& frame) {
    using Decoded = Result<link::Numbered<link::EdgeToBroker>>;
    link::decode_each<link::EdgeToBroker>(frame.bytes, [&](const Decoded& decoded) {
        ++out_->edge_messages_taken;
        const auto taken = take_edge_message(frame.peer, decoded);
        if (!taken) reset_edge(frame.peer, taken.error().message);
        return taken.has_value();
    });
}

/// Errors: the session cannot go on.
Status Broker::take_edge_message(const std::string& peer, const Result<link::Numbered<link::EdgeToBroker>>& decoded) {
    if (!decoded) {
        out_->notices.push_back("edge " + peer + ": " + describe(decoded.error()));
        return bad_request("link", "malformed message");
    }
    if (const auto* hello = std::get_if<link::EdgeHello>(&decoded->message)) {
        on_edge_hello(peer, decoded->number, *hello);
        return {};
    }
    const auto edge = edges_.find(peer);
    if (edge == edges_.end()) return bad_request("link", "no session");
    if (!edge->second.counter.accept(decoded->number, now_us_)) return bad_request("link", "a message was lost");
    on_edge_message(peer, edge->second, decoded->message);
    return {};
}

void Broker::on_edge_hello(const std::string& peer, std::uint64_t number, const link::EdgeHello& hello) {
    if (hello.version != kProtocolVersion) {
        constexpr std::string_view kWhy = "this broker speaks another version of the link";
        out_->to_edges.push_back({peer, link::encode(1, link::HelloRefused{kWhy})});
        return;
    }
    end_edge(peer);
    const auto window = std::clamp<std::uint64_t>(hello.window_bytes, kBatchBytesTarget, 256 << 20);
    EdgeLink fresh{link::SubscriberSender(window), link::LinkCounter(now_us_), next_session_++, {}, {}};
    auto& edge = edges_.emplace(peer, std::move(fresh)).first->second;
    static_cast<void>(edge.counter.accept(number, now_us_));
    out_->notices.push_back("edge " + peer + " joined");
    tell(edge, link::EdgeWelcome{kProtocolVersion, options_.name, options_.partitions, link::kNewestOfEdges});
}

void Broker::on_edge_message(const std::string& peer, EdgeLink& edge, const link::EdgeToBroker& message) {
    std::visit(
        Overloaded{
            [&](const link::EdgeHello&) {},
            [&](const link::Subscribe& subscribe) { on_subscribe(peer, edge, subscribe); },
            [&](const link::Unsubscribe& unsubscribe) {
                auto* topic = topics_.find(unsubscribe.path);
                if (!edge.sender.unsubscribe(unsubscribe.path) || topic == nullptr) return;
                --topic->subscribers;
                topics_.release(*topic);
            },
            [&](const link::SubscribeFilter& subscribe) {
                if (auto checked = check_topic_filter(subscribe.filter); !checked) {
                    return reply(peer, edge, subscribe.request, checked.error());
                }
                edge.sender.subscribe_filter(subscribe.realm, subscribe.filter);
                tell(edge, link::Subscribed{subscribe.request, 0, 0, 0, 0});
            },
            [&](const link::UnsubscribeFilter& unsubscribe) {
                edge.sender.unsubscribe_filter(unsubscribe.realm, unsubscribe.filter);
            },
            [&](const link::Credit& credit) { edge.sender.credit(credit.consumed_bytes); },
            [&](const link::Request& request) { on_request(peer, edge, request); },
            [&](const link::Fetch& fetch) { on_fetch(peer, edge, fetch); },
            [&](const link::ConnectionGone& gone) { scheduler_.connection_gone(peer, gone.connection, now_us_); },
            [&](const link::EdgeReport& report) { edge.standing.take(report, now_us_); },
            [&](const link::EdgeHeartbeat&) {},
            [&](const link::EdgeBye&) { end_edge(peer); },
        },
        message);
}

void Broker::on_subscribe(const std::string& peer, EdgeLink& edge, const link::Subscribe& subscribe) {
    if (auto checked = check_path(subscribe.path); !checked) {
        return reply(peer, edge, subscribe.request, checked.error());
    }
    auto& topic = topics_.find_or_create(subscribe.path);
    // "From now on" is where the edge's stream stands: events that a filter is still owed must not be passed over.
    auto after = edge.sender.stands_at(*topic.path, topic.committed);
    if (subscribe.epoch == topic.epoch) {
        after = std::min(subscribe.after, topic.committed);
    } else if (subscribe.epoch != 0) {
        after = topic.tail - 1;  // another log: all that it has is news
    }
    if (!edge.sender.is_subscribed(*topic.path)) ++topic.subscribers;
    flush_edge(peer, edge);  // what a filter is owed of this topic lies before the answer
    edge.sender.subscribe(topic.path, topic.epoch, after, topic.committed);
    tell(edge, link::Subscribed{subscribe.request, topic.epoch, after, topic.committed, topic.tail});
}

void Broker::on_fetch(const std::string& peer, EdgeLink& edge, const link::Fetch& fetch) {
    const auto* topic = topics_.find(fetch.path);
    const bool has_events =
        topic != nullptr && (fetch.epoch == 0 || fetch.epoch == topic->epoch) && fetch.after < topic->committed;
    if (!has_events) {
        link::Fetched none{fetch.request, 0, 0, 1, 0, {}};
        if (topic != nullptr) none = {fetch.request, topic->epoch, topic->committed, topic->tail, 0, {}};
        return tell(edge, none);
    }
    const auto token = next_read_++;
    reads_.emplace(token, PendingRead{peer, edge.session, fetch.request, topic->committed});
    const auto events_max = std::clamp<std::size_t>(fetch.events_max, 1, kFetchEventsMax);
    out_->reads.push_back({token, std::string(*topic->path), fetch.after, events_max, kFetchBytesMax});
}

void Broker::take_page(ReadPage& page) {
    if (take_output_page(page)) return;
    const auto read = reads_.extract(page.token);
    if (read.empty()) return;
    const auto& [name, session, fetch, committed] = read.mapped();
    const auto edge = edges_.find(name);
    if (edge == edges_.end() || edge->second.session != session) return;
    if (fetch == 0) return edge->second.sender.page(page.path, page.first, page.envelopes);
    const auto& topic = *topics_.find(page.path);
    link::Fetched fetched{fetch, topic.epoch, topic.committed, topic.tail, page.first, {}};
    std::size_t bytes = kFetchedFieldsBytes;
    fetched.envelopes.reserve(page.envelopes.size());
    for (const auto& envelope : page.envelopes) {
        fetched.envelopes.push_back({envelope.bytes});
        bytes += envelope.bytes.size() + kBlobHeaderBytes;
    }
    edge->second.frames.add(edge->second.counter.next(now_us_), fetched, bytes);
}

/// Where to go on. What was committed since the log was asked, with `committed` as the last one then, may be readable
/// although the log has found nothing that is.
std::uint64_t Broker::next_readable(const FailedRead& failed, std::uint64_t committed) {
    if (failed.readable_from == 0) return committed + 1;
    return std::min(failed.readable_from, topics_.find(failed.path)->committed + 1);
}

/// Whoever asked is told behind what can't be read the log goes on.
void Broker::take_failed_read(const FailedRead& failed) {
    ++stats_.read_errors;
    out_->notices.push_back("the log could not be read: " + describe(failed.error));
    if (skip_unreadable_output(failed)) return;
    const auto read = reads_.extract(failed.token);
    if (read.empty()) return;
    const auto& [name, session, fetch, committed] = read.mapped();
    const auto edge = edges_.find(name);
    if (edge == edges_.end() || edge->second.session != session) return;
    const auto& topic = *topics_.find(failed.path);
    const auto next = next_readable(failed, committed);
    if (fetch == 0) return edge->second.sender.page(failed.path, next, {});
    const link::Fetched none{fetch, topic.epoch, topic.committed, topic.tail, next, {}};
    tell(edge->second, none);
}

void Broker::on_request(const std::string& peer, EdgeLink& edge, const link::Request& request) {
    const auto command = decode_command(request.command, request.fields.bytes);
    if (!command) return reply(peer, edge, request.request, command.error());
    const auto* state = std::get_if<StateCommand>(&*command);
    if (state != nullptr && state->output) return on_output_request(peer, edge, request, *state);
    if (!room_ && answer_without_room(peer, edge, request, *command)) return;
    reply(peer, edge, request.request, obey(peer, request, *command));
}

Result<std::string> Broker::obey(const std::string& edge, const link::Request& request, const Command& command) {
    const auto realm = request.realm;
    const auto user = request.user;
    return std::visit(Overloaded{
                          [&](const PublishCommand& c) { return publish(realm, user, c); },
                          [&](const StartCommand& c) -> Result<std::string> {
                              if (c.task.empty()) return bad_request("task", "is required");
                              return scheduler_.start(realm, user, edge, c, now_us_);
                          },
                          [&](const AttachCommand& c) { return scheduler_.attach(realm, user, edge, c, now_us_); },
                          [&](const RunCommand& c) { return scheduler_.run(realm, c, now_us_); },
                          [&](const CancelCommand& c) { return scheduler_.cancel(realm, user, c, now_us_); },
                          [&](const InputCommand& c) { return scheduler_.input(realm, user, c, now_us_); },
                          [&](const StateCommand& c) { return scheduler_.state(realm, c); },
                          [&](const TasksCommand& c) { return scheduler_.tasks(realm, c); },
                          [&](const WorkersCommand&) { return scheduler_.workers(); },
                          [&](const KindsCommand&) { return scheduler_.kinds(realm); },
                          [&](const LedgerCommand& c) { return ledger(realm, c); },
                          [&](const ClusterCommand&) { return cluster(realm); },
                          [&](const JoinCommand& c) { return join(edge, request, c); },
                          [&](const LeaveCommand& c) { return leave(edge, request, c); },
                          [&](const PresenceCommand& c) -> Result<std::string> {
                              return presence_.members(topic_path(realm, c.topic));
                          },
                          [&](const HistoryCommand&) -> Result<std::string> {
                              return bad_request("cmd", "history is asked for by fetch");
                          },
                      },
                      command);
}

Result<std::string> Broker::publish(std::string_view realm, std::string_view user, const PublishCommand& command) {
    auto& topic = topics_.find_or_create(topic_path(realm, command.topic));
    if (!command.key.empty()) {
        const auto known = Topics::find_publish_key(topic, command.key);
        if (known != 0) return published_reply(topic, known, true);
    }
    const auto headers = publish_headers(user, command.key);
    Envelope envelope;
    envelope.producer = "client";
    envelope.time_us = now_us_;
    envelope.type = command.type;
    envelope.headers = headers;
    envelope.payload = command.data;
    const auto offset = append_record(topic, envelope).offset;
    if (!command.key.empty()) remember_publish_key(topic, command.key, offset);
    return published_reply(topic, offset, false);
}

/// What the log has of a topic, and what each edge that watches it has been sent since it does.
Result<std::string> Broker::ledger(std::string_view realm, const LedgerCommand& command) const {
    const auto* const topic = topics_.find(topic_path(realm, command.topic));
    if (topic == nullptr) return Error{Errc::not_found, "there is no such topic", "topic"};
    std::vector<std::pair<std::string_view, link::SubscriberSender::Ledger>> sent;
    for (const auto& [name, edge] : edges_) {
        if (const auto entry = edge.sender.ledger(*topic->path)) sent.emplace_back(name, *entry);
    }
    std::string reply;
    MsgpackWriter writer(reply);
    writer.map(5);
    writer.field("topic", command.topic);
    writer.field("epoch", epoch_text(topic->epoch));
    writer.field("head", topic->committed);
    writer.field("tail", topic->tail);
    writer.string("sent");
    writer.array(sent.size());
    for (const auto& [name, entry] : sent) {
        writer.map(5);
        writer.field("edge", name);
        writer.field("offset", entry.last);
        writer.field("due", entry.sent.due);
        writer.field("events", entry.sent.events);
        writer.field("gap", entry.sent.gap);
    }
    return reply;
}

/// Held like everything else that tells of a decision, until what was decided before it is durable.
void Broker::reply(const std::string& peer, EdgeLink& edge, std::uint64_t request, const Result<std::string>& result) {
    open_.messages.push_back({PeerKind::edge, peer, edge.session, prepare_reply(request, result)});
}

link::Prepared Broker::prepare_reply(std::uint64_t request, const Result<std::string>& result) {
    link::Reply message{request, {}, {}, {}, {}, 0};
    // A Result gives its error out as a copy, which must outlive the message's views of it.
    const auto error = result ? Error{} : result.error();
    if (result) {
        message.ok.bytes = *result;
    } else {
        message.code = to_string(error.code);
        message.message = error.message;
        message.field = error.field;
        message.retry_after_ms = error.retry_after_ms;
    }
    return link::prepare(message);
}

void Broker::take_frames(const std::string& name, EdgeLink& edge) {
    for (auto& frame : edge.frames.take()) out_->to_edges.push_back({name, std::move(frame)});
}

void Broker::reset_edge(const std::string& peer, std::string_view reason) {
    end_edge(peer);
    out_->to_edges.push_back({peer, link::encode(0, link::LinkReset{reason})});
}

void Broker::end_edge(const std::string& peer) {
    const auto edge = edges_.find(peer);
    if (edge == edges_.end()) return;
    take_frames(peer, edge->second);
    presence_.lose_edge(peer, now_us_);
    scheduler_.edge_gone(peer, now_us_);
    edge->second.sender.for_each_subscribed([this](const SharedText& path) {
        auto* topic = topics_.find(*path);
        if (topic == nullptr) return;
        --topic->subscribers;
        topics_.release(*topic);
    });
    edges_.erase(edge);
}

}  // namespace longwire::broker
