#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "bench/processes.h"
#include "protocol/link/subscriber_receiver.h"
#include "protocol/msgpack_writer.h"
#include "protocol/node/clock.h"
#include "protocol/zmq/socket.h"

namespace longwire::bench {

/// An edge without clients, that asks a broker what it is told to. Its turns are those of who calls.
class LinkClient final : private link::SubscriberListener {
  public:
    explicit LinkClient(const std::string& endpoint)
        : socket_(zmq_link::connect_dealer(context_, endpoint, "edge-bench").value()) {
        turn_until([&] { return link_.is_up(); });
    }

    /// Asks soon; waits where too many have not been answered yet. A question is asked again where its session breaks.
    void ask(std::string_view command, std::string_view fields) { request(command, fields, true); }

    /// Publishes {"text": text}, as ask() does, but never twice.
    void publish(std::string_view topic, std::string_view text) {
        std::string fields;
        MsgpackWriter writer(fields);
        writer.map(3);
        writer.field("topic", topic);
        writer.field("type", "note");
        writer.string("data");
        writer.map(1);
        writer.field("text", text);
        request("publish", fields, false);
    }

    /// Waits until all is answered. Throws if anything was refused.
    void finish() {
        turn_until([&] { return answered_ == asked_; });
        if (refused_ > 0) throw std::runtime_error(std::to_string(refused_) + " requests were refused");
    }

    using OnEvents = std::function<void(const link::TopicEvents&)>;

    /// Tells of all events of what the filter matches, within turn_until() and what else waits.
    void follow(const std::string& filter, OnEvents on_events) {
        on_events_ = std::move(on_events);
        link_.subscribe_filter("dev", filter);
    }

    void turn_until(const std::function<bool()>& condition) {
        const integration::Deadline deadline(Processes::kPatienceMs);
        while (!condition()) {
            if (deadline.has_passed()) throw std::runtime_error("it takes too long");
            turn();
        }
    }

  private:
    static constexpr std::uint64_t kInFlight = 2'000;

    void request(std::string_view command, std::string_view fields, bool may_repeat) {
        turn_until([&] { return asked_ - answered_ < kInFlight; });
        link_.request("dev", "dev", command, fields, may_repeat, now_us());
        ++asked_;
    }

    void turn() {
        for (const auto& message : link_.take_outgoing()) {
            if (zmq_link::send(socket_, {message})) continue;
            link_.unreachable(now_us());
            break;
        }
        std::array<zmq::pollitem_t, 1> items{{{socket_.handle(), 0, ZMQ_POLLIN, 0}}};
        zmq_link::wait(items, 2);
        for (int i = 0; i < 1'000; ++i) {
            const auto message = zmq_link::receive(socket_);
            if (!message) break;
            link_.receive((*message)[0], now_us());
        }
        link_.tick(now_us());
    }

    void on_link_up() override {}
    void on_link_down() override {}
    void on_subscribed(const std::string&, const link::Subscribed&) override {}
    void on_subscribe_failed(const std::string&, const Error&) override {}
    void on_gap(const std::string&, const link::DeliveryGap&) override {}
    void on_fetched(std::uint64_t, const Result<link::Fetched>&) override {}
    void on_events(const link::TopicEvents& events) override {
        if (on_events_) on_events_(events);
    }
    void on_reply(std::uint64_t, const Result<std::string_view>& reply) override {
        ++answered_;
        if (!reply) ++refused_;
    }

    zmq::context_t context_;
    zmq::socket_t socket_;
    link::SubscriberReceiver link_{{.edge = "edge-bench"}, *this};
    OnEvents on_events_;
    std::uint64_t asked_ = 0;
    std::uint64_t answered_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace longwire::bench
