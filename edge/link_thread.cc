#include "edge/link_thread.h"

#include <pthread.h>

#include <array>
#include <memory>
#include <optional>

#include "protocol/node/clock.h"
#include "protocol/node/log_setup.h"
#include "protocol/sleep.h"
#include "protocol/turn_pacer.h"
#include "protocol/zmq/socket.h"

namespace longwire::edge {
namespace {

constexpr std::size_t kFramesPerTurn = 1024;
constexpr std::int64_t kTickMs = 20;
constexpr std::int64_t kCountPeriodUs = 100'000;
constexpr std::int64_t kReportPeriodUs = 1'000'000;

/// The loop's sockets and state, all of the link thread.
class Loop {
  public:
    Loop(zmq::context_t& context, zmq::socket_t socket, LinkRouter& router)
        : context_(context), socket_(std::move(socket)), router_(router) {}

    /// True if there may be more to read at once.
    bool wait(int wake_fd, bool may_sleep) {
        std::array<zmq::pollitem_t, 2> items{{{socket_.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, wake_fd, ZMQ_POLLIN, 0}}};
        zmq_link::wait(items, may_sleep ? kTickMs : 0);
        return (items[1].revents & ZMQ_POLLIN) != 0;
    }

    struct Read {
        std::size_t messages = 0;
        bool may_have_more = false;
    };
    Read read() {
        Read read;
        for (std::size_t i = 0; i < kFramesPerTurn; ++i) {
            const auto frame = zmq_link::receive(socket_);
            if (!frame) return read;
            read.messages += router_.receive((*frame)[0], now_us());
        }
        read.may_have_more = true;
        return read;
    }

    void write() {
        for (const auto& frame : router_.link().take_outgoing()) {
            if (zmq_link::send(socket_, {frame})) continue;
            router_.link().unreachable(now_us());
            return;
        }
    }

  private:
    zmq::context_t& context_;
    zmq::socket_t socket_;
    LinkRouter& router_;
};

}  // namespace

Status LinkThread::start(Deliver deliver, Report report) {
    // A ZeroMQ socket belongs to the thread that uses it; only what can go wrong with its address is found out here.
    {
        zmq::context_t probe;
        if (auto socket = zmq_link::connect_dealer(probe, options_.broker, options_.name); !socket) {
            return socket.error();
        }
    }
    thread_ = std::thread([this, deliver = std::move(deliver), report = std::move(report)] { run(deliver, report); });
    return {};
}

void LinkThread::stop() {
    if (!thread_.joinable()) return;
    is_stopping_ = true;
    wake_.wake();
    thread_.join();
}

void LinkThread::post(std::size_t shard, std::vector<ToLink> messages) {
    if (messages.empty()) return;
    bool must_wake = false;
    {
        const std::lock_guard lock(mutex_);
        must_wake = posted_.empty();
        posted_.emplace_back(shard, std::move(messages));
    }
    if (must_wake) wake_.wake();
}

void LinkThread::run(const Deliver& deliver, const Report& report) {
    pthread_setname_np(pthread_self(), "link");
    zmq::context_t context;
    auto socket = zmq_link::connect_dealer(context, options_.broker, options_.name);
    if (!socket) return;  // was tried in start()
    LinkRouter router({options_.name, options_.window_bytes}, options_.shards);
    Loop loop(context, std::move(*socket), router);
    bool has_more = false;
    std::string refusal;
    TurnPacer pacer;
    std::size_t messages = 0;
    std::int64_t counted_us = 0;
    std::int64_t reported_us = 0;
    while (!is_stopping_) {
        const auto delay_us = pacer.begin_turn(now_us(), messages);
        if (!has_more) sleep_us(delay_us);
        if (loop.wait(wake_.fd(), !has_more)) wake_.clear();
        const auto read = loop.read();
        messages = read.messages;
        has_more = read.may_have_more;
        const auto now = now_us();
        std::vector<std::pair<std::size_t, std::vector<ToLink>>> posted;
        {
            const std::lock_guard lock(mutex_);
            posted.swap(posted_);
            if (now - counted_us >= kCountPeriodUs) {
                counted_us = now;
                stats_ = {router.events(), router.ages()};
            }
        }
        for (auto& [shard, asked] : posted) {
            messages += asked.size();
            for (auto& message : asked) router.take(shard, std::move(message), now);
        }
        router.tick(now);
        if (router.link().is_up() && now - reported_us >= kReportPeriodUs) {
            reported_us = now;
            router.link().report(report());
        }
        loop.write();
        if (is_up_.exchange(router.link().is_up()) != router.link().is_up()) {
            log_info(router.link().is_up() ? "linked to the broker" : "lost the broker", {{"broker", options_.broker}});
        }
        if (router.link().refusal() != refusal) {
            refusal = router.link().refusal();
            if (!refusal.empty()) log_error("the broker refuses this edge", {{"reason", refusal}});
        }
        for (std::size_t shard = 0; shard < options_.shards; ++shard) {
            if (auto told = router.take_for(shard); !told.empty()) deliver(shard, std::move(told));
        }
    }
    router.link().say_bye(now_us());
    loop.write();
}

}  // namespace longwire::edge
