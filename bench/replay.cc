// What it costs to give clients what they missed: many who come back at once, each some events behind, and one who
// reads a long topic from the start. Real processes of this build, a log on disk; each work has an edge of its own, so
// that nothing is in its memory yet.
//
//     bench_replay [CLIENTS [BEHIND [EVENTS [DIRECTORY]]]]

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bench/elapsed.h"
#include "bench/link_client.h"
#include "bench/processes.h"
#include "bench/swarm.h"
#include "bench/usage.h"
#include "protocol/json.h"
#include "protocol/node/clock.h"
#include "tests/integration/support/http_client.h"
#include "tests/integration/support/tcp_stream.h"

namespace {

using longwire::bench::cpu_seconds;
using longwire::bench::LinkClient;
using longwire::bench::Processes;
using longwire::bench::resident_mib;
using longwire::bench::seconds_since;
using longwire::bench::Swarm;
using longwire::integration::Deadline;
using longwire::integration::HttpClient;
using longwire::integration::Process;
using longwire::integration::TcpStream;

constexpr std::size_t kTextBytes = 248;
constexpr std::size_t kPageEvents = 1'000;

class Bench {
  public:
    Bench(std::size_t clients, std::size_t behind, std::size_t events, const std::string& directory)
        : clients_(clients), behind_(behind), events_(events), processes_(directory) {}

    void run() {
        broker_ = processes_.launch_broker();
        fill();
        come_back("on one topic", [](std::size_t) { return std::string("room/one"); });
        come_back("on a topic each", [](std::size_t i) { return "room/own-" + std::to_string(i); });
        read_all("WebSocket, JSON", [&](auto port) { follow(port, false); });
        read_all("WebSocket, MessagePack", [&](auto port) { follow(port, true); });
        read_all("Server-Sent Events", [&](auto port) { follow_event_stream(port); });
        read_all("pages of 1,000 over HTTP", [&](auto port) { read_pages(port); });
    }

  private:
    struct Edge {
        std::unique_ptr<Process> process;
        std::uint16_t port = 0;
    };

    void fill() {
        const auto began_us = longwire::now_us();
        const auto broker_s = cpu_seconds(broker_->pid());
        const std::string text(kTextBytes, 'x');
        LinkClient publisher(processes_.endpoint("edges"));
        for (std::size_t i = 0; i < behind_; ++i) {
            publisher.publish("room/one", text);
            for (std::size_t client = 0; client < clients_; ++client) {
                publisher.publish("room/own-" + std::to_string(client), text);
            }
        }
        for (std::size_t i = 0; i < events_; ++i) publisher.publish("room/long", text);
        publisher.finish();
        const auto published = static_cast<double>(behind_ * (clients_ + 1) + events_);
        std::printf("published %.0f events in %.1f s, broker %.1f CPU s per million\n", published,
                    seconds_since(began_us), (cpu_seconds(broker_->pid()) - broker_s) * 1e6 / published);
    }

    Edge launch_edge() {
        Edge edge;
        edge.process =
            processes_.launch("longwire-edge", {"--broker", processes_.endpoint("edges"), "--http", "127.0.0.1:0"});
        const auto ready = edge.process->wait_for_line("ready");
        edge.port = static_cast<std::uint16_t>(std::stoi(ready.substr(ready.rfind(':') + 1)));
        return edge;
    }

    /// Twice on the same edge: the second time it has been there before.
    void come_back(const char* where, const std::function<std::string(std::size_t)>& topic_of) {
        const auto edge = launch_edge();
        for (const char* which : {"a fresh edge", "the same again"}) {
            Swarm swarm(edge.port, false);
            const auto command = [&](std::size_t i) {
                return Swarm::Command{R"({"id":1,"cmd":"subscribe","topic":")" + topic_of(i) + R"(","from":"start"})",
                                      0};
            };
            measure(edge, [&] { swarm.replay(clients_, command, behind_, Deadline(Processes::kPatienceMs)); });
            std::printf(
                "%zu clients %s, each %zu behind, %s: all subscribed after %.2f s, all have all after %.2f s; "
                "CPU s edge %.2f, broker %.2f, clients %.2f; MiB edge %.0f to %.0f, broker %.0f to %.0f\n",
                clients_, where, behind_, which, swarm.subscribed_s(), swarm.complete_s(), used_.edge_s, used_.broker_s,
                used_.own_s, used_.edge_before_mib, used_.edge_mib, used_.broker_before_mib, used_.broker_mib);
            std::fflush(stdout);
        }
    }

    void read_all(const char* how, const std::function<void(std::uint16_t)>& read) {
        const auto edge = launch_edge();
        measure(edge, [&] { read(edge.port); });
        const auto millions = static_cast<double>(events_) * 1e-6;
        std::printf(
            "%zu events from the start, %s: %.0f/s; CPU s per million edge %.2f, broker %.2f, client %.2f; "
            "MiB edge %.0f to %.0f, broker %.0f to %.0f\n",
            events_, how, static_cast<double>(events_) / used_.seconds, used_.edge_s / millions,
            used_.broker_s / millions, used_.own_s / millions, used_.edge_before_mib, used_.edge_mib,
            used_.broker_before_mib, used_.broker_mib);
        std::fflush(stdout);
    }

    void follow(std::uint16_t port, bool is_msgpack) const {
        Swarm swarm(port, is_msgpack);
        const std::string json = R"({"id":1,"cmd":"subscribe","topic":"room/long","from":"start"})";
        const auto bytes = is_msgpack ? longwire::json_to_msgpack(json).value() : json;
        swarm.replay(
            1,
            [&](std::size_t) {
                return Swarm::Command{bytes, 0};
            },
            events_, Deadline(Processes::kPatienceMs));
    }

    void follow_event_stream(std::uint16_t port) const {
        const auto last = ":" + std::to_string(events_) + "\ndata: ";
        TcpStream stream(port);
        stream.send("GET /v1/events?topic=room/long&from=start HTTP/1.0\r\n\r\n");
        const Deadline deadline(Processes::kPatienceMs);
        std::string tail;
        while (const auto bytes = stream.receive(deadline)) {
            tail += *bytes;
            if (tail.find(last) != std::string::npos) return;
            tail.erase(0, tail.size() - std::min(tail.size(), last.size()));
        }
        throw std::runtime_error("the stream has ended");
    }

    void read_pages(std::uint16_t port) const {
        const HttpClient client(port);
        for (std::size_t after = 0; after < events_;) {
            const auto page = client.get("/v1/topics/room/long/events?limit=" + std::to_string(kPageEvents) +
                                         "&after=" + std::to_string(after));
            constexpr std::string_view kOffset = R"("offset":)";
            const auto found = page.body.rfind(kOffset);
            if (page.status != 200 || found == std::string::npos) throw std::runtime_error("no page: " + page.body);
            after = std::stoul(page.body.substr(found + kOffset.size()));
        }
    }

    struct Used {
        double seconds = 0;
        double edge_s = 0;
        double broker_s = 0;
        double own_s = 0;
        double edge_before_mib = 0;
        double edge_mib = 0;
        double broker_before_mib = 0;
        double broker_mib = 0;
    };

    void measure(const Edge& edge, const std::function<void()>& work) {
        const auto edge_pid = edge.process->pid();
        const auto broker_pid = broker_->pid();
        const auto began_us = longwire::now_us();
        Used used{0,
                  -cpu_seconds(edge_pid),
                  -cpu_seconds(broker_pid),
                  -cpu_seconds(::getpid()),
                  resident_mib(edge_pid),
                  0,
                  resident_mib(broker_pid),
                  0};
        work();
        used.seconds = seconds_since(began_us);
        used.edge_s += cpu_seconds(edge_pid);
        used.broker_s += cpu_seconds(broker_pid);
        used.own_s += cpu_seconds(::getpid());
        used.edge_mib = resident_mib(edge_pid);
        used.broker_mib = resident_mib(broker_pid);
        used_ = used;
    }

    std::size_t clients_;
    std::size_t behind_;
    std::size_t events_;
    Processes processes_;
    std::unique_ptr<Process> broker_;
    Used used_;  // by what was measured last
};

/// Each client is a descriptor here and one in the edge.
void allow_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) try {
    const auto number = [&](int place, std::size_t otherwise) {
        return argc > place ? std::stoul(argv[place]) : otherwise;
    };
    allow_descriptors();
    Bench(number(1, 5'000), number(2, 200), number(3, 1'000'000), argc > 4 ? argv[4] : "/tmp").run();
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
