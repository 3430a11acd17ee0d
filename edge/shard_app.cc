#include "edge/shard_app.h"

#include <algorithm>
#include <array>

#include "edge/dialects/native/native.h"
#include "edge/http/problem.h"
#include "protocol/command.h"
#include "protocol/msgpack_fields.h"
#include "protocol/node/clock.h"
#include "protocol/node/log_setup.h"
#include "protocol/node/random_id.h"
#include "protocol/node/sha256.h"
#include "protocol/overloaded.h"

namespace longwire::edge {
namespace {

constexpr std::int64_t kDrainSpreadMs = 3'000;

/// Few clients are looked at in every tick; of many, all in so many.
constexpr std::size_t kClientsPerTickMin = 256;
constexpr std::size_t kTicksForAllClients = 4;
constexpr std::int64_t kSurveyPeriodUs = 1'000'000;

struct Subprotocol {
    std::string_view name;
    const NativeEncoding& (*encoding)();
};
constexpr std::array<Subprotocol, 2> kSubprotocols{{
    {"longwire.v1.json", json_encoding},
    {"longwire.v1.msgpack", msgpack_encoding},
}};

/// The first known one of those that a client offers (RFC 6455, 4.2.1: a list of tokens, most wanted first).
const Subprotocol* choose_subprotocol(std::string_view offered) {
    while (!offered.empty()) {
        const auto end = offered.find(',');
        auto token = offered.substr(0, end);
        while (!token.empty() && token.front() == ' ') token.remove_prefix(1);
        while (!token.empty() && token.back() == ' ') token.remove_suffix(1);
        for (const auto& known : kSubprotocols) {
            if (token == known.name) return &known;
        }
        offered.remove_prefix(end == std::string_view::npos ? offered.size() : end + 1);
    }
    return nullptr;
}

std::string fingerprint_of(std::string_view text) {
    Sha256 hash;
    hash.add(text);
    return hash.hex().substr(0, 32);
}

}  // namespace

ShardApp::ShardApp(net::Shard& shard, EdgeCommons& commons)
    : shard_(shard),
      commons_(commons),
      hub_(commons.hub, [this](ToLink message) { to_link_.push_back(std::move(message)); }),
      requests_([this](ToLink message) { to_link_.push_back(std::move(message)); }),
      members_(requests_),
      services_{commons.name,
                hub_,
                requests_,
                members_,
                commons.limits,
                now_us(),
                [](std::string_view prefix) { return random_id(prefix); },
                fingerprint_of},
      products_{services_, commons.authenticator, events_, timers_},
      api_(services_, {commons.console, [&commons] { return commons.link.is_up(); }, commons.metrics_text}) {}

ShardApp::~ShardApp() = default;

void ShardApp::on_http(net::HttpRequest request, std::shared_ptr<net::HttpExchange> exchange) {
    services_.now_us = now_us();
    // What is the edge's own asks no product's routes.
    const bool is_native = request.path.starts_with("/v1/");
    if (is_native || !serve_product(request, exchange)) api_.handle(request, exchange);
}

bool ShardApp::serve_product(const net::HttpRequest& request, const std::shared_ptr<net::HttpExchange>& exchange) {
    const auto found = commons_.products.find(Route::Kind::http, request);
    if (!found) {
        exchange->respond(http::problem(found.error()));
        return true;
    }
    if (!*found) {
        const auto methods = commons_.products.methods(request);
        const bool is_websocket = methods.empty() && commons_.products.has_websocket(request);
        if (is_websocket) exchange->respond(http::upgrade_required());
        if (!methods.empty()) exchange->respond(http::method_not_allowed(methods));
        return is_websocket || !methods.empty();
    }
    const auto& [route, opening] = **found;
    const auto& translate = route.translate;
    const auto make = [&translate, &asked = opening](Host& host) { return translate(host, asked); };
    exchanges_.push_back(
        std::make_unique<http::ProductExchange>(products_, exchange, opening.who ? *opening.who : Identity{}, make));
    exchanges_.back()->open(request);
    return true;
}

net::App::Upgrade ShardApp::on_upgrade(const net::HttpRequest& request) {
    services_.now_us = now_us();
    if (request.path == "/v1/ws") return upgrade_native(request);
    Upgrade refused;
    auto found = commons_.products.find(Route::Kind::websocket, request);
    if (!found) {
        refused.refused.response = http::problem(found.error());
        return refused;
    }
    if (!*found) {
        refused.refused.response = http::problem({Errc::not_found, "there is no WebSocket at " + request.path});
        return refused;
    }
    return accept(
        [this, match = std::make_shared<http::ProductRoutes::Match>(std::move(**found))](Transport&, Channel& channel) {
            return std::make_unique<TranslatedDialect>(
                products_, channel, match->opening.who ? *match->opening.who : Identity{},
                [&](Host& host) { return match->route.translate(host, match->opening); });
        });
}

net::App::Upgrade ShardApp::accept(std::function<std::unique_ptr<Dialect>(Transport&, Channel&)> make_dialect) {
    Upgrade upgrade;
    upgrade.accepted.max_message_bytes = services_.limits.message_bytes_max;
    upgrade.accepted.make_handler = [this, make = std::move(make_dialect)](net::WsConnection& connection) {
        return std::make_unique<WsClient>(static_cast<ClientOwner&>(*this), connection, make);
    };
    return upgrade;
}

net::App::Upgrade ShardApp::upgrade_native(const net::HttpRequest& request) {
    const auto offered = request.header("sec-websocket-protocol");
    const auto* const chosen = offered.empty() ? kSubprotocols.data() : choose_subprotocol(offered);
    if (chosen == nullptr) {
        Upgrade upgrade;
        upgrade.refused.response =
            http::problem(bad_request("sec-websocket-protocol", "must offer longwire.v1.json or longwire.v1.msgpack"));
        return upgrade;
    }
    auto upgrade = accept([this, chosen](Transport& transport, Channel&) {
        return std::make_unique<NativeDialect>(services_, transport, Identity{"dev", "dev"}, chosen->encoding());
    });
    if (!offered.empty()) upgrade.accepted.subprotocol = chosen->name;
    return upgrade;
}

void ShardApp::take(const std::vector<FromLink>& messages) {
    services_.now_us = now_us();
    for (const auto& message : messages) {
        std::visit(Overloaded{
                       [&](const TopicReady& m) { hub_.on_ready(m); },
                       [&](const TopicRefused& m) { hub_.on_refused(m); },
                       [&](const EventsArrived& m) {
                           hub_.on_events(m.batch);
                           for (std::size_t i = 0; i < m.batch->size(); ++i) {
                               sending_.push_back(m.batch->envelope(i).time_us);
                           }
                       },
                       [&](const EventsTrimmed& m) { hub_.on_trimmed(m); },
                       [&](const EventsFetched& m) {
                           if (!hub_.on_fetched(m)) requests_.on_fetched(m);
                       },
                       [&](const CommandAnswered& m) { requests_.on_answered(m); },
                       [&](const LinkChanged& m) {
                           if (!m.is_up) return hub_.on_link_lost();
                           members_.on_link_up();
                           for (auto* client : clients_) client->on_link_up();
                           for (const auto& exchange : exchanges_) exchange->on_link_up();
                       },
                       [&](const LedgerAsked& m) { hub_.on_ledger_asked(m); },
                       [&](const FilterInForce& m) { hub_.on_filter_in_force(m); },
                   },
                   message);
    }
}

void ShardApp::on_turn_end() {
    timers_.run(services_.now_us);
    if (const auto next = timers_.next_us()) shard_.wake_in(std::max<std::int64_t>(*next - services_.now_us, 0));
    events_.forget();
    if (to_link_.empty()) return;
    commons_.link.post(shard_.index(), std::exchange(to_link_, {}));
}

void ShardApp::on_turn_sent() {
    if (sending_.empty()) return;
    const auto now = now_us();
    for (const auto time_us : sending_) ages_.add(now - time_us);
    sending_.clear();
}

void ShardApp::on_wake() {
    services_.now_us = now_us();
}

void ShardApp::add(WsClient& client) {
    client.set_place(clients_.size());
    clients_.push_back(&client);
}

void ShardApp::remove(WsClient& client) {
    auto* const newest = clients_.back();
    newest->set_place(client.place());
    clients_[client.place()] = newest;
    clients_.pop_back();
}

void ShardApp::tick_clients() {
    const auto due = std::max(kClientsPerTickMin, clients_.size() / kTicksForAllClients + 1);
    for (std::size_t i = 0; i < std::min(due, clients_.size()); ++i) {
        if (next_to_tick_ >= clients_.size()) begin_round();
        auto& client = *clients_[next_to_tick_++];
        client.on_tick();
        if (is_surveying_) client.add_if_slow(slow_);
    }
    if (clients_.empty()) begin_round();
}

/// What the last round has found out is known then.
void ShardApp::begin_round() {
    next_to_tick_ = 0;
    if (is_surveying_) {
        for (const auto& exchange : exchanges_) exchange->add_if_slow(slow_);
        api_.add_slow(slow_);
        found_slow_ = slow_.take();
    }
    is_surveying_ = services_.now_us - surveyed_us_ >= kSurveyPeriodUs;
    if (is_surveying_) surveyed_us_ = services_.now_us;
}

void ShardApp::on_tick() {
    services_.now_us = now_us();
    tick_clients();
    api_.tick();
    for (const auto& exchange : exchanges_) exchange->tick();
    std::erase_if(exchanges_, [](const auto& exchange) { return exchange->has_ended(); });
    hub_.tick(services_.now_us);
    members_.tick(services_.now_us);
    for (const auto& difference : hub_.take_differences()) log_error("events were lost: a bug", {{"what", difference}});
    ages_.tick(services_.now_us);
    commons_.stats.show(shard_.index(), {.topics = hub_.topics(),
                                         .ring_bytes = hub_.ring_bytes(),
                                         .members = members_.size(),
                                         .too_slow = too_slow_,
                                         .received = hub_.received(),
                                         .given = hub_.given(),
                                         .filtered = hub_.filtered(),
                                         .differences = hub_.differences(),
                                         .ages = ages_,
                                         .slow = found_slow_});
}

void ShardApp::drain() {
    // Spread over time, so that the edges they go to are not all asked at once.
    const auto step = kDrainSpreadMs / static_cast<std::int64_t>(std::max<std::size_t>(clients_.size(), 1));
    std::int64_t reconnect_ms = 0;
    for (auto* client : clients_) {
        client->drain(reconnect_ms);
        reconnect_ms += step;
    }
}

}  // namespace longwire::edge
