// Many tasks in a broker's queue: how fast they are started, what they cost in memory, how long a broker that was
// killed takes to be back with them, and how fast one worker gets through them. Real processes of this build on a log
// on disk; this program is their edge.
//
//     bench_queued_tasks [TASKS [DIRECTORY]]

#include <array>
#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "bench/processes.h"
#include "bench/usage.h"
#include "protocol/envelope.h"
#include "protocol/json.h"
#include "protocol/link/subscriber_receiver.h"
#include "protocol/node/clock.h"
#include "protocol/zmq/socket.h"

namespace {

namespace link = longwire::link;
using longwire::bench::cpu_seconds;
using longwire::bench::Processes;
using longwire::bench::resident_mib;
using longwire::integration::Deadline;
using longwire::integration::Process;

constexpr std::size_t kInFlight = 2'000;

double seconds_since(std::int64_t from_us) {
    return static_cast<double>(longwire::now_us() - from_us) * 1e-6;
}

class Edge final : private link::SubscriberListener {
  public:
    explicit Edge(const std::string& endpoint)
        : socket_(longwire::zmq_link::connect_dealer(context_, endpoint, "edge-bench").value()) {
        link_.subscribe_filter("dev", "task/+");
    }

    std::size_t answered = 0;
    std::size_t refused = 0;
    std::size_t ended = 0;

    bool is_up() const { return link_.is_up(); }

    void ask(std::string_view command, const std::string& json) {
        const auto fields = longwire::json_to_msgpack(json).value();
        link_.request("dev", "dev", command, fields, true, longwire::now_us());
    }

    void turn_until(const std::function<bool()>& condition) {
        const Deadline deadline(Processes::kPatienceMs);
        while (!condition()) {
            if (deadline.has_passed()) throw std::runtime_error("it takes too long");
            turn();
        }
    }

  private:
    void turn() {
        for (const auto& message : link_.take_outgoing()) {
            if (longwire::zmq_link::send(socket_, {message})) continue;
            link_.unreachable(longwire::now_us());
            break;
        }
        std::array<zmq::pollitem_t, 1> items{{{socket_.handle(), 0, ZMQ_POLLIN, 0}}};
        longwire::zmq_link::wait(items, 2);
        for (int i = 0; i < 1'000; ++i) {
            const auto message = longwire::zmq_link::receive(socket_);
            if (!message) break;
            link_.receive((*message)[0], longwire::now_us());
        }
        link_.tick(longwire::now_us());
    }

    void on_link_up() override {}
    void on_link_down() override {}
    void on_subscribed(const std::string&, const link::Subscribed&) override {}
    void on_subscribe_failed(const std::string&, const longwire::Error&) override {}
    void on_gap(const std::string&, const link::DeliveryGap&) override {}
    void on_fetched(std::uint64_t, const longwire::Result<link::Fetched>&) override {}
    void on_reply(std::uint64_t, const longwire::Result<std::string_view>& reply) override {
        ++answered;
        if (!reply) ++refused;
    }
    void on_events(const link::TopicEvents& events) override {
        for (const auto& envelope : events.envelopes) {
            const auto parsed = longwire::parse_envelope(envelope.bytes);
            if (parsed && parsed->type == "task.completed") ++ended;
        }
    }

    zmq::context_t context_;
    zmq::socket_t socket_;
    link::SubscriberReceiver link_{{.edge = "edge-bench"}, *this};
};

class Bench {
  public:
    Bench(std::size_t tasks, const std::string& directory) : tasks_(tasks), processes_(directory) {}

    void run() {
        start_broker();
        Edge edge(processes_.endpoint("edges"));
        edge.turn_until([&] { return edge.is_up(); });
        start_tasks(edge);
        restart_broker(edge);
        work_on_all(edge);
    }

  private:
    void start_broker() {
        broker_ = processes_.launch_broker({"--queued-per-kind-max", "1000000", "--tasks-kept-max", "1000000"});
    }

    void start_tasks(Edge& edge) {
        const auto before_mib = resident_mib(broker_->pid());
        const auto before_cpu = cpu_seconds(broker_->pid());
        const auto began_us = longwire::now_us();
        for (std::size_t i = 0; i < tasks_; ++i) {
            edge.turn_until([&] { return i - edge.answered < kInFlight; });
            edge.ask("start", R"({"kind":"demo.count","input":{"n":0},"task":"t)" + std::to_string(i) + "\"}");
        }
        edge.turn_until([&] { return edge.answered == tasks_; });
        const auto took = seconds_since(began_us);
        if (edge.refused > 0) throw std::runtime_error(std::to_string(edge.refused) + " starts were refused");
        const auto grown_mib = resident_mib(broker_->pid()) - before_mib;
        const auto count = static_cast<double>(tasks_);
        std::printf("started %zu tasks in %.2f s: %.0f/s, %.1f CPU s of the broker per 100,000\n", tasks_, took,
                    count / took, (cpu_seconds(broker_->pid()) - before_cpu) * 1e5 / count);
        std::printf("the broker has %.0f MiB more: %.0f bytes for each, its log's buffers included\n", grown_mib,
                    grown_mib * (1 << 20) / count);
    }

    void restart_broker(Edge& edge) {
        broker_->end(SIGKILL);
        const auto began_us = longwire::now_us();
        start_broker();
        const auto ready = seconds_since(began_us);
        const auto before = edge.answered;
        edge.ask("state", R"({"task":"t0"})");
        edge.turn_until([&] { return edge.answered > before; });
        std::printf(
            "killed and started again with %zu in the queue: ready after %.2f s, a question answered after %.2f s\n",
            tasks_, ready, seconds_since(began_us));
        std::printf("the broker has %.0f MiB then\n", resident_mib(broker_->pid()));
    }

    void work_on_all(Edge& edge) {
        const auto before_cpu = cpu_seconds(broker_->pid());
        const auto worker = processes_.launch_worker("longwire-worker-demo", 64);
        const auto began_us = longwire::now_us();
        edge.turn_until([&] { return edge.ended >= tasks_; });
        const auto took = seconds_since(began_us);
        const auto count = static_cast<double>(tasks_);
        std::printf(
            "one worker with room for 64 was given and ended %zu in %.2f s: %.0f/s, %.1f CPU s of the broker per "
            "100,000\n",
            tasks_, took, count / took, (cpu_seconds(broker_->pid()) - before_cpu) * 1e5 / count);
        worker->end(SIGTERM, Deadline(Processes::kPatienceMs));
        broker_->end(SIGTERM, Deadline(Processes::kPatienceMs));
    }

    std::size_t tasks_;
    Processes processes_;
    std::unique_ptr<Process> broker_;
};

}  // namespace

int main(int argc, char** argv) try {
    Bench(argc > 1 ? std::stoul(argv[1]) : 50'000, argc > 2 ? argv[2] : "/tmp").run();
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
