#include "tests/simulation/world.h"

#include <algorithm>
#include <utility>

#include "protocol/topic.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {

namespace {

constexpr std::int64_t kStallUsMax = 8'000'000;  // none of before lasts longer
constexpr std::int64_t kAttachUsMax = 500'000;   // what an edge may take, once it has its broker

}  // namespace

World::World(const Scenario& scenario, bool is_told) : environment_(scenario, is_told), broker_(environment_) {
    nodes_.push_back(&broker_);
    for (std::size_t i = 0; i < scenario.workers; ++i) add_worker(i);
    for (std::size_t i = 0; i < scenario.edges; ++i) add_edge(i);
    for (std::size_t i = 0; i < scenario.clients; ++i) add_client(i);
    environment_.model.decisions().attendance().when_abandoned = [this](const auto& path) { check_abandoned(path); };
    broker_.at_worker = [this](const std::string& name, std::string bytes) {
        const auto worker =
            std::find_if(workers_.begin(), workers_.end(), [&](const auto& w) { return w->name() == name; });
        (*worker)->hear(std::move(bytes));
    };
    broker_.at_edge = [this](const std::string& name, std::string bytes) {
        const auto edge = std::find_if(edges_.begin(), edges_.end(), [&](const auto& e) { return e->name() == name; });
        (*edge)->hear(std::move(bytes));
    };
}

Link& World::join(const std::string& dialler, const std::string& listener, Link::OnChange at_dialler,
                  Link::OnChange at_listener) {
    auto link = std::make_unique<Link>(environment_.schedule, environment_.random, environment_.scenario.latency_us_max,
                                       std::move(at_dialler), std::move(at_listener));
    links_.push_back({dialler, listener, std::move(link)});
    return *links_.back().link;
}

void World::add_worker(std::size_t number) {
    workers_.push_back(std::make_unique<WorkerNode>(environment_, "worker-" + std::to_string(number)));
    auto& worker = *workers_.back();
    nodes_.push_back(&worker);
    const auto nothing = [](bool) {};
    auto& link = join(worker.name(), broker_.name(), nothing, nothing);
    broker_.add_worker(worker.name(), link);
    worker.at_broker = [this, name = worker.name()](std::string bytes) { broker_.hear_worker(name, std::move(bytes)); };
    // The broker's subscriptions go up the connection first of all, and end with it.
    const auto hear_all = [this, &worker](bool added) {
        for (std::uint32_t partition = 0; partition < environment_.scenario.partitions; ++partition) {
            worker.hear_subscription(added, topic_key("", partition).substr(0, 3));
        }
    };
    auto& events = join(
        worker.name(), broker_.name(),
        [hear_all](bool is_open) {
            if (!is_open) hear_all(false);
        },
        [this, hear_all, place = links_.size()](bool is_open) {
            if (is_open) links_[place].link->send(End::listener, [hear_all] { hear_all(true); });
        });
    broker_.add_events(events);
    worker.at_events = [this](std::string key, std::string envelopes) {
        broker_.hear_published({std::move(key), std::make_shared<const std::string>(std::move(envelopes))});
    };
    worker.connect(link, events);
}

void World::add_edge(std::size_t number) {
    edges_.push_back(std::make_unique<EdgeNode>(environment_, "edge-" + std::to_string(number)));
    auto& edge = *edges_.back();
    nodes_.push_back(&edge);
    const auto nothing = [](bool) {};
    auto& link = join(edge.name(), broker_.name(), nothing, nothing);
    broker_.add_edge(edge.name(), link);
    edge.connect(link);
    edge.at_broker = [this, name = edge.name()](std::string bytes) { broker_.hear_edge(name, std::move(bytes)); };
}

void World::add_client(std::size_t number) {
    clients_.push_back(std::make_unique<Client>(environment_, number));
    auto& client = *clients_.back();
    for (auto& edge : edges_) {
        const auto place = links_.size();
        auto& link = join(
            client.name(), edge->name(),
            [this, &client, place](bool is_open) { client.connection_changed(*links_[place].link, is_open); },
            [this, &client, &edge = *edge, place](bool is_open) {
                is_open ? edge.client_connected(client, *links_[place].link) : edge.client_gone(client);
            });
        client.add_way(*edge, link);
        edge->add_client(link);
    }
}

/// Once all is well, whoever has been told that it is there for a task is.
void World::check_abandoned(const std::string& path) const {
    if (!environment_.is_calm) return;
    const std::string task(task_of_topic(split_path(path).topic));
    const auto now_us = environment_.schedule.now_us();
    for (const auto& client : clients_) {
        const auto there_us = client->there_since_us(task);
        if (!there_us || !client->edge()->is_linked()) continue;
        const auto linked_us = client->edge()->linked_since_us();
        const bool may_be_stalled =
            linked_us < environment_.calm_since_us && now_us < environment_.calm_since_us + kStallUsMax;
        require(may_be_stalled || now_us < std::max(*there_us, linked_us) + kAttachUsMax,
                [&] { return path + " was given up, though " + client->name() + " is there for it"; });
    }
}

/// Who is a member and should not be, or the other way round; empty if there is nobody.
std::string World::wrong_member() const {
    Attendance::Members wanted;
    for (const auto& client : clients_) {
        for (const auto& topic : client->joined()) wanted.emplace(topic_path("r", topic), client->name());
    }
    for (const auto& [path, member] : environment_.model.decisions().attendance().members()) {
        if (wanted.erase({path, member}) == 0) return member + " to be no member of " + path;
    }
    return wanted.empty() ? std::string() : wanted.begin()->second + " to be a member of " + wanted.begin()->first;
}

void World::start() {
    for (auto* node : nodes_) node->start();
    for (auto& client : clients_) client->connect();
}

std::string World::waits_for() const {
    if (!broker_.is_idle()) return "the broker's log";
    for (const auto& worker : workers_) {
        if (const auto what = worker->waits_for(); !what.empty()) return worker->name() + " " + what;
    }
    for (const auto& edge : edges_) {
        if (!edge->is_linked()) return edge->name() + " to find the broker";
    }
    if (const auto path = environment_.model.open_task(); !path.empty()) return "the end of " + path;
    for (const auto& client : clients_) {
        if (const auto what = client->waits_for(); !what.empty()) return client->name() + " to get " + what;
    }
    return wrong_member();
}

}  // namespace longwire::simulation
