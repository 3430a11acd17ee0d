#include "tests/simulation/edge_node.h"

#include <utility>

#include "protocol/overloaded.h"
#include "tests/simulation/client.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

constexpr std::int64_t kTickUs = 50'000;
constexpr std::int64_t kShardTickUs = 50'000;
constexpr double kThreadIsRunning = 0.8;
constexpr double kGoodbye = 0.3;
constexpr std::uint16_t kDone = 1000;
constexpr std::uint16_t kLost = 1006;

}  // namespace

EdgeNode::Shard::Shard(std::string edge, const edge::Hub::Options& hub_options, const edge::ClientLimits& limits)
    : hub(hub_options, [this](edge::ToLink message) { to_link.push_back(std::move(message)); }),
      requests([this](edge::ToLink message) { to_link.push_back(std::move(message)); }),
      services{std::move(edge), hub, requests, members, limits, 0, {}} {}

void EdgeNode::start() {
    begin_life(environment_.random.between(-500'000, 1'000'000));
    const auto& scenario = environment_.scenario;
    link::SubscriberReceiver::Options options;
    options.edge = name();
    options.window_bytes = scenario.edge_window_bytes;
    options.subscribes_max = 2;
    router_ = std::make_unique<edge::LinkRouter>(options, scenario.shards);
    edge::ClientLimits limits;
    limits.outbox_full_bytes = scenario.outbox_full_bytes;
    limits.outbox_bytes_max = scenario.outbox_bytes_max;
    limits.stalled_ms = scenario.stalled_ms;
    limits.is_unlimited = true;
    for (std::size_t i = 0; i < scenario.shards; ++i) {
        shards_.push_back(std::make_unique<Shard>(
            name(), edge::Hub::Options{scenario.ring_bytes_max, scenario.linger_ms, scenario.merge_after_ms}, limits));
        auto& services = shards_.back()->services;
        services.now_us = now_us();
        services.new_id = [this](std::string_view prefix) {
            return std::string(prefix) + "t" + std::to_string(environment_.new_id());
        };
    }
    link_->dial();
    for (auto* client : clients_) client->listen();
}

void EdgeNode::crash() {
    tell([] { return "crashes"; });
    end_life();
    for (auto& shard : shards_) shard->sessions.clear();
    shards_.clear();
    router_.reset();
    is_up_ = false;
    heard_.clear();
    link_->end(End::dialler);
    for (auto* client : clients_) client->end(End::listener);
}

void EdgeNode::hear(std::string bytes) {
    heard_.push_back(std::move(bytes));
    wake();
}

EdgeNode::Shard& EdgeNode::shard_of(const Client& client) {
    return *shards_[client.number() % shards_.size()];
}

void EdgeNode::post(Shard& shard, std::function<void()> message) {
    shard.said.push_back(std::move(message));
    wake();
}

void EdgeNode::client_connected(Client& client, Link& link) {
    if (!is_alive()) return;
    auto& shard = shard_of(client);
    post(shard, [this, &shard, &client, &link, connection = link.connection()] {
        auto& session = shard.sessions[client.number()];
        session = std::make_unique<ClientSession>(environment_, shard.services, client, link, connection);
        session->when_flush_is_due = [this, &client, connection](std::int64_t delay_us) {
            in(delay_us,
               [this, &client, connection] { say(client, connection, [](ClientSession& its) { its.flush(); }); });
        };
    });
}

void EdgeNode::client_gone(Client& client) {
    if (!is_alive()) return;
    auto& shard = shard_of(client);
    post(shard, [this, &shard, &client] {
        const auto session = shard.sessions.find(client.number());
        if (session == shard.sessions.end()) return;
        session->second->close(environment_.random.chance(kGoodbye) ? kDone : kLost);
        shard.sessions.erase(session);
    });
}

void EdgeNode::say(const Client& client, std::uint64_t connection, std::function<void(ClientSession&)> message) {
    if (!is_alive()) return;
    auto& shard = shard_of(client);
    post(shard, [&shard, &client, connection, message = std::move(message), this] {
        const auto session = shard.sessions.find(client.number());
        if (session == shard.sessions.end() || session->second->connection() != connection) return;
        message(*session->second);
    });
}

void EdgeNode::turn() {
    const auto is_running = [this] { return environment_.random.chance(kThreadIsRunning); };
    bool is_all_done = true;
    for (auto& shard : shards_) is_running() ? shard_turn(*shard) : void(is_all_done = false);
    is_running() ? link_turn() : void(is_all_done = false);
    is_all_done ? wake_in(kTickUs) : wake();
    for (const auto& shard : shards_) {
        if (!shard->from_link.empty() || !shard->to_link.empty()) wake();
        require(shard->hub.ring_bytes() <= environment_.scenario.ring_bytes_max,
                [&] { return name() + " keeps more in its rings than it may"; });
        const auto differences = shard->hub.take_differences();
        require(differences.empty(), [&] { return name() + " lost events, " + differences.front(); });
    }
}

void EdgeNode::link_turn() {
    for (const auto& bytes : std::exchange(heard_, {})) router_->link().receive(bytes, now_us());
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        for (auto& message : std::exchange(shards_[i]->to_link, {})) router_->take(i, std::move(message), now_us());
    }
    router_->link().tick(now_us());
    const bool was_up = std::exchange(is_up_, router_->link().is_up());
    if (is_up_ && !was_up) linked_since_us_ = environment_.schedule.now_us();
    for (auto& bytes : router_->link().take_outgoing()) {
        environment_.trace.mix(std::hash<std::string>{}(bytes));
        const bool is_sent =
            link_->send(End::dialler, [this, bytes = std::move(bytes)]() mutable { at_broker(std::move(bytes)); });
        if (is_sent) continue;
        router_->link().unreachable(now_us());
        break;
    }
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        auto& to = shards_[i]->from_link;
        for (auto& message : router_->take_for(i)) to.push_back(std::move(message));
    }
}

void EdgeNode::shard_turn(Shard& shard) {
    shard.services.now_us = now_us();
    for (auto& message : std::exchange(shard.said, {})) message();
    for (const auto& message : std::exchange(shard.from_link, {})) take(shard, message);
    if (now_us() - shard.ticked_us < kShardTickUs) return;
    shard.ticked_us = now_us();
    for (auto& [number, session] : shard.sessions) session->tick();
    shard.hub.tick(now_us());
    shard.members.tick(now_us());
}

void EdgeNode::take(Shard& shard, const edge::FromLink& message) {
    std::visit(Overloaded{
                   [&](const edge::TopicReady& m) { shard.hub.on_ready(m); },
                   [&](const edge::TopicRefused& m) { shard.hub.on_refused(m); },
                   [&](const edge::EventsArrived& m) { shard.hub.on_events(m.batch); },
                   [&](const edge::EventsTrimmed& m) { shard.hub.on_trimmed(m); },
                   [&](const edge::FilterInForce& m) { shard.hub.on_filter_in_force(m); },
                   [&](const edge::EventsFetched& m) {
                       if (!shard.hub.on_fetched(m)) shard.requests.on_fetched(m);
                   },
                   [&](const edge::CommandAnswered& m) { shard.requests.on_answered(m); },
                   [&](const edge::LedgerAsked& m) { shard.hub.on_ledger_asked(m); },
                   [&](const edge::LinkChanged& m) {
                       tell([&] { return m.is_up ? "finds the broker" : "loses the broker"; });
                       if (!m.is_up) return shard.hub.on_link_lost();
                       shard.members.on_link_up();
                       for (auto& [number, session] : shard.sessions) session->on_link_up();
                   },
               },
               message);
}

}  // namespace longwire::simulation
