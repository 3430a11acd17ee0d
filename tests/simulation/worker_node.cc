#include "tests/simulation/worker_node.h"

#include <algorithm>
#include <variant>

#include "protocol/link/producer_messages.h"
#include "protocol/topic.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

constexpr std::int64_t kRestartUsMax = 1'000'000;
constexpr double kNoThread = 0.03;
constexpr std::size_t kLargestEventBytes = 16 << 10;  // the one that crosses the window's bound

std::optional<std::uint64_t> incarnation_said(std::string_view bytes) {
    const auto decoded = link::decode<link::WorkerToBroker>(bytes);
    const auto* hello = decoded ? std::get_if<link::WorkerHello>(&decoded->message) : nullptr;
    return hello == nullptr ? std::nullopt : std::optional(hello->incarnation);
}

}  // namespace

void WorkerNode::start() {
    begin_life(environment_.random.between(0, 1'000'000));
    worker::WorkerSession::Options options;
    options.worker = name();
    options.incarnation = static_cast<std::uint64_t>(now_us());
    options.program = "simulation";
    options.kinds = {"work", std::string(kLimitedKind)};
    options.capacity = environment_.scenario.capacity;
    options.window_bytes = environment_.scenario.worker_window_bytes;
    options.drain_grace_ms = 300;
    session_.emplace(std::move(options), now_us());
    link_->dial();
    events_->dial();
}

void WorkerNode::crash() {
    tell([] { return "crashes"; });
    end_of_session();
}

void WorkerNode::end_of_session() {
    end_life();
    session_.reset();
    handlers_.clear();
    heard_.clear();
    subscriptions_.clear();
    link_->end(End::dialler);
    events_->end(End::dialler);
}

void WorkerNode::drain() {
    tell([] { return "drains"; });
    session_->drain(now_us());
    wake();
}

void WorkerNode::hear(std::string bytes) {
    heard_.push_back(std::move(bytes));
    wake();
}

void WorkerNode::hear_subscription(bool added, std::string prefix) {
    if (!is_alive()) return;
    subscriptions_.emplace_back(added, std::move(prefix));
    wake();
}

std::string WorkerNode::waits_for() const {
    if (!is_alive() || session_->state() != worker::WorkerSession::State::live) return "to be welcome";
    if (!handlers_.empty()) return "to end its work on " + handlers_.begin()->second.start().task;
    if (session_->unacknowledged_bytes() > 0) return "to hear that its events are kept";
    if (!session_->attempts().empty()) return "to be done with " + session_->attempts().all().begin()->second.path;
    return {};
}

void WorkerNode::turn() {
    for (auto& [added, prefix] : std::exchange(subscriptions_, {})) session_->heard(added, prefix);
    for (const auto& bytes : std::exchange(heard_, {})) session_->receive(bytes, now_us());
    gather();
    session_->tick(now_us());
    take_output();
    require(session_->unacknowledged_bytes() <= environment_.scenario.worker_window_bytes + kLargestEventBytes,
            [&] { return name() + " keeps more events than its window holds"; });
    if (session_->is_over()) {
        tell([] { return "is done"; });
        end_of_session();
        environment_.schedule.in(environment_.random.between(0, kRestartUsMax), [this] {
            if (!is_alive()) start();
        });
        return;
    }
    wake_in(std::max<std::int64_t>(session_->next_tick_us(now_us()) - now_us(), 1));
}

void WorkerNode::gather() {
    for (auto entry = handlers_.begin(); entry != handlers_.end();) {
        const bool has_ended = emit_from(entry->first, entry->second);
        entry = has_ended ? handlers_.erase(entry) : std::next(entry);
    }
}

/// True when the last event has been taken.
bool WorkerNode::emit_from(worker::AttemptId id, Handler& handler) {
    for (auto& [name, fields] : std::exchange(handler.wants, {})) {
        session_->start_child(id, name, std::move(fields), now_us());
    }
    auto& events = handler.events;
    while (!events.empty()) {
        const auto& event = events.front();
        const auto& all = session_->attempts().all();
        const auto held = all.find(id);
        const bool is_taken = held != all.end() && held->second.stage == worker::HeldAttempt::Stage::running;
        const auto path = is_taken ? held->second.path : std::string();
        if (!session_->emit(id, event.type, event.payload, now_us(), event.is_last)) return false;
        if (is_taken) {
            const auto partition = partition_of(path, environment_.scenario.partitions);
            environment_.model.emissions().emitted(name(), incarnation_, partition,
                                                   {path, handler.start().attempt, event.id, event.may_retry, false});
        }
        if (event.is_last) return true;
        events.pop_front();
    }
    return false;
}

void WorkerNode::take_output() {
    auto output = session_->take_output(now_us());
    for (auto& order : output.orders) std::visit([this](auto& o) { obey(o); }, order);
    for (auto& outgoing : output.published) {
        if (!environment_.is_calm && environment_.random.chance(environment_.scenario.pub_loss)) continue;
        events_->send(End::dialler, [this, key = *outgoing.key, envelopes = std::move(outgoing.envelopes)]() mutable {
            at_events(std::move(key), std::move(envelopes));
        });
    }
    for (auto& bytes : output.link) {
        if (const auto incarnation = incarnation_said(bytes)) incarnation_ = *incarnation;
        environment_.trace.mix(std::hash<std::string>{}(bytes));
        const bool is_sent =
            link_->send(End::dialler, [this, bytes = std::move(bytes)]() mutable { at_broker(std::move(bytes)); });
        if (!is_sent) return session_->link_failed(now_us());
    }
}

void WorkerNode::work_on(worker::AttemptId id) {
    const auto found = handlers_.find(id);
    if (found == handlers_.end()) return;
    const auto pause_us = found->second.work();
    wake();
    if (pause_us >= 0) in(pause_us, [this, id] { work_on(id); });
}

void WorkerNode::obey(worker::StartAttempt& order) {
    if (!environment_.is_calm && environment_.random.chance(kNoThread)) {
        return session_->give_back(order.id, "no thread is free", now_us());
    }
    tell([&] { return "begins attempt " + std::to_string(order.attempt) + " of " + order.task; });
    const auto id = order.id;
    handlers_.emplace(id, Handler(environment_, std::move(order)));
    in(environment_.random.between(0, 1'000), [this, id] { work_on(id); });
}

void WorkerNode::obey(const worker::CancelAttempt& order) {
    const auto found = handlers_.find(order.id);
    if (found == handlers_.end()) return;
    found->second.cancel();
    in(environment_.random.between(0, 10'000), [this, id = order.id] { work_on(id); });
}

void WorkerNode::obey(const worker::RevokedAttempt& order) {
    const auto found = handlers_.find(order.id);
    if (found == handlers_.end()) return;
    tell([&] { return "gives up " + found->second.start().task + ": " + order.reason; });
    handlers_.erase(found);
}

void WorkerNode::obey(const worker::GiveInput& order) {
    const auto found = handlers_.find(order.id);
    if (found == handlers_.end()) return;
    found->second.give_input(order.offset, order.data);
    in(environment_.random.between(0, 1'000), [this, id = order.id] { work_on(id); });
}

void WorkerNode::obey(const worker::ChildNews& order) {
    const auto found = handlers_.find(order.id);
    if (found == handlers_.end()) return;
    tell([&] {
        return "hears that " + order.name + " of " + found->second.start().task + " is " +
               (order.refused ? describe(*order.refused) : order.task + " and " + order.state);
    });
    found->second.tell_child(order);
}

void WorkerNode::obey(const worker::Notice& order) {
    tell([&] { return "notes: " + order.message; });
}

}  // namespace longwire::simulation
