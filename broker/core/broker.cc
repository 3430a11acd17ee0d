#include "broker/core/broker.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "protocol/event_types.h"
#include "protocol/limits.h"
#include "protocol/msgpack_fields.h"
#include "protocol/topic.h"

namespace longwire::broker {
namespace {

constexpr std::int64_t kTendLinksUs = 10'000;

}  // namespace

Broker::Broker(Options options, std::function<std::uint64_t()> random)
    : options_(std::move(options)),
      topics_(std::move(random)),
      scheduler_(options_.scheduler, *this),
      outputs_(options_.outputs_bytes_max),
      presence_(options_.presence),
      ended_topics_(options_.retain_ended_ms) {}

Status Broker::restore(const StatePut& entry) {
    LW_TRY(RestoredState state, read_state(entry));
    if (auto* origin = std::get_if<RestoredOrigin>(&state)) {
        restored_origins_.insert_or_assign({origin->realm, origin->task}, std::move(origin->origin));
    } else if (auto* restored = std::get_if<RestoredTask>(&state)) {
        auto& task = restored_tasks_.emplace_back(std::move(restored->task));
        auto kept = restored_origins_.extract({task.realm, task.id});
        if (kept.empty()) return Error{Errc::internal, "task " + task.id + " is kept without its origin", "data-dir"};
        static_cast<TaskOrigin&>(task) = std::move(kept.mapped());
    } else if (auto* input = std::get_if<RestoredInput>(&state)) {
        restored_inputs_.push_back(std::move(*input));
    } else if (const auto* key = std::get_if<RestoredPublishKey>(&state)) {
        if (auto* topic = topics_.find(key->path)) Topics::remember_publish_key(*topic, key->key, key->offset);
    } else if (auto* member = std::get_if<RestoredMember>(&state)) {
        presence_.restore({member->path, member->member}, std::move(member->info_raw), member->since_us);
    } else if (const auto* positions = std::get_if<RestoredPositions>(&state)) {
        auto& worker = worker_in_its_life(positions->producer, positions->incarnation);
        const bool is_this_life = worker.incarnation == positions->incarnation;
        for (const auto& at : positions->at) {
            if (is_this_life) worker.receiver.restore(at);
        }
    }
    return {};
}

void Broker::restored(std::int64_t now_us) {
    started_us_ = now_us;
    for (auto& task : restored_tasks_) {
        ended_topics_.note(task);
        // Events that leave the state as it was move nothing but the place.
        const auto* topic = topics_.find(topic_path(task.realm, task_topic(task.id)));
        if (topic != nullptr) {
            task.epoch = topic->epoch;
            task.offset = topic->head;
        }
        // A worker may hold an attempt and not have said a word of it: which life of it that is must be known too.
        if (!task.worker.empty()) worker_in_its_life(task.worker, task.worker_incarnation);
    }
    std::sort(restored_tasks_.begin(), restored_tasks_.end(),
              [](const Task& a, const Task& b) { return a.age < b.age; });
    for (auto& task : std::exchange(restored_tasks_, {})) scheduler_.restore(std::move(task));
    for (auto& input : std::exchange(restored_inputs_, {})) scheduler_.restore(std::move(input));
    restored_origins_.clear();
    scheduler_.restored(now_us);
    presence_.restored(now_us);
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
    announce_gone();
    if (now_us - links_tended_us_ >= kTendLinksUs) tend_links();
    open_.trims = ended_topics_.take_due(now_us, [this](const EndedTopics::Ended& ended) { return tail_of(ended); });
    close_batch();
    flush_acknowledgements();
    flush_edges();
    out_ = nullptr;
}

void Broker::take_log(LogOutcome& outcome) {
    if (outcome.room) take_room(*outcome.room);
    for (const auto& trimmed : outcome.trimmed) {
        if (auto* topic = topics_.find(trimmed.path)) topic->tail = std::max(topic->tail, trimmed.tail);
    }
    for (const auto& committed : outcome.committed) {
        while (!pending_.empty() && pending_.front().ticket <= committed.ticket) {
            auto batch = std::move(pending_.front());
            pending_.pop_front();
            release(batch, committed.durability);
        }
    }
    for (auto& page : outcome.pages) take_page(page);
    for (const auto& failed : outcome.failed_reads) take_failed_read(failed);
}

/// Hands the step's decisions to the log, or, where there is nothing to commit, behind what is being committed.
void Broker::close_batch() {
    if (open_.empty()) return;
    auto batch = std::exchange(open_, {});
    keep_state(batch);
    if (batch.records->empty() && batch.state.empty() && batch.trims.empty()) {
        if (pending_.empty()) return release(batch, Durability::fsync);  // it tells of nothing that could be lost
        batch.ticket = pending_.back().ticket;
    } else {
        batch.ticket = next_ticket_++;
        out_->commit = CommitBatch{
            batch.ticket, now_us_, batch.records, std::move(batch.state), std::move(batch.trims), batch.has_lifecycle};
    }
    pending_.push_back(std::move(batch));
}

void Broker::release(Batch& batch, Durability durability) {
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
        worker->second.durability = std::min(worker->second.durability, durability);
    }
    // What the worker is told about its events comes before what follows from them.
    flush_acknowledgements();
    for (const auto& held : batch.messages) send_held(held);
    for (const auto asked_us : batch.cancels_asked_us) out_->cancelled_after_us.push_back(now_us_ - asked_us);
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
        if (is_current) tell(edge->second, held.message);
    }
}

void Broker::deliver(Topic& topic, const Record& record) {
    topic.committed = record.offset;
    ++stats_.events_committed;
    stats_.bytes_committed += record.envelope.bytes.size();
    ages_.durable.add(now_us_ - record.time_us);
    for (auto& [name, edge] : edges_) edge.sender.offer(record.path, record.epoch, record.offset, record.envelope);
    if (is_tapped_) out_->tap.push_back({record.path, record.epoch, record.offset, record.envelope});
}

void Broker::flush_edges() {
    for (auto& [name, edge] : edges_) {
        flush_edge(name, edge);
        take_frames(name, edge);
    }
}

void Broker::flush_edge(const std::string& name, EdgeLink& edge) {
    // A gap lies before the events that were found behind it.
    for (const auto& gap : edge.sender.take_gaps()) {
        tell(edge, link::DeliveryGap{gap.path, gap.epoch, gap.from, gap.to});
    }
    if (const auto differences = edge.sender.take_differences(); differences > 0) {
        stats_.differences_to_edges += differences;
        out_->notices.push_back("edge " + name + " was not sent all that it was due: this is a bug");
    }
    const auto groups = edge.sender.take_groups();
    link::Deliver deliver;
    std::size_t bytes = 0;
    const auto send = [&] {
        if (deliver.topics.empty()) return;
        edge.sender.sent(edge.frames.add(edge.counter.next(now_us_), deliver, bytes));
        deliver.topics.clear();
        bytes = 0;
    };
    for (const auto& group : groups) {
        bool is_open = false;
        for (std::size_t i = 0; i < group.envelopes.size(); ++i) {
            if (!is_open) deliver.topics.push_back({*group.path, group.epoch, group.first + i, {}});
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
    for (auto& request : edge.sender.take_page_requests()) {
        const auto token = next_read_++;
        reads_.emplace(token, PendingRead{name, edge.session, 0, topics_.find(request.path)->committed});
        out_->reads.push_back({token, std::move(request.path), request.after, SIZE_MAX, request.bytes_max});
    }
}

void Broker::tend_links() {
    links_tended_us_ = now_us_;
    ages_.taken.tick(now_us_);
    ages_.durable.tick(now_us_);
    for (auto& [name, worker] : workers_) {
        if (!worker.counter) continue;
        if (worker.counter->is_peer_lost(now_us_)) {
            out_->notices.push_back("worker " + name + " has gone quiet");
            end_session(name, worker);
            continue;
        }
        if (room_) {
            for (const auto& request : worker.receiver.missing(now_us_)) send_now(name, worker, link::prepare(request));
        }
        if (worker.counter->is_heartbeat_due(now_us_)) send_now(name, worker, link::prepare(link::BrokerHeartbeat{}));
    }
    std::vector<std::string> lost;
    for (auto& [name, edge] : edges_) {
        if (edge.counter.is_peer_lost(now_us_)) {
            lost.push_back(name);
        } else if (edge.counter.is_heartbeat_due(now_us_)) {
            tell(edge, link::BrokerHeartbeat{});
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
    return open_.records->emplace_back(topics_.append(topic, SharedSlice::of(std::move(bytes)), envelope.time_us));
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
    fold_and_keep(task, *topic.path, record.offset, envelope);
    if (type == event_type::kTaskStarted) attempt_ledger_.begin(task);
}

void Broker::webhook_queued(const Task& task, const Status& queued) {
    if (queued) {
        ++stats_.webhooks_queued;
        return;
    }
    ++stats_.webhooks_lost;
    out_->warnings.push_back("the webhook of task " + task.id + " of realm " + task.realm +
                             " will not be told of the end of run " + std::to_string(task.run) + ": " +
                             queued.error().message);
}

/// Where the log of a task's topic is to begin once its end is long enough ago: behind all that it has, unless it has
/// been run again.
std::optional<std::uint64_t> Broker::tail_of(const EndedTopics::Ended& ended) {
    const auto* task = scheduler_.find_task(ended.realm, ended.task);
    if (task != nullptr && task->ended_us != ended.ended_us) return 0;
    const auto* topic = topics_.find(topic_path(ended.realm, task_topic(ended.task)));
    if (topic == nullptr || topic->tail > topic->head) return 0;
    if (topic->committed < topic->head) return std::nullopt;
    return topic->head + 1;
}

/// Folds an event in, and notes what of the kept state that changes.
void Broker::fold_and_keep(Task& task, std::string_view path, std::uint64_t offset, const Envelope& envelope) {
    outputs_.fold(path, offset, envelope);
    if (!changes_state(envelope.type)) return fold(task, offset, envelope);
    const auto before = task.inputs.size();
    if (ends_run(envelope.type)) {
        attempt_ledger_.forget(task);
        for (const auto& input : task.inputs) open_.state.push_back(drop_input(task, input.offset));
    }
    if (envelope.type == event_type::kTaskCancelled && task.cancelling) {
        open_.cancels_asked_us.push_back(task.cancel_asked_us);
    }
    const bool is_new = task.created_us == 0;
    fold(task, offset, envelope);
    if (is_new) open_.state.push_back(keep_origin(task));
    if (is_lifecycle(envelope.type)) open_.has_lifecycle = true;
    if (ends_run(envelope.type)) ended_topics_.note(task);
    if (task.inputs.size() > before) open_.state.push_back(keep_input(task, task.inputs.back()));
    changed_tasks_.emplace(task.realm, task.id);
}

void Broker::task_forgotten(const Task& task) {
    changed_tasks_.erase({task.realm, task.id});
    attempt_ledger_.forget(task);
    outputs_.forget(topic_path(task.realm, task_topic(task.id)));
    for (auto& put : drop_task(task)) open_.state.push_back(std::move(put));
}

/// Puts into the batch what has become of the tasks and producers that it is about, once for each.
void Broker::keep_state(Batch& batch) {
    for (const auto& [realm, id] : std::exchange(changed_tasks_, {})) {
        if (const auto* task = scheduler_.find_task(realm, id)) batch.state.push_back(keep_task(*task));
    }
    std::vector<std::pair<std::string_view, std::uint32_t>> entries;  // producer, first partition
    for (const auto& [name, incarnation, at] : batch.acknowledgements) {
        const auto worker = workers_.find(name);
        if (worker == workers_.end() || worker->second.incarnation != incarnation) {
            batch.state.push_back(keep_position(name, incarnation, at));
        } else {
            entries.emplace_back(name, at.partition - at.partition % kPositionsPerEntry);
        }
    }
    std::sort(entries.begin(), entries.end());
    entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
    for (const auto& [name, first] : entries) batch.state.push_back(positions_of(name, first));
}

/// What of the producer is in the log, or will be with the batch that is being closed.
StatePut Broker::positions_of(std::string_view name, std::uint32_t first_partition) const {
    const auto& worker = workers_.find(name)->second;
    std::array<std::uint64_t, kPositionsPerEntry> sequences{};
    const auto count = std::min(kPositionsPerEntry, options_.partitions - first_partition);
    for (std::uint32_t i = 0; i < count; ++i) sequences[i] = worker.receiver.accepted(first_partition + i);
    return keep_positions(name, worker.incarnation, first_partition, std::span(sequences).first(count));
}

void Broker::remember_publish_key(Topic& topic, std::string_view key, std::uint64_t offset) {
    open_.state.push_back(keep_publish_key(*topic.path, key, offset));
    const auto oldest = Topics::remember_publish_key(topic, key, offset);
    if (!oldest.empty()) open_.state.push_back(drop_publish_key(*topic.path, oldest));
}

}  // namespace longwire::broker
