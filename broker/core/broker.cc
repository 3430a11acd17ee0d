#include "broker/core/broker.h"

#include <algorithm>
#include <utility>

#include "protocol/event_types.h"
#include "protocol/limits.h"
#include "protocol/msgpack_fields.h"
#include "protocol/topic.h"

namespace longwire::broker {
namespace {

constexpr std::int64_t kTendLinksUs = 10'000;
constexpr std::string_view kBrokerProducer = "broker";  // of events that the broker itself writes

}  // namespace

Broker::Broker(Options options, std::function<std::uint64_t()> random)
    : options_(std::move(options)), topics_(std::move(random)), scheduler_(options_.scheduler, *this) {}

void Broker::restore(const Record& record) {
    topics_.restore(record);
    const auto envelope = parse_envelope(record.envelope.bytes);
    if (!envelope) return;
    const auto [realm, topic] = split_path(*record.path);
    const auto task = task_of_topic(topic);
    if (!task.empty()) scheduler_.restore(realm, task, record.epoch, record.offset, *envelope);
    if (envelope->sequence == 0) return restore_unsequenced(record, *envelope);
    auto& worker = worker_in_its_life(envelope->producer, envelope->incarnation);
    if (worker.incarnation != envelope->incarnation) return;
    worker.receiver.restore({partition_of(*record.path, options_.partitions), envelope->sequence});
}

/// An event that is not a worker's.
void Broker::restore_unsequenced(const Record& record, const Envelope& envelope) {
    const auto key = envelope_header(envelope, "key");
    if (!key.empty()) Topics::remember_publish_key(topics_.find_or_create(*record.path), key, record.offset);
    if (envelope.type != event_type::kTaskStarted) return;
    // A worker may hold an attempt and not have said a word of it: which life of it that is must be known all the same.
    const auto started = MsgpackFields::parse(envelope.payload, "payload");
    if (!started) return;
    const auto worker = started->string("worker");
    const auto incarnation = started->integer("incarnation", 0, INT64_MAX);
    if (worker && incarnation) worker_in_its_life(*worker, static_cast<std::uint64_t>(*incarnation));
}

void Broker::step(std::int64_t now_us, BrokerInbox& in, BrokerOutbox& out) {
    now_us_ = now_us;
    out_ = &out;
    is_tapped_ = in.is_tapped;
    take_log(in.log);
    for (const auto& frame : in.from_workers) on_worker_frame(frame);
    for (const auto& frame : in.published) on_published(frame.key, frame.envelopes);
    for (const auto& frame : in.from_edges) on_edge_frame(frame);
    scheduler_.advance(now_us);
    if (now_us - links_tended_us_ >= kTendLinksUs) tend_links();
    close_batch();
    flush_acknowledgements();
    flush_edges();
    out_ = nullptr;
}

void Broker::take_log(LogOutcome& outcome) {
    for (const auto& trimmed : outcome.trimmed) {
        if (auto* topic = topics_.find(trimmed.path)) topic->tail = trimmed.tail;
    }
    for (const auto& committed : outcome.committed) {
        while (!pending_.empty() && pending_.front().ticket <= committed.ticket) {
            auto batch = std::move(pending_.front());
            pending_.pop_front();
            release(batch);
        }
    }
    for (auto& page : outcome.pages) take_page(page);
}

/// Hands the step's decisions to the log, or, where there is nothing to commit, behind what is being committed.
void Broker::close_batch() {
    if (open_.empty()) return;
    auto batch = std::exchange(open_, {});
    if (batch.records->empty()) {
        if (pending_.empty()) return release(batch);
        batch.ticket = pending_.back().ticket;
    } else {
        batch.ticket = next_ticket_++;
        out_->commit = CommitBatch{batch.ticket, batch.records};
    }
    pending_.push_back(std::move(batch));
}

void Broker::release(Batch& batch) {
    Topic* topic = nullptr;
    for (const auto& record : *batch.records) {
        // Records of one topic come in runs.
        if (topic == nullptr || topic->path != record.path) topic = topics_.find(*record.path);
        deliver(*topic, record);
    }
    // A worker forgets what is acknowledged, so it must have heard before which of it was refused.
    for (const auto& refusal : batch.refusals) send_held(refusal);
    for (const auto& [name, incarnation, at] : batch.acknowledgements) {
        const auto worker = workers_.find(name);
        if (worker == workers_.end() || worker->second.incarnation != incarnation) continue;
        if (!worker->second.receiver.committed(at)) continue;
        if (worker->second.unacknowledged.empty()) workers_with_news_.push_back(name);
        worker->second.unacknowledged.insert(at.partition);
    }
    // What the worker is told about its events comes before what follows from them.
    flush_acknowledgements();
    for (const auto& held : batch.messages) send_held(held);
}

/// Messages of a session that is over are dropped: its peer resumes from state, not from them.
void Broker::send_held(const HeldMessage& held) {
    if (held.kind == PeerKind::worker) {
        const auto worker = workers_.find(held.peer);
        const bool is_current = worker != workers_.end() && worker->second.session == held.session;
        if (is_current) send_now(held.peer, worker->second, held.message);
    } else {
        const auto edge = edges_.find(held.peer);
        const bool is_current = edge != edges_.end() && edge->second.session == held.session;
        if (is_current) send_now(held.peer, edge->second, held.message);
    }
}

void Broker::deliver(Topic& topic, const Record& record) {
    topic.committed = record.offset;
    ++stats_.events_committed;
    stats_.bytes_committed += record.envelope.bytes.size();
    for (auto& [name, edge] : edges_) edge.sender.offer(*record.path, record.epoch, record.offset, record.envelope);
    if (is_tapped_) out_->tap.push_back({record.path, record.epoch, record.offset, record.envelope});
}

void Broker::flush_edges() {
    for (auto& [name, edge] : edges_) flush_edge(name, edge);
}

void Broker::flush_edge(const std::string& name, EdgeLink& edge) {
    const auto groups = edge.sender.take_groups();
    link::Deliver deliver;
    std::size_t bytes = 0;
    const auto send = [&] {
        if (deliver.topics.empty()) return;
        out_->to_edges.push_back({name, link::encode(edge.counter.next(now_us_), deliver)});
        edge.sender.sent(out_->to_edges.back().bytes.size());
        deliver.topics.clear();
        bytes = 0;
    };
    for (const auto& group : groups) {
        bool is_open = false;
        for (std::size_t i = 0; i < group.envelopes.size(); ++i) {
            if (!is_open) deliver.topics.push_back({group.path, group.epoch, group.first + i, {}});
            is_open = true;
            deliver.topics.back().envelopes.push_back({group.envelopes[i].bytes});
            bytes += group.envelopes[i].bytes.size();
            ++stats_.events_delivered;
            if (bytes < kBatchBytesTarget) continue;
            send();
            is_open = false;
        }
    }
    send();
    for (const auto& gap : edge.sender.take_gaps()) {
        send_now(name, edge, link::prepare(link::DeliveryGap{gap.path, gap.epoch, gap.from, gap.to}));
    }
    for (auto& request : edge.sender.take_page_requests()) {
        const auto token = next_read_++;
        reads_.emplace(token, PendingRead{name, edge.session, 0});
        out_->reads.push_back({token, std::move(request.path), request.after, SIZE_MAX, request.bytes_max});
    }
}

void Broker::tend_links() {
    links_tended_us_ = now_us_;
    for (auto& [name, worker] : workers_) {
        if (!worker.counter) continue;
        if (worker.counter->is_peer_lost(now_us_)) {
            out_->notices.push_back("worker " + name + " has gone quiet");
            end_session(name, worker);
            continue;
        }
        for (const auto& request : worker.receiver.missing(now_us_)) send_now(name, worker, link::prepare(request));
        if (worker.counter->is_heartbeat_due(now_us_)) send_now(name, worker, link::prepare(link::BrokerHeartbeat{}));
    }
    std::vector<std::string> lost;
    for (auto& [name, edge] : edges_) {
        if (edge.counter.is_peer_lost(now_us_)) {
            lost.push_back(name);
        } else if (edge.counter.is_heartbeat_due(now_us_)) {
            send_now(name, edge, link::prepare(link::BrokerHeartbeat{}));
        }
    }
    for (const auto& name : lost) {
        out_->notices.push_back("edge " + name + " has gone quiet");
        end_edge(name);
    }
}

void Broker::peer_unreachable(PeerKind kind, const std::string& peer) {
    if (kind == PeerKind::edge) return end_edge(peer);
    const auto worker = workers_.find(peer);
    if (worker != workers_.end()) end_session(peer, worker->second);
}

Record& Broker::append_record(Topic& topic, const Envelope& envelope) {
    std::string bytes;
    bytes.reserve(envelope.payload.size() + 96);
    write_envelope(envelope, bytes);
    return open_.records->emplace_back(topics_.append(topic, SharedSlice::of(std::move(bytes))));
}

void Broker::append(Task& task, std::uint32_t attempt, std::string_view type, std::string payload) {
    Envelope envelope;
    envelope.producer = kBrokerProducer;
    envelope.time_us = now_us_;
    envelope.type = type;
    envelope.attempt = attempt;
    envelope.payload = payload;
    auto& topic = topics_.find_or_create(topic_path(task.realm, task_topic(task.id)));
    const auto& record = append_record(topic, envelope);
    task.epoch = record.epoch;
    fold(task, record.offset, envelope);
}

}  // namespace longwire::broker
