#include "broker/shell.h"

#include <array>
#include <span>
#include <utility>

#include "protocol/limits.h"
#include "protocol/msgpack_writer.h"
#include "protocol/node/clock.h"
#include "protocol/node/random_id.h"
#include "protocol/sleep.h"
#include "protocol/topic.h"
#include "protocol/turn_pacer.h"
#include "protocol/zmq/socket.h"

namespace longwire::broker {
namespace {

// Of one socket; more of one would starve the others.
constexpr std::size_t kMessagesPerTurn = 1024;
constexpr std::size_t kBytesPerTurn = 4 << 20;
constexpr std::int64_t kTickMs = 20;  // longest sleep: leases, holes and heartbeats are looked at
constexpr std::int64_t kMetricsPeriodUs = 250'000;
constexpr std::int64_t kStallUs = 500'000;  // a turn that began so late was not the peers' doing

std::uint64_t random_epoch() {
    const auto number = random_u64();
    return number == 0 ? 1 : number;
}

void write_limited(LogLimiter& limiter, LogLevel level, const std::string& line, std::string_view too_many) {
    switch (limiter.admit(now_us())) {
        case LogLimiter::Verdict::write:
            return log(level, line);
        case LogLimiter::Verdict::say_that_some_are_left_out:
            return log_warn(too_many);
        case LogLimiter::Verdict::leave_out:
            return;
    }
}

}  // namespace

Shell::Shell(Broker::Options options, std::unique_ptr<CommitLog> log)
    : log_(std::move(log)), broker_(std::move(options), random_epoch) {}

Result<std::unique_ptr<Shell>> Shell::open(const Endpoints& endpoints, Broker::Options options,
                                           std::unique_ptr<CommitLog> log) {
    const auto partitions = options.partitions;
    std::unique_ptr<Shell> shell(new Shell(std::move(options), std::move(log)));
    LW_TRY_STATUS(shell->restore());
    LW_TRY_STATUS(shell->bind(endpoints, partitions));
    return shell;
}

Status Shell::restore() {
    LW_TRY_STATUS(log_->visit_topics([&](const KeptTopic& topic) { broker_.restore(topic); }));
    Status sound;
    LW_TRY_STATUS(log_->visit_state([&](const StatePut& entry) {
        if (sound) sound = broker_.restore(entry);
    }));
    if (!sound) return sound;
    broker_.restored(now_us());
    return {};
}

Status Shell::bind(const Endpoints& endpoints, std::uint32_t partitions) {
    LW_TRY(workers_, zmq_link::bind_router(context_, endpoints.workers));
    LW_TRY(edges_, zmq_link::bind_router(context_, endpoints.edges));
    LW_TRY(tap_, zmq_link::bind_tap(context_, endpoints.tap));
    LW_TRY(events_, zmq_link::bind_events(context_, endpoints.events));
    for (std::uint32_t i = 0; i < partitions; ++i) zmq_link::subscribe_partition(events_, i);
    if (!endpoints.metrics.empty()) LW_TRY_STATUS(metrics_.serve(endpoints.metrics));
    return {};
}

Status Shell::run(int stop_fd) {
    TurnPacer pacer;
    while (true) {
        const auto delay_us = pacer.begin_turn(now_us(), std::exchange(messages_, 0));
        if (!has_more_) sleep_us(delay_us);
        wait(stop_fd, has_more_ ? 0 : kTickMs);
        if (stopped_) return {};
        notice_stall(now_us());
        has_more_ = false;
        read_sockets();
        inbox_.log = log_->poll();
        LW_TRY_STATUS(step());
        // An engine whose outcomes are there at once must not wait for the next message to be heard.
        for (inbox_.log = log_->poll(); !inbox_.log.empty(); inbox_.log = log_->poll()) LW_TRY_STATUS(step());
    }
}

void Shell::wait(int stop_fd, std::int64_t timeout_ms) {
    std::array<zmq::pollitem_t, 6> items{{{events_.handle(), 0, ZMQ_POLLIN, 0},
                                          {workers_.handle(), 0, ZMQ_POLLIN, 0},
                                          {edges_.handle(), 0, ZMQ_POLLIN, 0},
                                          {tap_.handle(), 0, ZMQ_POLLIN, 0},
                                          {nullptr, stop_fd, ZMQ_POLLIN, 0},
                                          {nullptr, log_->fd(), ZMQ_POLLIN, 0}}};
    const auto count = log_->fd() < 0 ? items.size() - 1 : items.size();
    zmq_link::wait(std::span(items).first(count), timeout_ms);
    stopped_ = (items[4].revents & ZMQ_POLLIN) != 0;
}

void Shell::notice_stall(std::int64_t now_us) {
    const auto turned_us = std::exchange(turned_us_, now_us);
    const auto since_us = now_us - turned_us;
    if (turned_us == 0 || since_us < kStallUs) return;
    log_warn("this process did not run for a while", {{"ms", since_us / 1000}});
    broker_.stalled(since_us);
}

void Shell::read_sockets() {
    read_published();
    read_frames(workers_, inbox_.from_workers);
    read_frames(edges_, inbox_.from_edges);
    read_tap_subscriptions();
}

void Shell::read_published() {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < kMessagesPerTurn && bytes < kBytesPerTurn; ++i) {
        const auto message = zmq_link::receive(events_);
        if (!message) return;
        if (message->size() != 2) continue;  // not of our making; its key says nothing we could answer to
        bytes += (*message)[1].size();
        inbox_.published.push_back({std::string((*message)[0]), std::make_shared<const std::string>((*message)[1])});
    }
    has_more_ = true;
}

void Shell::read_frames(zmq::socket_t& socket, std::vector<LinkFrame>& frames) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < kMessagesPerTurn && bytes < kBytesPerTurn; ++i) {
        const auto message = zmq_link::receive(socket);
        if (!message) return;
        if (message->size() != 2) continue;
        bytes += (*message)[1].size();
        frames.push_back({std::string((*message)[0]), std::string((*message)[1])});
    }
    has_more_ = true;
}

void Shell::read_tap_subscriptions() {
    while (const auto message = zmq_link::receive(tap_)) {
        const auto subscription = zmq_link::read_subscription((*message)[0]);
        if (!subscription) continue;
        if (subscription->added) ++tap_subscriptions_;
        if (!subscription->added && tap_subscriptions_ > 0) --tap_subscriptions_;
    }
}

Status Shell::step() {
    inbox_.is_tapped = tap_subscriptions_ > 0;
    for (const auto& committed : inbox_.log.committed) LW_TRY_STATUS(committed.status);
    if (inbox_.log.room) note_room(*inbox_.log.room);
    broker_.step(now_us(), inbox_, outbox_);
    messages_ += inbox_.published.size() + inbox_.from_workers.size() + outbox_.edge_messages_taken;
    inbox_.clear();
    if (outbox_.commit) log_->append(std::move(*outbox_.commit));
    for (auto& read : outbox_.reads) log_->read(std::move(read));
    send_frames(PeerKind::worker, workers_, outbox_.to_workers);
    send_frames(PeerKind::edge, edges_, outbox_.to_edges);
    send_tap();
    for (const auto us : outbox_.cancelled_after_us) metrics_.cancelled_after(us);
    write_notices();
    update_metrics();
    outbox_.clear();
    return {};
}

void Shell::send_frames(PeerKind kind, zmq::socket_t& socket, const std::vector<LinkFrame>& frames) {
    for (const auto& frame : frames) {
        if (!zmq_link::send(socket, {frame.peer, frame.bytes})) broker_.peer_unreachable(kind, frame.peer);
    }
}

void Shell::send_tap() {
    for (const auto& [path, epoch, offset, envelope] : outbox_.tap) {
        std::string place;
        MsgpackWriter writer(place);
        writer.array(2);
        writer.unsigned_integer(epoch);
        writer.unsigned_integer(offset);
        const auto key = topic_key(*path, partition_of(*path, broker_.partitions()));
        zmq_link::send(tap_, {key, place, envelope.bytes});
    }
}

void Shell::note_room(const Status& room) {
    if (room) return log_info("there is room on the disk again: new work is taken");
    log_error("no new work is taken", {{"error", describe(room.error())}});
}

void Shell::update_metrics() {
    const auto now = now_us();
    if (now - metrics_updated_us_ < kMetricsPeriodUs) return;
    metrics_updated_us_ = now;
    metrics_.update(broker_);
}

void Shell::write_notices() {
    for (const auto& notice : outbox_.notices) {
        write_limited(notice_limiter_, LogLevel::info, notice, "too many notices: some are left out");
    }
    for (const auto& warning : outbox_.warnings) {
        write_limited(warning_limiter_, LogLevel::warn, warning, "too many warnings: some are left out");
    }
}

}  // namespace longwire::broker
