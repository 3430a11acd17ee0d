#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bench/processes.h"
#include "protocol/link/subscriber_receiver.h"
#include "protocol/msgpack_writer.h"
#include "protocol/node/clock.h"
#include "protocol/zmq/socket.h"

namespace longwire::bench {

/// An edge without clients, that publishes at a broker what it is told to.
class LinkPublisher final : private link::SubscriberListener {
  public:
    explicit LinkPublisher(const std::string& endpoint)
        : socket_(zmq_link::connect_dealer(context_, endpoint, "edge-publisher").value()) {
        turn_until([&] { return link_.is_up(); });
    }

    /// Publishes one small event, soon; waits where too many have not been answered yet.
    void publish(std::string_view topic) {
        turn_until([&] { return asked_ - answered_ < kInFlight; });
        std::string fields;
        MsgpackWriter writer(fields);
        writer.map(3);
        writer.field("topic", topic);
        writer.field("type", "note");
        writer.string("data");
        writer.map(1);
        writer.field("text", "a text of a few words, as people write them");
        link_.request("dev", "dev", "publish", fields, false, now_us());
        ++asked_;
    }

    /// Waits until all is in the log.
    void finish() {
        turn_until([&] { return answered_ == asked_; });
        if (refused_ > 0) throw std::runtime_error(std::to_string(refused_) + " events were refused");
    }

  private:
    static constexpr std::uint64_t kInFlight = 2'000;

    void turn_until(const std::function<bool()>& condition) {
        const integration::Deadline deadline(Processes::kPatienceMs);
        while (!condition()) {
            if (deadline.has_passed()) throw std::runtime_error("it takes too long");
            turn();
        }
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
    void on_events(const link::TopicEvents&) override {}
    void on_gap(const std::string&, const link::DeliveryGap&) override {}
    void on_fetched(std::uint64_t, const Result<link::Fetched>&) override {}
    void on_reply(std::uint64_t, const Result<std::string_view>& reply) override {
        ++answered_;
        if (!reply) ++refused_;
    }

    zmq::context_t context_;
    zmq::socket_t socket_;
    link::SubscriberReceiver link_{{.edge = "edge-publisher"}, *this};
    std::uint64_t asked_ = 0;
    std::uint64_t answered_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace longwire::bench
