#pragma once

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/core/broker.h"
#include "broker/log/commit_log.h"
#include "protocol/limits.h"
#include "protocol/link/producer_sender.h"
#include "protocol/msgpack_writer.h"

namespace longwire::broker {

/// One core of a broker with its log, between a worker that publishes and an edge that follows everything, without
/// sockets.
class CoreCluster {
  public:
    struct Options {
        int topics = 1;
        int idle_workers = 0;
        bool of_tasks = false;  // the topics are those of tasks that run
        std::uint32_t partitions = 16;
        std::size_t payload_bytes = 256;
        int batch_events = 256;
    };

    CoreCluster(Options options, std::unique_ptr<CommitLog> log)
        : options_(options), log_(std::move(log)), broker_(broker_options(options), [this] { return ++random_; }) {
        MsgpackWriter writer(payload_);
        writer.map(1);
        writer.field("text", std::string(options.payload_bytes - 8, 'x'));
        auto worker = hello("w");
        worker.kinds = {"k"};
        worker.capacity = static_cast<std::uint32_t>(options.topics);
        in_.from_workers.push_back({"w", link::encode(1, worker)});
        step(0);
        for (int i = 0; i < options.idle_workers; ++i) {
            const auto name = "idle-" + std::to_string(i);
            in_.from_workers.push_back({name, link::encode(1, hello(name))});
        }
        in_.from_edges.push_back({"e", link::encode(1, link::EdgeHello{kProtocolVersion, "e", 256 << 20})});
        for (int i = 0; i < options.topics; ++i) {
            paths_.push_back((options.of_tasks ? "r/task/" : "r/room/") + std::to_string(i));
            if (options.of_tasks) start(std::to_string(i));
            to_broker(link::Subscribe{++requests_, paths_.back(), 0, 0});
        }
        step(0);
    }

    /// Publishes a batch of events. False if the worker's window is full.
    bool publish() {
        for (int i = 0; i < options_.batch_events; ++i) {
            Envelope envelope;
            envelope.time_us = now_us_;
            envelope.type = "text.delta";
            envelope.payload = payload_;
            if (options_.of_tasks) envelope.attempt = 1;
            sender_.set_subscribed(true);
            if (!sender_.emit(paths_[next_topic_], envelope)) return false;
            if (i % 16 == 15) next_topic_ = (next_topic_ + 1) % paths_.size();
        }
        for (auto& outgoing : sender_.take_outgoing()) {
            auto envelopes = std::make_shared<const std::string>(std::move(outgoing.envelopes));
            in_.published.push_back({*outgoing.key, std::move(envelopes)});
        }
        return true;
    }

    /// Lets the broker take all in, `us` after the step before.
    void step(std::int64_t us) {
        advance(us);
        step_core();
        hand_on();
    }

    /// The three parts of a step: the time, and what the log has to say;
    void advance(std::int64_t us) {
        now_us_ += us;
        in_.log = log_->poll();
        for (const auto& committed : in_.log.committed) {
            if (!committed.status) std::abort();
            if (on_committed) on_committed(committed.ticket);
        }
    }

    /// the broker's own work;
    void step_core() { broker_.step(now_us_, in_, out_); }

    /// and what goes to the log, the worker and the edge.
    void hand_on() {
        in_.clear();
        if (out_.commit && on_commit) on_commit(out_.commit->ticket);
        if (out_.commit) log_->append(std::move(*out_.commit));
        for (auto& read : out_.reads) log_->read(std::move(read));
        for (const auto& frame : out_.to_workers) hear(frame.bytes);
        for (const auto& frame : out_.to_edges) delivered_bytes_ += frame.bytes.size();
        out_.clear();
        if (++steps_ % 64 == 0) keep_alive();
    }

    /// A client's command; `fields` is a MessagePack map.
    void command(std::string_view name, std::string_view fields) {
        to_broker(link::Request{++requests_, "r", "u", name, {fields}});
    }

    bool has_room() const { return sender_.kept_bytes() < kWindowBytes / 2; }
    const BrokerStats& stats() const { return broker_.stats(); }
    CommitLog& log() { return *log_; }

    std::function<void(std::uint64_t ticket)> on_commit;     // handed to the log
    std::function<void(std::uint64_t ticket)> on_committed;  // told to be durable

  private:
    static constexpr std::size_t kWindowBytes = 64 << 20;

    static Broker::Options broker_options(const Options& options) {
        Broker::Options broker;
        broker.name = "b";
        broker.partitions = options.partitions;
        broker.producer_window_bytes = kWindowBytes;
        return broker;
    }

    static link::WorkerHello hello(std::string_view name) {
        link::WorkerHello hello;
        hello.version = kProtocolVersion;
        hello.worker = name;
        hello.incarnation = 1;
        return hello;
    }

    void start(const std::string& task) {
        std::string fields;
        MsgpackWriter writer(fields);
        writer.map(2);
        writer.field("kind", "k");
        writer.field("task", task);
        command("start", fields);
    }

    /// Heartbeats, and credit for what has been delivered.
    void keep_alive() {
        to_broker(link::Credit{delivered_bytes_});
        in_.from_workers.push_back({"w", link::encode(++said_, link::WorkerHeartbeat{})});
    }

    template <class Message>
    void to_broker(const Message& message) {
        in_.from_edges.push_back({"e", link::encode(++edge_said_, message)});
    }

    void hear(const std::string& bytes) {
        const auto decoded = link::decode<link::BrokerToWorker>(bytes);
        if (const auto* welcome = std::get_if<link::WorkerWelcome>(&decoded->message)) sender_.welcome(*welcome);
        if (const auto* committed = std::get_if<link::EventsCommitted>(&decoded->message)) {
            for (const auto& position : committed->positions) sender_.committed(position);
        }
    }

    Options options_;
    std::uint64_t random_ = 0;
    std::int64_t now_us_ = 1'700'000'000'000'000;
    std::unique_ptr<CommitLog> log_;
    Broker broker_;
    BrokerInbox in_;
    BrokerOutbox out_;
    link::ProducerSender sender_{{"w", 1, kWindowBytes}};
    std::vector<std::string> paths_;
    std::size_t next_topic_ = 0;
    std::string payload_;
    std::uint64_t requests_ = 0;
    std::uint64_t said_ = 1;
    std::uint64_t edge_said_ = 1;
    std::uint64_t delivered_bytes_ = 0;
    std::uint64_t steps_ = 0;
};

}  // namespace longwire::broker
