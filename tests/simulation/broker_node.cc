#include "tests/simulation/broker_node.h"

#include <utility>

#include "protocol/event_types.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

constexpr std::int64_t kTickUs = 50'000;
constexpr std::int64_t kStallUs = 500'000;
constexpr std::size_t kPublishedMax = 300;  // the high-water mark, low enough to be met

/// An event that a broker without room should have left to whoever wanted it.
bool is_new_work(const Envelope& envelope) {
    return envelope.producer != "broker" || envelope.type == event_type::kTaskQueued ||
           envelope.type == event_type::kTaskStarted || envelope.type == event_type::kTaskInput;
}

}  // namespace

BrokerNode::BrokerNode(Environment& environment)
    : Node(environment, "broker"), disk_(environment), rules_(environment.model) {}

void BrokerNode::start() {
    begin_life(environment_.random.between(-500'000, 1'000'000));
    rules_.broker_began();
    broker::Broker::Options options;
    options.name = name();
    options.partitions = environment_.scenario.partitions;
    options.scheduler.lease_ms = environment_.scenario.lease_ms;
    options.scheduler.cancel_grace_ms = kCancelGraceMs;
    options.scheduler.queued_per_kind_max = environment_.scenario.queued_max;
    options.scheduler.queue_age_max_ms = environment_.scenario.queue_age_max_ms;
    if (const auto limit = environment_.scenario.kind_limit; limit > 0) {
        options.scheduler.kind_limits.emplace(kLimitedKind, limit);
    }
    options.scheduler.disconnect_grace_ms = environment_.scenario.disconnect_grace_ms;
    options.presence.grace_ms = environment_.scenario.presence_grace_ms;
    options.scheduler.retry_first_ms = 50;
    options.scheduler.retry_last_ms = 500;
    options.outputs_bytes_max = environment_.scenario.outputs_bytes_max;
    options.retain_ended_ms = environment_.scenario.retain_ended_ms;
    log_ = std::make_unique<DiskLog>(environment_, disk_, [this] { wake(); });
    broker_ = std::make_unique<broker::Broker>(options, [this] { return environment_.random.next() | 1; });
    inbox_.clear();
    outbox_.clear();
    turned_us_ = 0;
    has_room_ = true;
    restore();
    for (auto& [peer, link] : workers_) link->listen();
    for (auto& [peer, link] : edges_) link->listen();
    for (auto* link : events_) link->listen();
}

void BrokerNode::restore() {
    Status sound = log_->visit_topics([&](const broker::KeptTopic& topic) { broker_->restore(topic); });
    sound = log_->visit_state([&](const broker::StatePut& entry) {
        const auto restored = broker_->restore(entry);
        require(restored.has_value(), [&] { return "kept state cannot be read: " + describe(restored.error()); });
    });
    require(sound.has_value(), [] { return "the log cannot be read"; });
    broker_->restored(now_us());
    environment_.model.decisions().broker_began(now_us());
}

void BrokerNode::die(bool with_power) {
    tell([&] { return with_power ? "loses its power" : "crashes"; });
    end_life();
    log_->die(with_power);
    broker_.reset();
    for (auto& [peer, link] : workers_) link->end(End::listener);
    for (auto& [peer, link] : edges_) link->end(End::listener);
    for (auto* link : events_) link->end(End::listener);
}

void BrokerNode::stall_disk(std::int64_t for_us) {
    tell([&] { return "has a disk that does nothing for " + std::to_string(for_us / 1000) + " ms"; });
    log_->stall(for_us);
}

void BrokerNode::fill_disk(std::int64_t for_us) {
    const bool has_reserve = environment_.random.chance(0.5);
    tell([&] {
        return std::string("has a disk that is full") + (has_reserve ? "" : " to the last byte") + " for " +
               std::to_string(for_us / 1000) + " ms";
    });
    disk_.fill(has_reserve);
    wake();
    environment_.schedule.in(for_us, [this] {
        disk_.make_room();
        wake();
    });
}

void BrokerNode::check_room() const {
    if (has_room_ || !outbox_.commit) return;
    for (const auto& record : *outbox_.commit->records) {
        const auto envelope = parse_envelope(record.envelope.bytes);
        require(envelope && !is_new_work(*envelope),
                [&] { return "new work was taken without room, in " + std::string(*record.path); });
    }
}

/// The broker counts what it hands on against where it stands.
void BrokerNode::check_ledger() const {
    const auto& stats = broker_->stats();
    require(stats.differences_to_log == 0 && stats.differences_to_edges == 0,
            [] { return "the broker's own counts say that events were lost"; });
}

void BrokerNode::hear_worker(const std::string& name, std::string bytes) {
    inbox_.from_workers.push_back({name, std::move(bytes)});
    wake();
}

void BrokerNode::hear_edge(const std::string& name, std::string bytes) {
    inbox_.from_edges.push_back({name, std::move(bytes)});
    wake();
}

void BrokerNode::hear_published(broker::PublishedFrame frame) {
    if (inbox_.published.size() >= kPublishedMax) return;
    inbox_.published.push_back(std::move(frame));
    wake();
}

void BrokerNode::turn() {
    notice_stall();
    inbox_.log = log_->poll();
    if (inbox_.log.room) has_room_ = inbox_.log.room->has_value();
    for (const auto& frame : inbox_.from_workers) rules_.from_worker(frame.peer, frame.bytes);
    for (const auto& frame : inbox_.from_edges) rules_.from_edge(frame.peer, frame.bytes, now_us());
    broker_->step(now_us(), inbox_, outbox_);
    inbox_.clear();
    check_room();
    check_ledger();
    if (outbox_.commit) environment_.model.decisions().decide(*outbox_.commit->records);
    if (outbox_.commit) log_->append(std::move(*outbox_.commit));
    for (auto& read : outbox_.reads) log_->read(std::move(read));
    for (const auto& frame : outbox_.to_workers) send(broker::PeerKind::worker, frame);
    for (const auto& frame : outbox_.to_edges) send(broker::PeerKind::edge, frame);
    for (const auto& notice : outbox_.notices) tell([&] { return "notes: " + notice; });
    environment_.model.decisions().check_end_of_step(now_us());
    outbox_.clear();
    wake_in(kTickUs);
}

void BrokerNode::notice_stall() {
    const auto turned_us = std::exchange(turned_us_, now_us());
    if (turned_us != 0 && turned_us_ - turned_us >= kStallUs) {
        broker_->stalled(turned_us_ - turned_us);
        environment_.model.decisions().attendance().stalled(turned_us_ - turned_us);
    }
}

void BrokerNode::send(broker::PeerKind kind, const broker::LinkFrame& frame) {
    const bool is_worker = kind == broker::PeerKind::worker;
    is_worker ? rules_.to_worker(frame.peer, frame.bytes) : rules_.to_edge(frame.peer, frame.bytes, now_us());
    environment_.trace.mix(std::hash<std::string>{}(frame.bytes));
    auto& link = *(is_worker ? workers_ : edges_).at(frame.peer);
    const bool is_sent = link.send(End::listener, [this, is_worker, peer = frame.peer, bytes = frame.bytes]() mutable {
        (is_worker ? at_worker : at_edge)(peer, std::move(bytes));
    });
    if (is_sent) return;
    broker_->peer_unreachable(kind, frame.peer);
    if (!is_worker) environment_.model.decisions().attendance().unreachable(frame.peer, now_us());
}

}  // namespace longwire::simulation
