#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "broker/core/broker.h"
#include "broker/log/memory_log.h"
#include "protocol/limits.h"
#include "protocol/link/producer_sender.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

/// How many events a second one core of a broker takes in, commits to the log in memory, acknowledges and delivers to
/// one edge, without sockets.
namespace longwire::broker {
namespace {

constexpr int kBatch = 256;
constexpr std::size_t kEventBytes = 256;
constexpr std::int64_t kStepUs = 200;

class Cluster {
  public:
    Cluster(int topics, int idle_workers) : log_(64 << 20), broker_(options(), [this] { return ++random_; }) {
        in_.from_workers.push_back({"w", link::encode(1, hello())});
        step();
        for (int i = 0; i < idle_workers; ++i) {
            auto idle = hello();
            const auto name = "idle-" + std::to_string(i);
            idle.worker = name;
            in_.from_workers.push_back({name, link::encode(1, idle)});
        }
        in_.from_edges.push_back({"e", link::encode(1, link::EdgeHello{kProtocolVersion, "e", 256 << 20})});
        for (int i = 0; i < topics; ++i) {
            paths_.push_back("r/room/" + std::to_string(i));
            to_broker(link::Subscribe{++requests_, paths_.back(), 0, 0});
        }
        step();
    }

    /// A batch's way through the broker: in, committed, acknowledged and delivered.
    void batch() {
        for (int i = 0; i < kBatch; ++i) {
            Envelope envelope;
            envelope.time_us = now_us_;
            envelope.type = "text.delta";
            envelope.payload = payload_;
            sender_.set_subscribed(true);
            if (!sender_.emit(paths_[next_topic_], envelope)) std::abort();
            if (i % 16 == 15) next_topic_ = (next_topic_ + 1) % paths_.size();
        }
        for (auto& outgoing : sender_.take_outgoing()) {
            auto envelopes = std::make_shared<const std::string>(std::move(outgoing.envelopes));
            in_.published.push_back({*outgoing.key, std::move(envelopes)});
        }
    }

    void step() {
        now_us_ += kStepUs;
        in_.log = log_.poll();
        broker_.step(now_us_, in_, out_);
        in_.clear();
        if (out_.commit) log_.append(std::move(*out_.commit));
        for (auto& read : out_.reads) log_.read(std::move(read));
        for (const auto& frame : out_.to_workers) hear(frame.bytes);
        for (const auto& frame : out_.to_edges) delivered_bytes_ += frame.bytes.size();
        out_.clear();
    }

    /// Lets the broker go on: heartbeats, and credit for what has been delivered.
    void keep_alive() {
        to_broker(link::Credit{delivered_bytes_});
        in_.from_workers.push_back({"w", link::encode(++said_, link::WorkerHeartbeat{})});
    }

    const BrokerStats& stats() const { return broker_.stats(); }

  private:
    static Broker::Options options() {
        Broker::Options options;
        options.name = "b";
        return options;
    }

    static link::WorkerHello hello() {
        link::WorkerHello hello;
        hello.version = kProtocolVersion;
        hello.worker = "w";
        hello.incarnation = 1;
        return hello;
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

    static std::string payload() {
        std::string bytes;
        MsgpackWriter writer(bytes);
        writer.map(1);
        writer.field("text", std::string(kEventBytes - 8, 'x'));
        return bytes;
    }

    std::uint64_t random_ = 0;
    std::int64_t now_us_ = 1'700'000'000'000'000;
    MemoryLog log_;
    Broker broker_;
    BrokerInbox in_;
    BrokerOutbox out_;
    link::ProducerSender sender_{{"w", 1, std::size_t{64} << 20}};
    std::vector<std::string> paths_;
    std::size_t next_topic_ = 0;
    std::string payload_ = payload();
    std::uint64_t requests_ = 0;
    std::uint64_t said_ = 1;
    std::uint64_t edge_said_ = 1;
    std::uint64_t delivered_bytes_ = 0;
};

void take_in_and_deliver(benchmark::State& state) {
    Cluster cluster(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    int batches = 0;
    for (auto _ : state) {
        state.PauseTiming();
        cluster.batch();
        if (++batches % 64 == 0) cluster.keep_alive();
        state.ResumeTiming();
        cluster.step();
    }
    state.SetItemsProcessed(state.iterations() * kBatch);
    const auto committed = static_cast<double>(cluster.stats().events_committed);
    state.counters["delivered_share"] = static_cast<double>(cluster.stats().events_delivered) / committed;
}
BENCHMARK(take_in_and_deliver)
    ->ArgNames({"topics", "idle_workers"})
    ->Args({1, 0})
    ->Args({16, 0})
    ->Args({1000, 0})
    ->Args({16, 1000});

}  // namespace
}  // namespace longwire::broker
