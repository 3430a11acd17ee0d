#include "tests/unit/broker/broker_harness.h"

#include <algorithm>
#include <stdexcept>

#include "protocol/json.h"
#include "protocol/json_value.h"
#include "protocol/limits.h"
#include "protocol/topic.h"

namespace longwire::broker::testing {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

std::string name_of(const link::AttemptRef& ref) {
    return std::string(ref.task) + "#" + std::to_string(ref.attempt);
}

bool is_end(std::string_view type) {
    return type == event_type::kTaskCompleted || type == event_type::kTaskFailed || type == event_type::kTaskCancelled;
}

}  // namespace

std::string msgpack(std::string_view json) { return json_to_msgpack(json).value(); }

boost::json::value json_of(std::string_view msgpack) { return msgpack_to_json_value(msgpack).value(); }

std::string text_of(const boost::json::value& value) { return boost::json::serialize(value); }

std::string path_of(std::string_view topic) { return topic_path(kRealm, topic); }

SeenEvent seen(std::string_view path, std::uint64_t epoch, std::uint64_t offset, std::string_view bytes) {
    const auto envelope = parse_envelope(bytes).value();
    return {std::string(split_path(path).topic), epoch, offset, std::string(envelope.type), envelope.attempt,
            std::string(envelope.producer), envelope.sequence, json_of(envelope.payload)};
}

std::string brief(const SeenEvent& event) { return std::to_string(event.offset) + " " + event.type; }

std::vector<std::string> brief(const std::vector<SeenEvent>& events) {
    std::vector<std::string> lines;
    for (const auto& event : events) lines.push_back(brief(event));
    return lines;
}

// The log.

void GatedLog::append(CommitBatch batch) {
    if (held_) {
        waiting_.push_back(std::move(batch));
    } else {
        commit(std::move(batch));
    }
}

void GatedLog::commit(CommitBatch batch) {
    durable_.insert(durable_.end(), batch.records->begin(), batch.records->end());
    for (const auto& [key, value] : batch.state) {
        if (value.empty()) {
            state_.erase(key);
        } else {
            state_[key] = value;
        }
    }
    log_.append(std::move(batch));
}

std::vector<KeptTopic> GatedLog::topics() const {
    std::map<std::string, KeptTopic> topics;
    for (const auto& record : durable_) {
        const auto tail = record.offset;
        auto& topic = topics.try_emplace(*record.path, KeptTopic{*record.path, record.epoch, 0, tail}).first->second;
        topic.head = record.offset;
    }
    std::vector<KeptTopic> kept;
    for (auto& [path, topic] : topics) kept.push_back(std::move(topic));
    return kept;
}

std::vector<StatePut> GatedLog::state() const {
    std::vector<StatePut> entries;
    for (const auto& [key, value] : state_) entries.push_back({key, value});
    return entries;
}

void GatedLog::release() {
    held_ = false;
    release(waiting_.size());
}

void GatedLog::release(std::size_t batches) {
    for (; batches > 0 && !waiting_.empty(); --batches) {
        commit(std::move(waiting_.front()));
        waiting_.pop_front();
    }
}

void GatedLog::crash() {
    waiting_.clear();
    static_cast<void>(log_.poll());
}

// Workers.

FakeWorker::FakeWorker(Options options)
    : options_(std::move(options)), sender_({options_.name, options_.incarnation, options_.window_bytes}) {}

void FakeWorker::hello() {
    is_live_ = false;
    sender_.disconnected();
    counter_.emplace(now_us_);
    outgoing_.clear();
    link::WorkerHello hello;
    hello.version = kProtocolVersion;
    hello.worker = options_.name;
    hello.incarnation = options_.incarnation;
    hello.kinds.assign(options_.kinds.begin(), options_.kinds.end());
    hello.capacity = options_.capacity;
    hello.program = "fake 1.0";
    for (const auto& [task, attempt] : attempts_) {
        if (attempt.end && sender_.is_committed(*attempt.end)) continue;
        hello.running.push_back({kRealm, task, attempt.attempt});
    }
    hello.acknowledged = sender_.acknowledged();
    send(hello);
}

void FakeWorker::bye() {
    send(link::WorkerBye{});
    is_live_ = false;
}

void FakeWorker::draining() { send(link::WorkerDraining{}); }

void FakeWorker::hand_back(const std::string& task) {
    const auto held = attempts_.find(task);
    if (held == attempts_.end()) return;
    send(link::HandBack{{kRealm, task, held->second.attempt}, "asked to"});
    attempts_.erase(held);
}

bool FakeWorker::emit(const std::string& task, std::string_view type, std::string_view json) {
    return emit_as(task, last_attempt_[task], type, json);
}

bool FakeWorker::emit_as(const std::string& task, std::uint32_t attempt, std::string_view type, std::string_view json) {
    Envelope extra;
    extra.attempt = attempt;
    if (!publish(task_topic(task), type, json, extra)) return false;
    const auto held = attempts_.find(task);
    if (is_end(type) && held != attempts_.end() && held->second.attempt == attempt) {
        const auto partition = partition_of(path_of(task_topic(task)), 16);
        for (const auto& position : sender_.published()) {
            if (position.partition == partition) held->second.end = position;
        }
    }
    return true;
}

bool FakeWorker::publish(std::string_view topic, std::string_view type, std::string_view json, const Envelope& extra) {
    const auto payload = msgpack(json);
    auto envelope = extra;
    envelope.time_us = now_us_;
    envelope.type = type;
    envelope.payload = payload;
    sender_.set_subscribed(publishes_by_pub);
    return sender_.emit(path_of(topic), envelope).has_value();
}

std::size_t FakeWorker::count(std::string_view word) const {
    return static_cast<std::size_t>(std::count_if(heard_.begin(), heard_.end(), [&](const auto& line) {
        return std::string_view(line).starts_with(word);
    }));
}

void FakeWorker::session_over() {
    is_live_ = false;
    counter_.reset();
    sender_.disconnected();
    if (rejoins) hello();
}

void FakeWorker::assigned(const link::AssignTask& assign) {
    auto& held = attempts_[std::string(assign.attempt.task)];
    if (held.attempt != assign.attempt.attempt) held = {assign.attempt.attempt, assign.run, 0, false, {}};
    last_attempt_[std::string(assign.attempt.task)] = assign.attempt.attempt;
}

std::string FakeWorker::forget(const link::AttemptRef& ref) {
    const auto held = attempts_.find(std::string(ref.task));
    if (held != attempts_.end() && held->second.attempt == ref.attempt) attempts_.erase(held);
    return name_of(ref);
}

void FakeWorker::hear(const link::BrokerToWorker& message) {
    std::visit(
        Overloaded{
            [&](const link::WorkerWelcome& welcome) {
                is_live_ = true;
                positions_ = welcome.positions;
                if (!sender_.welcome(welcome)) throw std::logic_error("the partitions have changed");
                heard_.emplace_back("welcome");
            },
            [&](const link::EventsCommitted& committed) {
                for (const auto& position : committed.positions) sender_.committed(position);
                std::erase_if(attempts_, [&](const auto& held) {
                    return held.second.end && sender_.is_committed(*held.second.end);
                });
                heard_.emplace_back("ack");
            },
            [&](const link::ResendRequest& request) {
                sender_.resend(request);
                heard_.push_back("resend " + std::to_string(request.from) + "-" + std::to_string(request.to));
            },
            [&](const link::AssignTask& assign) {
                assigned(assign);
                heard_.push_back("assign " + name_of(assign.attempt));
            },
            [&](const link::CancelTask& cancel) {
                const auto held = attempts_.find(std::string(cancel.attempt.task));
                if (held != attempts_.end()) held->second.cancelled = true;
                heard_.push_back("cancel " + name_of(cancel.attempt));
            },
            [&](const link::TaskInput& input) {
                const auto data = text_of(json_of(input.data.bytes));
                heard_.push_back("input " + name_of(input.attempt) + " " + data);
                const auto held = attempts_.find(std::string(input.attempt.task));
                if (held == attempts_.end() || held->second.attempt != input.attempt.attempt) return;
                if (input.offset <= held->second.last_input) return;
                held->second.last_input = input.offset;
                inputs.emplace_back(name_of(input.attempt), data);
            },
            [&](const link::RevokeAttempt& revoke) { heard_.push_back("revoke " + forget(revoke.attempt)); },
            [&](const link::EventRefused& refused) {
                // What a real worker does: an event of an attempt that isn't its own any more ends that attempt, if
                // the event is still known.
                const auto event = sender_.find(refused.at);
                heard_.push_back("refused " + std::string(refused.code) + (event ? "" : " unknown"));
            },
            [&](const link::BrokerHeartbeat&) {},
            [&](const link::LinkReset&) {
                heard_.emplace_back("reset");
                session_over();
            },
            [&](const link::HelloRefused&) {
                heard_.emplace_back("hello refused");
                counter_.reset();
            },
        },
        message);
}

void FakeWorker::receive(std::string_view bytes, std::int64_t now_us) {
    now_us_ = now_us;
    const auto decoded = link::decode<link::BrokerToWorker>(bytes);
    if (!decoded) throw std::logic_error("the broker sent what nobody can read");
    const auto& message = decoded->message;
    const bool is_outside = std::holds_alternative<link::LinkReset>(message) ||
                            std::holds_alternative<link::HelloRefused>(message);
    if (!is_outside) {
        if (!counter_) return;
        if (std::holds_alternative<link::WorkerWelcome>(message)) {
            counter_->peer_began_anew(now_us);
        } else if (!is_live_) {
            return;
        } else if (!counter_->accept(decoded->number, now_us)) {
            return session_over();
        }
    }
    hear(message);
}

void FakeWorker::tick(std::int64_t now_us) {
    now_us_ = now_us;
    if (!is_live_ || !is_heartbeating || !counter_) return;
    if (counter_->is_peer_lost(now_us)) return session_over();
    if (counter_->is_heartbeat_due(now_us)) send(link::WorkerHeartbeat{sender_.published()});
}

void FakeWorker::send_into(BrokerInbox& in) {
    if (is_live_) {
        for (auto& outgoing : sender_.take_outgoing()) {
            if (outgoing.over_link) {
                send(link::ResentEvents{{*outgoing.key}, {outgoing.envelopes}});
                continue;
            }
            if (loses_pub || !is_connected) continue;
            const auto bytes = std::make_shared<const std::string>(outgoing.envelopes);
            in.published.push_back({*outgoing.key, bytes});
            if (duplicates_pub) in.published.push_back({*outgoing.key, bytes});
        }
    }
    for (auto& bytes : std::exchange(outgoing_, {})) {
        if (is_connected) in.from_workers.push_back({options_.name, std::move(bytes)});
    }
}

// Edges.

std::string Answer::text(std::string_view name) const {
    const auto* value = ok.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string{};
}

std::int64_t Answer::number(std::string_view name) const {
    const auto* value = ok.if_contains(name);
    return value != nullptr && value->is_number() ? value->to_number<std::int64_t>() : -1;
}

FakeEdge::FakeEdge(World& world, std::string name, std::size_t window_bytes)
    : world_(world), name_(std::move(name)), receiver_({name_, window_bytes, 100'000}, *this) {}

std::uint64_t FakeEdge::send(std::string_view command, std::string_view json) {
    return receiver_.request(kRealm, "ann", command, msgpack(json), false, now_us_);
}

std::uint64_t FakeEdge::fetch(std::string_view topic, std::uint64_t epoch, std::uint64_t after,
                              std::uint32_t events_max) {
    return receiver_.fetch(path_of(topic), epoch, after, events_max, now_us_);
}

Answer FakeEdge::ask(std::string_view command, std::string_view json) {
    const auto number = send(command, json);
    world_.settle();
    const auto answer = answers.find(number);
    if (answer == answers.end()) throw std::logic_error("no answer to " + std::string(command));
    return answer->second;
}

Answer FakeEdge::start(const std::string& task, std::string_view more) {
    return ask("start", R"({"kind":"demo","task":")" + task + "\"" + std::string(more) + "}");
}

boost::json::object FakeEdge::state(const std::string& task) { return ask("state", R"({"task":")" + task + "\"}").ok; }

std::vector<std::string> FakeEdge::events_of(std::string_view topic) const {
    std::vector<std::string> lines;
    for (const auto& event : events) {
        if (event.topic == topic) lines.push_back(brief(event));
    }
    return lines;
}

void FakeEdge::receive(std::string_view bytes, std::int64_t now_us) {
    now_us_ = now_us;
    bytes_received += bytes.size();
    if (!is_reading) {
        unread_.emplace_back(bytes);
        return;
    }
    receiver_.receive(bytes, now_us);
}

void FakeEdge::tick(std::int64_t now_us) {
    now_us_ = now_us;
    while (is_reading && !unread_.empty()) {
        const auto bytes = std::move(unread_.front());
        unread_.pop_front();
        receiver_.receive(bytes, now_us);
    }
    receiver_.tick(now_us);
}

void FakeEdge::send_into(BrokerInbox& in) {
    for (auto& bytes : receiver_.take_outgoing()) {
        if (is_connected) in.from_edges.push_back({name_, std::move(bytes)});
    }
}

void FakeEdge::on_subscribed(const std::string& path, const link::Subscribed& subscribed) {
    told.push_back("subscribed " + std::string(split_path(path).topic) + " " + std::to_string(subscribed.after) + " " +
                   std::to_string(subscribed.head) + " " + std::to_string(subscribed.tail));
}

void FakeEdge::on_subscribe_failed(const std::string& path, const Error& error) {
    told.push_back("failed " + std::string(split_path(path).topic) + " " + std::string(to_string(error.code)));
}

void FakeEdge::on_events(const link::TopicEvents& group) {
    for (auto offset = group.first; const auto& envelope : group.envelopes) {
        events.push_back(seen(group.path, group.epoch, offset++, envelope.bytes));
    }
}

void FakeEdge::on_gap(const std::string& path, const link::DeliveryGap& gap) {
    told.push_back("gap " + std::string(split_path(path).topic) + " " + std::to_string(gap.from) + "-" +
                   std::to_string(gap.to));
}

void FakeEdge::on_reply(std::uint64_t request, const Result<std::string_view>& reply) {
    if (reply) {
        answers[request] = {json_of(*reply).as_object(), {}, {}, 0};
    } else {
        const auto& error = reply.error();
        answers[request] = {{}, std::string(to_string(error.code)), error.field, error.retry_after_ms};
    }
}

void FakeEdge::on_fetched(std::uint64_t request, const Result<link::Fetched>& page) {
    auto& lines = fetched[request];
    if (!page) return;
    for (auto offset = page->first; const auto& envelope : page->envelopes) {
        lines.push_back(brief(seen("r/fetched", page->epoch, offset++, envelope.bytes)));
    }
}

// The world.

World::Options World::defaults() {
    Options options;
    options.broker.name = "broker-1";
    return options;
}

World::World(Options options)
    : log(options.log_bytes), options_(std::move(options)), random_(options_.seed), broker_(make_broker()) {}

std::unique_ptr<Broker> World::make_broker() {
    return std::make_unique<Broker>(options_.broker, [this] { return random_() | 1; });
}

FakeWorker& World::worker(FakeWorker::Options options) {
    const auto name = options.name;
    auto& worker = *(workers_[name] = std::make_unique<FakeWorker>(std::move(options)));
    worker.tick(now_us_);
    return worker;
}

FakeEdge& World::edge(const std::string& name) {
    auto& edge = edges_[name];
    if (!edge) edge = std::make_unique<FakeEdge>(*this, name, options_.edge_window_bytes);
    settle();
    return *edge;
}

void World::turn(std::int64_t ms) {
    now_us_ += ms * 1000;
    BrokerInbox in;
    BrokerOutbox out;
    in.is_tapped = is_tapped;
    in.log = log.poll();
    for (auto& [name, worker] : workers_) {
        worker->tick(now_us_);
        worker->send_into(in);
    }
    for (auto& [name, edge] : edges_) {
        edge->tick(now_us_);
        edge->send_into(in);
    }
    moved_ = !in.log.empty() || !in.published.empty() || !in.from_workers.empty() || !in.from_edges.empty();
    broker_->step(now_us_, in, out);
    if (out.commit) log.append(*out.commit);
    for (auto& read : out.reads) log.read(std::move(read));
    moved_ = deliver(out) || out.commit.has_value() || !out.reads.empty() || moved_;
}

bool World::deliver(const BrokerOutbox& out) {
    for (const auto& [peer, bytes] : out.to_workers) {
        const auto worker = workers_.find(peer);
        if (worker != workers_.end() && worker->second->is_connected) {
            worker->second->receive(bytes, now_us_);
        } else {
            broker_->peer_unreachable(PeerKind::worker, peer);
        }
    }
    for (const auto& [peer, bytes] : out.to_edges) {
        const auto edge = edges_.find(peer);
        if (edge != edges_.end() && edge->second->is_connected) {
            edge->second->receive(bytes, now_us_);
        } else {
            broker_->peer_unreachable(PeerKind::edge, peer);
        }
    }
    tapped.insert(tapped.end(), out.tap.begin(), out.tap.end());
    notices.insert(notices.end(), out.notices.begin(), out.notices.end());
    return !out.to_workers.empty() || !out.to_edges.empty();
}

void World::settle() {
    for (int turns = 0; turns < 10'000; ++turns) {
        turn();
        if (!moved_) return;
    }
    throw std::logic_error("the world does not come to rest");
}

void World::pass(std::int64_t ms) {
    while (ms > 0) {
        const auto part = std::min<std::int64_t>(ms, ms > 2000 ? 100 : 10);
        turn(part);
        settle();
        ms -= part;
    }
}

void World::restart() {
    log.crash();
    broker_ = make_broker();
    for (const auto& topic : log.topics()) broker_->restore(topic);
    for (const auto& entry : log.state()) broker_->restore(entry).value();
    broker_->restored(now_us_);
}

std::vector<SeenEvent> World::events_of(std::string_view topic) const {
    std::vector<SeenEvent> events;
    const auto path = path_of(topic);
    for (const auto& record : log.durable()) {
        if (*record.path == path) events.push_back(seen(path, record.epoch, record.offset, record.envelope.bytes));
    }
    return events;
}

}  // namespace longwire::broker::testing
