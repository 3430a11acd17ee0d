#include "tests/unit/broker/broker_harness.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "protocol/json.h"
#include "protocol/json_value.h"
#include "protocol/limits.h"
#include "protocol/topic.h"

namespace longwire::broker::testing {
std::string msgpack(std::string_view json) {
    return json_to_msgpack(json).value();
}

boost::json::value json_of(std::string_view msgpack) {
    return msgpack_to_json_value(msgpack).value();
}

std::string text_of(const boost::json::value& value) {
    return boost::json::serialize(value);
}

std::string path_of(std::string_view topic) {
    return topic_path(kRealm, topic);
}

SeenEvent seen(std::string_view path, std::uint64_t epoch, std::uint64_t offset, std::string_view bytes) {
    const auto envelope = parse_envelope(bytes).value();
    return {std::string(split_path(path).topic),
            epoch,
            offset,
            std::string(envelope.type),
            envelope.attempt,
            std::string(envelope.producer),
            envelope.sequence,
            json_of(envelope.payload)};
}

std::string brief(const SeenEvent& event) {
    return std::to_string(event.offset) + " " + event.type;
}

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

void GatedLog::read(ReadRequest request) {
    if (request.after + 1 >= readable_from_) return log_.read(std::move(request));
    const Error error{Errc::internal, "cannot read " + request.path};
    failed_reads_.push_back({request.token, error, request.path, readable_from_ == kAll ? 0 : readable_from_});
}

LogOutcome GatedLog::poll() {
    auto outcome = log_.poll();
    if (durability_) {
        for (auto& committed : outcome.committed) committed.durability = *durability_;
    }
    outcome.room = std::exchange(room_, std::nullopt);
    outcome.failed_reads = std::exchange(failed_reads_, {});
    return outcome;
}

void GatedLog::commit(CommitBatch batch) {
    durable_.insert(durable_.end(), batch.records->begin(), batch.records->end());
    for (const auto& trim : batch.trims) {
        std::erase_if(durable_, [&](const Record& record) {
            if (*record.path != trim.path || record.offset >= trim.tail) return false;
            trimmed_[trim.path] = KeptTopic{trim.path, record.epoch, trim.tail - 1, trim.tail};
            return true;
        });
    }
    for (const auto& [key, value] : batch.state) {
        if (value.empty()) {
            state_.erase(key);
        } else {
            state_[key] = value;
        }
    }
    had_lifecycle_ = batch.has_lifecycle;
    log_.append(std::move(batch));
}

std::vector<KeptTopic> GatedLog::topics() const {
    auto topics = trimmed_;
    for (const auto& record : durable_) {
        const auto tail = record.offset;
        auto& topic =
            topics.try_emplace(std::string(*record.path), KeptTopic{std::string(*record.path), record.epoch, 0, tail})
                .first->second;
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

boost::json::object FakeEdge::state(const std::string& task) {
    return ask("state", R"({"task":")" + task + "\"}").ok;
}

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
    if (!page) return lines.push_back("error " + std::string(to_string(page.error().code)));
    if (page->envelopes.empty() && page->first > page->tail)
        lines.push_back("none before " + std::to_string(page->first));
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
    in.published = std::exchange(published, {});
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
    warnings.insert(warnings.end(), out.warnings.begin(), out.warnings.end());
    const auto& cancelled = out.cancelled_after_us;
    cancelled_after_us.insert(cancelled_after_us.end(), cancelled.begin(), cancelled.end());
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
