#include <algorithm>
#include <utility>

#include "broker/core/broker.h"
#include "protocol/limits.h"
#include "protocol/overloaded.h"
#include "protocol/topic.h"

namespace longwire::broker {
namespace {

// Producers whose positions are remembered beyond their sessions; a worker that is away while so many others have come
// could have an event stored twice.
constexpr std::size_t kSilentProducersMax = 10'000;

}  // namespace

void Broker::on_worker_frame(const LinkFrame& frame) {
    const auto decoded = link::decode<link::WorkerToBroker>(frame.bytes);
    if (!decoded) {
        out_->notices.push_back("worker " + frame.peer + ": " + describe(decoded.error()));
        return reset_worker(frame.peer, "malformed message");
    }
    if (const auto* hello = std::get_if<link::WorkerHello>(&decoded->message)) {
        return on_worker_hello(frame.peer, decoded->number, *hello);
    }
    const auto worker = workers_.find(frame.peer);
    if (worker == workers_.end() || !worker->second.counter) return reset_worker(frame.peer, "no session");
    if (!worker->second.counter->accept(decoded->number, now_us_)) {
        return reset_worker(frame.peer, "a message was lost");
    }
    scheduler_.worker_heard(frame.peer, now_us_);
    worker->second.heard_us = now_us_;
    on_worker_message(frame.peer, worker->second, decoded->message);
}

Broker::WorkerLink& Broker::worker_in_its_life(std::string_view name, std::uint64_t incarnation) {
    auto found = workers_.find(name);
    if (found != workers_.end() && found->second.incarnation >= incarnation) return found->second;
    if (found == workers_.end()) found = workers_.try_emplace(std::string(name)).first;
    found->second =
        WorkerLink{incarnation, {options_.partitions, options_.producer_window_bytes}, {}, 0, {}, Durability::fsync, 0};
    return found->second;
}

void Broker::on_worker_hello(const std::string& peer, std::uint64_t number, const link::WorkerHello& hello) {
    const auto refuse = [&](std::string_view why) {
        out_->to_workers.push_back({peer, link::encode(1, link::HelloRefused{why})});
        out_->notices.push_back("worker " + peer + " refused: " + std::string(why));
    };
    if (hello.version != kProtocolVersion) return refuse("this broker speaks another version of the link");
    if (hello.worker != peer || !check_name("worker", peer, kNameBytesMax)) return refuse("not a valid name");
    const auto known = workers_.find(peer);
    if (known != workers_.end() && hello.incarnation < known->second.incarnation) {
        return refuse("a later incarnation of this worker is known");
    }
    if (known != workers_.end() && hello.incarnation > known->second.incarnation) scheduler_.worker_left(peer, now_us_);
    auto& worker = worker_in_its_life(peer, hello.incarnation);
    for (const auto& position : hello.acknowledged) worker.receiver.restore(position);
    worker.counter.emplace(now_us_);
    static_cast<void>(worker.counter->accept(number, now_us_));
    worker.session = next_session_++;
    worker.heard_us = now_us_;
    worker.unacknowledged.clear();
    worker.durability = Durability::fsync;
    out_->notices.push_back("worker " + peer + " joined");
    send_now(peer, worker,
             link::prepare(link::WorkerWelcome{kProtocolVersion, options_.name, options_.partitions,
                                               options_.producer_window_bytes, worker.receiver.positions(),
                                               hello.incarnation, link::kNewestOfWorkers}));
    Scheduler::WorkerInfo info{peer, hello.incarnation, std::string(hello.program), {}, hello.capacity};
    info.kinds.assign(hello.kinds.begin(), hello.kinds.end());
    scheduler_.worker_joined(std::move(info), hello.running, now_us_);
    if (workers_.size() > kSilentProducersMax) forget_silent_producers();
}

void Broker::on_worker_message(const std::string& peer, WorkerLink& worker, const link::WorkerToBroker& message) {
    std::visit(
        Overloaded{
            [&](const link::WorkerHello&) {},
            [&](const link::WorkerHeartbeat& heartbeat) {
                for (const auto& position : heartbeat.published) worker.receiver.published(position);
            },
            [&](const link::ResentEvents& resent) {
                on_published(resent.key.bytes, std::make_shared<const std::string>(resent.envelopes.bytes));
            },
            [&](const link::HandBack& back) { scheduler_.handed_back(peer, back.attempt, back.reason, now_us_); },
            [&](const link::StartChild& start) { on_start_child(peer, start); },
            [&](const link::AttemptsWaiting& waiting) { scheduler_.worker_waits(peer, waiting.count); },
            [&](const link::DescribeKinds& described) { on_describe_kinds(peer, worker, described); },
            [&](const link::WorkerDraining&) { scheduler_.worker_draining(peer); },
            [&](const link::WorkerBye&) {
                out_->notices.push_back("worker " + peer + " left");
                scheduler_.worker_left(peer, now_us_);
                worker.counter.reset();
            },
        },
        message);
}

void Broker::on_start_child(const std::string& peer, const link::StartChild& start) {
    const auto begin = [&]() -> Status {
        LW_TRY_STATUS(room_);
        LW_TRY(Command command, decode_command(StartCommand::kName, start.fields.bytes));
        return scheduler_.start_child(peer, start.attempt, start.name, std::get<StartCommand>(std::move(command)),
                                      now_us_);
    };
    const auto begun = begin();
    if (begun) return;
    const auto error = begun.error();
    send_to_worker(peer, link::prepare(link::ChildRefused{start.attempt, start.name, to_string(error.code),
                                                          error.message, error.field, error.retry_after_ms}));
}

void Broker::on_describe_kinds(const std::string& peer, WorkerLink& worker, const link::DescribeKinds& described) {
    for (const auto& [kind, error] : scheduler_.worker_describes(peer, described)) {
        out_->notices.push_back("worker " + peer + ": " + describe(error));
        send_now(peer, worker,
                 link::prepare(link::DescriptionRefused{kind, to_string(error.code), error.message, error.field}));
    }
}

void Broker::on_published(std::string_view key, const std::shared_ptr<const std::string>& envelopes) {
    if (!room_) return;  // as if it had been lost on its way: its worker keeps it, and will be asked for it
    const auto parsed = parse_topic_key(key);
    if (!parsed || partition_of(parsed->path, options_.partitions) != parsed->partition) {
        ++stats_.events_refused;
        out_->notices.push_back("an event under a malformed key was dropped");
        return;
    }
    MsgpackReader reader(*envelopes);
    while (reader.ok() && !reader.at_end()) {
        const auto start = reader;
        const auto envelope = read_envelope(reader);
        if (!envelope) {
            reader = start;
            reader.raw();
        }
        // One that is no MessagePack at all hides where it ends; what follows will be asked for again.
        const auto bytes = std::string_view(*envelopes)
                               .substr(start.offset(), reader.ok() ? reader.offset() - start.offset() : SIZE_MAX);
        take_published(*parsed, envelope, {envelopes, bytes});
    }
}

void Broker::take_published(const ParsedKey& key, const Result<Envelope>& envelope, const SharedSlice& bytes) {
    const auto origin = envelope ? EnvelopeOrigin{envelope->producer, envelope->incarnation, envelope->sequence}
                                 : read_envelope_origin(bytes.bytes);
    if (!origin) {
        // There is nobody to refuse it to. Its worker goes on sending it, so this is worth an operator's look.
        ++stats_.events_refused;
        out_->notices.push_back("an event was dropped: " + describe(origin.error()));
        return;
    }
    const auto found = workers_.find(origin->producer);
    // Without a session the worker will send it again after its hello; with an older incarnation, never.
    if (found == workers_.end() || !found->second.counter) return;
    auto& [name, worker] = *found;
    if (worker.incarnation != origin->incarnation || origin->sequence == 0) return;
    const link::PartitionSequence at{key.partition, origin->sequence};
    const auto verdict = worker.receiver.offer(at, key.path, bytes.bytes);
    if (verdict == link::ProducerReceiver::Verdict::duplicate) ++stats_.events_duplicate;
    if (verdict != link::ProducerReceiver::Verdict::next) return;
    take_event(name, worker, at, key.path, envelope, bytes);
    while (auto early = worker.receiver.take_early(at.partition)) {
        const auto slice = SharedSlice::of(std::move(early->envelope));
        const auto kept = parse_envelope(slice.bytes);
        take_event(name, worker, {at.partition, early->sequence}, early->path, kept, slice);
    }
}

void Broker::take_event(const std::string& name, WorkerLink& worker, const link::PartitionSequence& at,
                        std::string_view path, const Result<Envelope>& envelope, const SharedSlice& bytes) {
    auto& held = open_.acknowledgements;
    if (!held.empty() && held.back().at.partition == at.partition && held.back().worker == name) {
        held.back().at = at;  // the later one says it for both
    } else {
        held.push_back({name, worker.incarnation, at});
    }
    if (!envelope) return refuse_event(name, worker, at, envelope.error());
    ages_.taken.add(now_us_ - envelope->time_us);
    const auto [realm, topic_name] = split_path(path);
    const bool is_own_topic = !task_of_topic(topic_name).empty();
    if (!is_own_topic && topic_name.starts_with("task/")) {
        return refuse_event(name, worker, at, bad_request("topic", "below task/ there are only tasks"));
    }
    if (is_own_topic) return take_task_event(name, worker, at, path, *envelope, bytes);
    if (!envelope->task.empty()) {
        const auto task_path = topic_path(realm, task_topic(envelope->task));
        const auto task = scheduler_.task_of_attempt(name, task_path, envelope->attempt);
        if (!task) return refuse_event(name, worker, at, task.error());
    }
    open_.records->push_back(topics_.append(topics_.find_or_create(path), bytes, envelope->time_us));
}

void Broker::take_task_event(const std::string& name, const WorkerLink& worker, const link::PartitionSequence& at,
                             std::string_view path, const Envelope& envelope, const SharedSlice& bytes) {
    const auto task = scheduler_.task_of_attempt(name, path, envelope.attempt);
    if (!task) return refuse_event(name, worker, at, task.error());
    const auto verdict = scheduler_.judge(**task, envelope, now_us_);
    if (!verdict) return refuse_event(name, worker, at, verdict.error());
    ends_run(envelope.type) ? audit_attempt(name, **task, envelope.payload) : attempt_ledger_.count(**task);
    auto& topic = topics_.find_or_create(path);
    auto event = envelope;
    event.type = verdict->type;
    if (verdict->payload.empty()) {
        open_.records->push_back(topics_.append(topic, bytes, envelope.time_us));
    } else {
        event.payload = verdict->payload;
        append_record(topic, event);
    }
    fold_and_keep(**task, path, topic.head, event);
    scheduler_.after_event(name, **task, now_us_);
}

void Broker::audit_attempt(const std::string& name, const Task& task, std::string_view payload) {
    const auto tally = attempt_ledger_.end(task, payload);
    if (!tally || tally->adds_up()) return;
    ++stats_.differences_to_log;
    out_->notices.push_back("worker " + name + " made " + std::to_string(tally->due) + " events for attempt " +
                            std::to_string(task.attempt) + " of task " + task.id + ", and " +
                            std::to_string(tally->events) + " came");
}

void Broker::refuse_event(const std::string& name, const WorkerLink& worker, const link::PartitionSequence& at,
                          const Error& error) {
    ++stats_.events_refused;
    open_.refusals.push_back({PeerKind::worker, name, worker.session,
                              link::prepare(link::EventRefused{at, to_string(error.code), error.message})});
}

void Broker::send_to_worker(const std::string& worker, link::Prepared message) {
    const auto found = workers_.find(worker);
    if (found == workers_.end()) return;
    open_.messages.push_back({PeerKind::worker, worker, found->second.session, std::move(message)});
}

void Broker::worker_forgotten(const std::string& worker) {
    const auto found = workers_.find(worker);
    if (found != workers_.end() && found->second.counter) reset_worker(worker, "the lease is over");
}

void Broker::send_now(const std::string& name, WorkerLink& worker, const link::Prepared& message) {
    if (!worker.counter) return;
    out_->to_workers.push_back({name, link::seal(worker.counter->next(now_us_), message)});
}

void Broker::reset_worker(const std::string& peer, std::string_view reason) {
    const auto worker = workers_.find(peer);
    if (worker != workers_.end()) end_session(peer, worker->second);
    out_->to_workers.push_back({peer, link::encode(0, link::LinkReset{reason})});
}

void Broker::end_session(const std::string& name, WorkerLink& worker) {
    worker.counter.reset();
    scheduler_.worker_away(name);
}

void Broker::flush_acknowledgements() {
    for (const auto& name : workers_with_news_) {
        const auto found = workers_.find(name);
        if (found == workers_.end()) continue;
        auto& worker = found->second;
        link::EventsCommitted committed;
        for (const auto& position : worker.receiver.positions()) {
            if (worker.unacknowledged.contains(position.partition)) committed.positions.push_back(position);
        }
        worker.unacknowledged.clear();
        committed.durability = static_cast<std::uint32_t>(std::exchange(worker.durability, Durability::fsync));
        if (!committed.positions.empty()) send_now(name, worker, link::prepare(committed));
    }
    workers_with_news_.clear();
}

void Broker::forget_silent_producers() {
    auto oldest = workers_.end();
    for (auto worker = workers_.begin(); worker != workers_.end(); ++worker) {
        if (worker->second.counter) continue;
        if (oldest == workers_.end() || worker->second.heard_us < oldest->second.heard_us) oldest = worker;
    }
    if (oldest != workers_.end()) workers_.erase(oldest);
}

}  // namespace longwire::broker
