// Many topics: what one costs a broker that knows it and an edge that watches it, how fast many are subscribed to and
// left, how long a broker with all of them in its log takes to start, how long an edge takes to have them all again,
// and what an event costs beside them. Real processes of this build on a log on disk.
//
//     bench_many_topics [TOPICS [SUBSCRIBED [DIRECTORY]]]

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/counting_client.h"
#include "bench/elapsed.h"
#include "bench/link_client.h"
#include "bench/processes.h"
#include "bench/usage.h"
#include "protocol/node/clock.h"

namespace {

using longwire::bench::CountingClient;
using longwire::bench::cpu_seconds;
using longwire::bench::LinkClient;
using longwire::bench::Processes;
using longwire::bench::resident_bytes;
using longwire::bench::seconds_since;
using longwire::integration::Deadline;
using longwire::integration::Process;

constexpr std::size_t kTopicsPerSubscribe = 1'000;
constexpr std::size_t kSubscribesInFlight = 4;
constexpr std::size_t kUnsubscribesPerFrame = 100;
constexpr std::size_t kEvents = 100'000;
constexpr std::size_t kProbes = 2'000;  // topics of which an event tells that all are subscribed to again
constexpr std::size_t kFilters = 1'000;

std::string topic(std::size_t i) {
    std::array<char, 48> name{};
    std::snprintf(name.data(), name.size(), "agents/unit-%07zu/log", i);
    return name.data();
}

/// Numbers below `count`, each as likely, in an order that is the same in each run.
class Scattered {
  public:
    explicit Scattered(std::size_t count) : count_(count) {}
    std::size_t next() {
        state_ = state_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        return static_cast<std::size_t>(state_ >> 33) % count_;
    }

  private:
    std::size_t count_;
    std::uint64_t state_ = 1;
};

std::string subscribe_command(std::size_t id, std::size_t first, std::size_t count) {
    std::string command = R"({"id":)" + std::to_string(id) + R"(,"cmd":"subscribe","topics":[)";
    for (std::size_t i = 0; i < count; ++i) {
        command += (i == 0 ? R"({"topic":")" : R"(,{"topic":")") + topic(first + i) + "\"}";
    }
    return command + "]}";
}

class Bench {
  public:
    Bench(std::size_t topics, std::size_t subscribed, const std::string& directory)
        : topics_(topics), subscribed_(subscribed), processes_(directory) {}

    void run() {
        know_topics();
        restart_with_all();
        one_connection();
        many_connections();
        filters();
    }

  private:
    void start_broker() {
        // A small cache, so that topics and not its contents make the difference.
        broker_ = processes_.launch_broker({"--cache-bytes", std::to_string(16 << 20)});
        publisher_.reset();
    }

    void start_edge() {
        edge_ = processes_.launch(
            "longwire-edge", {"--broker", processes_.endpoint("edges"), "--http", "127.0.0.1:0", "--subscriptions-max",
                              "10000000", "--linger-ms", "1000", "--shards", "1"});
        const auto ready = edge_->wait_for_line("ready");
        port_ = static_cast<std::uint16_t>(std::stoi(ready.substr(ready.rfind(':') + 1)));
    }

    /// Whoever has been silent for long has no session any more.
    LinkClient& new_publisher() {
        publisher_.reset();
        return publisher();
    }

    LinkClient& publisher() {
        if (!publisher_) publisher_ = std::make_unique<LinkClient>(processes_.endpoint("edges"));
        return *publisher_;
    }

    void publish(const std::string& where) {
        publisher().publish(where, "a text of a few words, as people write them");
    }

    /// Since the last call: seconds, CPU seconds and memory of each process.
    struct Cost {
        double seconds = 0;
        double broker_cpu = 0;
        double edge_cpu = 0;
        double broker_bytes = 0;
        double edge_bytes = 0;
    };
    Cost standing() const {
        Cost cost{static_cast<double>(longwire::now_us()) * 1e-6, cpu_seconds(broker_->pid()), 0,
                  resident_bytes(broker_->pid()), 0};
        if (edge_) {
            cost.edge_cpu = cpu_seconds(edge_->pid());
            cost.edge_bytes = resident_bytes(edge_->pid());
        }
        return cost;
    }
    void begin() { before_ = standing(); }
    Cost since() const {
        auto cost = standing();
        cost.seconds -= before_.seconds;
        cost.broker_cpu -= before_.broker_cpu;
        cost.edge_cpu -= before_.edge_cpu;
        cost.broker_bytes -= before_.broker_bytes;
        cost.edge_bytes -= before_.edge_bytes;
        return cost;
    }
    void say(const char* what, std::size_t count) const {
        const auto cost = since();
        const auto n = static_cast<double>(count);
        std::printf("%s: %.2f s, %.0f/s; broker %.2f CPU s, %.0f bytes each; edge %.2f CPU s, %.0f bytes each\n", what,
                    cost.seconds, n / cost.seconds, cost.broker_cpu, cost.broker_bytes / n, cost.edge_cpu,
                    cost.edge_bytes / n);
        std::fflush(stdout);
    }

    void know_topics() {
        start_broker();
        publisher();
        begin();
        for (std::size_t i = 0; i < topics_; ++i) publish(topic(i));
        publisher().finish();
        say("topics made with an event each (recently active)", topics_);
    }

    void restart_with_all() {
        publisher_.reset();
        broker_->end(SIGKILL);
        const auto empty = empty_broker_bytes();
        const auto began_us = longwire::now_us();
        start_broker();
        std::printf("killed and started again: ready after %.2f s, %.2f CPU s, %.0f bytes for each quiet topic\n",
                    seconds_since(began_us), cpu_seconds(broker_->pid()),
                    (resident_bytes(broker_->pid()) - empty) / static_cast<double>(topics_));
    }

    /// What a broker that knows of no topic has.
    double empty_broker_bytes() {
        Processes others(processes_ / ".");
        const auto broker = others.launch_broker({"--cache-bytes", std::to_string(16 << 20)});
        return resident_bytes(broker->pid());
    }

    void one_connection() {
        start_edge();
        CountingClient client(port_);
        begin();
        std::size_t asked = 0;
        for (std::size_t first = 0; first < subscribed_; first += kTopicsPerSubscribe) {
            client.send(subscribe_command(++asked, first, std::min(kTopicsPerSubscribe, subscribed_ - first)));
            if (asked > kSubscribesInFlight) client.wait_for_replies(asked - kSubscribesInFlight);
        }
        client.wait_for_replies(asked);
        say("subscribed by one connection", subscribed_);
        events(client, "events over all subscribed topics", subscribed_);
        events(client, "events over 100 of these topics", 100);
        come_back(client);
        leave(client, asked);
    }

    void events(CountingClient& client, const char* what, std::size_t spread) {
        Scattered picked(spread);
        const auto pushed = client.pushes();
        new_publisher();
        begin();
        for (std::size_t i = 0; i < kEvents; i += kProbes) {
            for (std::size_t n = 0; n < kProbes; ++n) publish(topic(picked.next()));
            publisher().finish();
            client.wait_for_pushes(pushed + i);
        }
        client.wait_for_pushes(pushed + kEvents);
        say(what, kEvents);
    }

    /// An event of each of some topics comes when the edge has subscribed to all of them again.
    void come_back(CountingClient& client) {
        publisher_.reset();
        broker_->end(SIGKILL);
        start_broker();
        begin();
        publisher();
        const auto pushed = client.pushes();
        Scattered picked(subscribed_);
        for (std::size_t i = 0; i < kProbes; ++i) publish(topic(picked.next()));
        publisher().finish();
        client.wait_for_pushes(pushed + kProbes);
        say("subscribed again after the broker's restart", subscribed_);
    }

    void leave(CountingClient& client, std::size_t asked) {
        auto id = asked;
        const auto first_id = id;
        begin();
        for (std::size_t i = 0; i < subscribed_;) {
            std::string commands;
            for (std::size_t n = 0; n < kUnsubscribesPerFrame && i < subscribed_; ++n, ++i) {
                commands +=
                    R"({"id":)" + std::to_string(++id) + R"(,"cmd":"unsubscribe","topic":")" + topic(i) + "\"}\n";
            }
            client.send(commands);
            if (id - first_id > 20 * kUnsubscribesPerFrame) client.wait_for_replies(id - 20 * kUnsubscribesPerFrame);
        }
        client.wait_for_replies(id);
        say("unsubscribed", subscribed_);
    }

    void many_connections() {
        edge_->end(SIGTERM, Deadline(Processes::kPatienceMs));
        start_edge();
        std::vector<std::unique_ptr<CountingClient>> clients;
        for (std::size_t i = 0; i < subscribed_; i += kTopicsPerSubscribe) {
            clients.push_back(std::make_unique<CountingClient>(port_));
        }
        begin();
        for (std::size_t i = 0; i < clients.size(); ++i) {
            const auto first = i * kTopicsPerSubscribe;
            clients[i]->send(subscribe_command(1, first, std::min(kTopicsPerSubscribe, subscribed_ - first)));
        }
        for (const auto& client : clients) client->wait_for_replies(1);
        say("subscribed by connections of 1,000 each", subscribed_);
    }

    void filters() {
        edge_->end(SIGTERM, Deadline(Processes::kPatienceMs));
        start_edge();
        CountingClient client(port_);
        std::size_t id = 0;
        const auto subscribe = [&](const std::string& filter) {
            client.send(R"({"id":)" + std::to_string(++id) + R"(,"cmd":"subscribe","filter":")" + filter + "\"}");
            client.wait_for_replies(id);
        };
        subscribe("agents/+/log");
        new_publisher();
        await_filter(client);
        events(client, "events over all topics, one filter", topics_);
        for (std::size_t i = 1; i < kFilters; ++i) subscribe("agents/group-" + std::to_string(i) + "/+");
        events(client, "events over all topics, 1,000 filters", topics_);
    }

    /// A filter is answered before it is in force.
    void await_filter(CountingClient& client) {
        for (const auto pushed = client.pushes(); client.pushes() == pushed;) {
            publish(topic(0));
            publisher().finish();
            client.read_for(100);
        }
    }

    std::size_t topics_;
    std::size_t subscribed_;
    Processes processes_;
    std::unique_ptr<Process> broker_;
    std::unique_ptr<Process> edge_;
    std::unique_ptr<LinkClient> publisher_;
    std::uint16_t port_ = 0;
    Cost before_;
};

}  // namespace

int main(int argc, char** argv) try {
    Bench(argc > 1 ? std::stoul(argv[1]) : 1'000'000, argc > 2 ? std::stoul(argv[2]) : 200'000,
          argc > 3 ? argv[3] : "/tmp")
        .run();
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
