#include "worker/sdk/worker_loop.h"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

#include "protocol/limits.h"
#include "protocol/node/clock.h"
#include "protocol/node/log_setup.h"
#include "protocol/node/random_id.h"
#include "protocol/topic.h"
#include "worker/sdk/core/ending.h"

namespace longwire::worker {
namespace {

constexpr int kMessagesPerTurn = 256;
constexpr int kLingerMs = 1'000;  // for the last words

/// Calls the handler and tells how it ended, whatever it throws.
void work_on(TaskState& state, const Worker::Handler& handler) {
    const auto result = [&] {
        try {
            Task task(state);
            return handler(task);
        } catch (const std::exception& error) {
            if (state.stop_token().stop_requested()) return TaskResult::cancelled();
            return TaskResult::failed("exception", error.what(), true);
        } catch (...) {
            if (state.stop_token().stop_requested()) return TaskResult::cancelled();
            return TaskResult::failed("exception", "the handler threw something that is no std::exception", true);
        }
    }();
    const auto ending = ending_of(result, state.stop_reason());
    state.events.push({ending.type, ending.payload, now_us(), true}, WhenFull::wait);
}

}  // namespace

WorkerLoop::WorkerLoop(WorkerOptions options) : options_(std::move(options)) {
    if (options_.name.empty()) options_.name = random_id("worker-");
    if (const auto status = check_name("name", options_.name, kNameBytesMax); !status) {
        throw std::invalid_argument(describe(status.error()));
    }
}

void WorkerLoop::serve(const std::string& kind, Worker::Handler handler, const KindDescription& description) {
    if (const auto status = check_name("kind", kind, kNameBytesMax); !status) {
        throw std::invalid_argument(describe(status.error()));
    }
    auto shared = std::make_shared<const Worker::Handler>(std::move(handler));
    if (!handlers_.emplace(kind, std::move(shared)).second) {
        throw std::invalid_argument("kind is served already: " + kind);
    }
    if (const auto status = descriptions_.add(kind, description); !status) {
        throw std::invalid_argument(describe(status.error()));
    }
}

void WorkerLoop::request_drain() {
    drain_requested_ = true;
    doorbell_->wake();
}

Result<WorkerLoop::Sockets> WorkerLoop::connect(zmq::context_t& context) {
    LW_TRY(auto events, zmq_link::connect_events(context, options_.broker_events));
    LW_TRY(auto link, zmq_link::connect_dealer(context, options_.broker_link, options_.name));
    return Sockets{std::move(events), std::move(link)};
}

int WorkerLoop::run() {
    if (options_.drain_on_signals) signals_.emplace();
    zmq::context_t context;
    auto sockets = connect(context);
    if (!sockets) {
        log_error("cannot connect", {{"error", describe(sockets.error())}});
        return 1;
    }
    WorkerSession::Options session;
    session.worker = options_.name;
    session.incarnation = static_cast<std::uint64_t>(now_us());
    session.program = options_.program;
    for (const auto& [kind, handler] : handlers_) session.kinds.push_back(kind);
    session.described = descriptions_.message();
    session.capacity = options_.capacity;
    session.waiting_max = options_.waiting_max;
    session.window_bytes = options_.window_bytes;
    session.drain_grace_ms = options_.drain_grace_ms;
    session.drain_commit_ms = options_.drain_commit_ms;
    session_.emplace(std::move(session), now_us());
    // Handlers of revoked attempts may take a while to return; the broker doesn't count them any more.
    threads_.emplace(std::size_t{2} * options_.capacity + options_.waiting_max);

    const int status = loop(*sockets);
    for (auto& [id, running] : running_) running.state->revoke("the worker ends");
    running_.clear();
    if (!threads_->finish(std::chrono::milliseconds(signalled_ ? 0 : options_.stop_patience_ms))) {
        log_warn("handlers that did not return when asked to end are abandoned");
    }
    return status;
}

int WorkerLoop::loop(Sockets& sockets) {
    bool ready = false;
    for (;;) {
        if (take_signals()) return 1;
        if (drain_requested_) session_->drain(now_us());
        hear_subscriptions(sockets);
        receive(sockets);
        durability_ = session_->durability();
        gather_events();
        session_->waiting(waiting_->value());
        session_->tick(now_us());
        send(sockets);
        if (!ready && session_->was_ever_live()) {
            ready = true;
            if (options_.on_ready) options_.on_ready();
        }
        if (session_->is_over()) break;
        wait(sockets);
    }
    sockets.link.set(zmq::sockopt::linger, kLingerMs);
    return session_->state() == WorkerSession::State::done ? 0 : 1;
}

bool WorkerLoop::is_busy() const {
    return more_to_receive_ || (!with_news_.empty() && session_->has_room());
}

void WorkerLoop::wait(Sockets& sockets) {
    std::int64_t wait_ms = 0;
    if (!is_busy()) {
        const auto now = now_us();
        auto due = session_->next_tick_us(now);
        for (const auto& [id, look_us] : texts_held_) due = std::min(due, look_us);
        // Rounded up, so that the turn that follows finds something due.
        wait_ms = std::clamp<std::int64_t>((due - now + 999) / 1000, 0, 1'000);
    }
    zmq::pollitem_t items[] = {
        {sockets.link.handle(), 0, ZMQ_POLLIN, 0},
        {sockets.events.handle(), 0, ZMQ_POLLIN, 0},
        {nullptr, doorbell_->fd(), ZMQ_POLLIN, 0},
        {nullptr, signals_ ? signals_->fd() : -1, ZMQ_POLLIN, 0},
    };
    try {
        zmq::poll(items, signals_ ? 4 : 3, std::chrono::milliseconds(wait_ms));
    } catch (const zmq::error_t& error) {
        if (error.num() != EINTR) throw;
    }
}

void WorkerLoop::hear_subscriptions(Sockets& sockets) {
    while (const auto received = zmq_link::receive(sockets.events)) {
        if (const auto heard = zmq_link::read_subscription((*received)[0]))
            session_->heard(heard->added, heard->prefix);
    }
}

void WorkerLoop::receive(Sockets& sockets) {
    int left = kMessagesPerTurn;
    for (; left > 0; --left) {
        const auto received = zmq_link::receive(sockets.link);
        if (!received) break;
        session_->receive((*received)[0], now_us());
    }
    more_to_receive_ = left == 0;
}

/// True when the program is to end at once.
bool WorkerLoop::take_signals() {
    while (const auto signal = signals_ ? signals_->next() : std::nullopt) {
        if (signalled_) {
            log_warn("ended by a second signal", {{"signal", *signal}});
            return true;
        }
        signalled_ = true;
        log_info("draining", {{"signal", *signal}, {"running", running_.size()}});
        drain_requested_ = true;
    }
    return false;
}

/// Numbers what the tasks have emitted, as far as there is room. Attempts take turns in being first.
void WorkerLoop::gather_events() {
    for (const auto id : doorbell_->take()) with_news_.push_back(id);
    std::erase_if(texts_held_, [&, now = now_us()](const auto& held) {
        if (held.second > now) return false;
        with_news_.push_back(held.first);
        return true;
    });
    std::size_t finished = 0;
    while (finished < with_news_.size() && gather_from(with_news_[finished])) ++finished;
    with_news_.erase(with_news_.begin(), with_news_.begin() + static_cast<std::ptrdiff_t>(finished));
    if (with_news_.size() > 1) std::rotate(with_news_.begin(), with_news_.begin() + 1, with_news_.end());
}

/// False if the window is full before the attempt's events have all been numbered.
bool WorkerLoop::gather_from(AttemptId id) {
    const auto found = running_.find(id);
    if (found == running_.end()) return true;
    auto& running = found->second;
    for (auto& child : running.state->children.take_requests()) {
        session_->start_child(id, child.name, std::move(child.fields), now_us());
    }
    if (running.batch.at_end()) take_from(id, running);
    while (!running.batch.at_end()) {
        const auto event = running.batch.front();
        if (!session_->emit(id, event.type, event.payload, event.time_us, event.is_last)) return false;
        if (event.is_last) {
            running_.erase(found);
            return true;
        }
        running.batch.pop();
    }
    return true;
}

void WorkerLoop::take_from(AttemptId id, Running& running) {
    if (const auto look_us = running.state->events.take(running.batch, now_us())) {
        texts_held_[id] = *look_us;
    } else {
        texts_held_.erase(id);
    }
}

void WorkerLoop::send(Sockets& sockets) {
    const auto output = session_->take_output(now_us());
    for (const auto& order : output.orders) obey(order);
    for (const auto& outgoing : output.published) {
        zmq_link::send(sockets.events, {*outgoing.key, outgoing.envelopes});
    }
    for (const auto& message : output.link) {
        if (zmq_link::send(sockets.link, {message})) continue;
        session_->link_failed(now_us());
        return;
    }
}

void WorkerLoop::obey(const Order& order) {
    std::visit([this](const auto& o) { obey(o); }, order);
}

void WorkerLoop::obey(const StartAttempt& order) {
    auto state = std::make_shared<TaskState>(order, options_.task_buffer_bytes, options_.when_full, doorbell_,
                                             std::make_shared<AttemptWaiting>(waiting_));
    const auto handler = handlers_.at(order.kind);
    if (!threads_->run([state, handler] { work_on(*state, *handler); })) {
        session_->give_back(order.id, "every thread is busy with a revoked attempt", now_us());
        return;
    }
    running_.emplace(order.id, Running{std::move(state), {}});
}

void WorkerLoop::obey(const CancelAttempt& order) {
    const auto found = running_.find(order.id);
    if (found != running_.end()) found->second.state->ask_to_end(order.reason);
}

void WorkerLoop::obey(const RevokedAttempt& order) {
    const auto found = running_.find(order.id);
    if (found == running_.end()) return;
    log_info("attempt is no longer ours", {{"task", found->second.state->start.task}, {"reason", order.reason}});
    found->second.state->revoke(order.reason);
    running_.erase(found);
}

void WorkerLoop::obey(const GiveInput& order) {
    const auto found = running_.find(order.id);
    if (found != running_.end()) found->second.state->give_input(order.offset, order.data);
}

void WorkerLoop::obey(const ChildNews& order) {
    const auto found = running_.find(order.id);
    if (found != running_.end()) found->second.state->children.tell(order);
}

void WorkerLoop::obey(const Notice& order) {
    switch (order.level) {
        case Notice::Level::info:
            return log_info(order.message, {{"worker", options_.name}});
        case Notice::Level::warn:
            return log_warn(order.message, {{"worker", options_.name}});
        case Notice::Level::error:
            return log_error(order.message, {{"worker", options_.name}});
    }
}

}  // namespace longwire::worker
