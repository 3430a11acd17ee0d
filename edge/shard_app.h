#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "edge/core/client_api.h"
#include "edge/dialects/translated.h"
#include "edge/http/api.h"
#include "edge/http/product_exchange.h"
#include "edge/http/product_routes.h"
#include "edge/link_thread.h"
#include "edge/net/server.h"
#include "edge/stats_board.h"
#include "edge/ws_client.h"

namespace longwire::edge {

/// What an edge's shards share; everything in it is safe to use from any of them.
struct EdgeCommons {
    std::string name;
    ClientLimits limits;
    Hub::Options hub;
    LinkThread& link;
    const http::StaticFiles& console;
    const http::ProductRoutes& products;
    const Authenticator& authenticator;
    std::function<std::string()> metrics_text;
    StatsBoard& stats;
};

/// One shard of an edge: its hub, its clients and its HTTP interface, driven by the turns of its loop.
class ShardApp final : public net::App, private ClientOwner {
  public:
    ShardApp(net::Shard& shard, EdgeCommons& commons);
    ~ShardApp() override;

    void on_http(net::HttpRequest request, std::shared_ptr<net::HttpExchange> exchange) override;
    Upgrade on_upgrade(const net::HttpRequest& request) override;
    void on_turn_end() override;
    void on_turn_sent() override;
    void on_tick() override;
    void on_wake() override;

    /// What the link has for this shard. On the shard's thread.
    void take(const std::vector<FromLink>& messages);

    /// Tells every client to come back elsewhere, and closes. On the shard's thread.
    void drain();

  private:
    // ClientOwner
    ShardServices& services() override { return services_; }
    void add(WsClient& client) override;
    void remove(WsClient& client) override;
    void note_too_slow() override { ++too_slow_; }
    void flush() override { on_turn_end(); }

    Upgrade upgrade_native(const net::HttpRequest& request);
    Upgrade accept(std::function<std::unique_ptr<Dialect>(Transport&, Channel&)> make_dialect);
    void tick_clients();
    void begin_round();
    bool serve_product(const net::HttpRequest& request, const std::shared_ptr<net::HttpExchange>& exchange);

    net::Shard& shard_;
    EdgeCommons& commons_;
    std::vector<ToLink> to_link_;
    Hub hub_;
    Requests requests_;
    Members members_;
    ShardServices services_;
    EventReader events_;
    Timers timers_;
    ProductServices products_;
    http::Api api_;
    std::vector<std::unique_ptr<http::ProductExchange>> exchanges_;
    std::vector<WsClient*> clients_;
    std::size_t next_to_tick_ = 0;  // index in clients_; a round goes over all of them
    std::int64_t surveyed_us_ = 0;
    bool is_surveying_ = false;  // this round looks who is behind
    SlowClients slow_;
    std::vector<SlowClient> found_slow_;  // by the last survey
    std::vector<std::int64_t> sending_;   // events of this turn, by the times that they carry
    EventAges ages_;
    std::uint64_t too_slow_ = 0;
};

}  // namespace longwire::edge
