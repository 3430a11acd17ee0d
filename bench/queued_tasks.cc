// Many tasks in a broker's queue: how fast they are started, what they cost in memory, how long a broker that was
// killed takes to be back with them, and how fast one worker gets through them. Real processes of this build on a log
// on disk; this program is their edge.
//
//     bench_queued_tasks [TASKS [DIRECTORY]]

#include <csignal>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bench/elapsed.h"
#include "bench/link_client.h"
#include "bench/processes.h"
#include "bench/usage.h"
#include "protocol/envelope.h"
#include "protocol/json.h"

namespace {

using longwire::bench::cpu_seconds;
using longwire::bench::LinkClient;
using longwire::bench::Processes;
using longwire::bench::resident_mib;
using longwire::bench::seconds_since;
using longwire::integration::Deadline;
using longwire::integration::Process;

/// A broker's edge, that asks in JSON.
void ask(LinkClient& edge, std::string_view command, const std::string& json) {
    edge.ask(command, longwire::json_to_msgpack(json).value());
}

class Bench {
  public:
    Bench(std::size_t tasks, const std::string& directory) : tasks_(tasks), processes_(directory) {}

    void run() {
        start_broker();
        LinkClient edge(processes_.endpoint("edges"));
        edge.follow("task/+", [this](const longwire::link::TopicEvents& events) { count_ended(events); });
        start_tasks(edge);
        restart_broker(edge);
        work_on_all(edge);
    }

  private:
    void start_broker() {
        broker_ = processes_.launch_broker({"--queued-per-kind-max", "1000000", "--tasks-kept-max", "1000000"});
    }

    void start_tasks(LinkClient& edge) {
        const auto before_mib = resident_mib(broker_->pid());
        const auto before_cpu = cpu_seconds(broker_->pid());
        const auto began_us = longwire::now_us();
        for (std::size_t i = 0; i < tasks_; ++i) {
            ask(edge, "start", R"({"kind":"demo.count","input":{"n":0},"task":"t)" + std::to_string(i) + "\"}");
        }
        edge.finish();
        const auto took = seconds_since(began_us);
        const auto grown_mib = resident_mib(broker_->pid()) - before_mib;
        const auto count = static_cast<double>(tasks_);
        std::printf("started %zu tasks in %.2f s: %.0f/s, %.1f CPU s of the broker per 100,000\n", tasks_, took,
                    count / took, (cpu_seconds(broker_->pid()) - before_cpu) * 1e5 / count);
        std::printf("the broker has %.0f MiB more: %.0f bytes for each, its log's buffers included\n", grown_mib,
                    grown_mib * (1 << 20) / count);
    }

    void restart_broker(LinkClient& edge) {
        broker_->end(SIGKILL);
        const auto began_us = longwire::now_us();
        start_broker();
        const auto ready = seconds_since(began_us);
        ask(edge, "state", R"({"task":"t0"})");
        edge.finish();
        std::printf(
            "killed and started again with %zu in the queue: ready after %.2f s, a question answered after %.2f s\n",
            tasks_, ready, seconds_since(began_us));
        std::printf("the broker has %.0f MiB then\n", resident_mib(broker_->pid()));
    }

    void work_on_all(LinkClient& edge) {
        const auto before_cpu = cpu_seconds(broker_->pid());
        const auto worker = processes_.launch_worker("longwire-worker-demo", 64);
        const auto began_us = longwire::now_us();
        edge.turn_until([&] { return ended_ >= tasks_; });
        const auto took = seconds_since(began_us);
        const auto count = static_cast<double>(tasks_);
        std::printf(
            "one worker with room for 64 was given and ended %zu in %.2f s: %.0f/s, %.1f CPU s of the broker per "
            "100,000\n",
            tasks_, took, count / took, (cpu_seconds(broker_->pid()) - before_cpu) * 1e5 / count);
        worker->end(SIGTERM, Deadline(Processes::kPatienceMs));
        broker_->end(SIGTERM, Deadline(Processes::kPatienceMs));
    }

    void count_ended(const longwire::link::TopicEvents& events) {
        for (const auto& envelope : events.envelopes) {
            const auto parsed = longwire::parse_envelope(envelope.bytes);
            if (parsed && parsed->type == "task.completed") ++ended_;
        }
    }

    std::size_t tasks_;
    Processes processes_;
    std::unique_ptr<Process> broker_;
    std::size_t ended_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
    Bench(argc > 1 ? std::stoul(argv[1]) : 50'000, argc > 2 ? argv[2] : "/tmp").run();
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
