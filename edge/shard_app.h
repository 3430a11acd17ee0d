#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "edge/core/client_api.h"
#include "edge/http/api.h"
#include "edge/link_thread.h"
#include "edge/net/server.h"

namespace longwire::edge {

class WsClient;

/// What an edge's shards share; everything in it is safe to use from any of them.
struct EdgeCommons {
    std::string name;
    ClientLimits limits;
    Hub::Options hub;
    LinkThread& link;
    const http::StaticFiles& console;
    std::function<std::string()> metrics_text;
};

/// One shard of an edge: its hub, its clients and its HTTP interface, driven by the turns of its loop.
class ShardApp final : public net::App {
  public:
    ShardApp(net::Shard& shard, EdgeCommons& commons);
    ~ShardApp() override;

    void on_http(net::HttpRequest request, std::shared_ptr<net::HttpExchange> exchange) override;
    Upgrade on_upgrade(const net::HttpRequest& request) override;
    void on_turn_end() override;
    void on_tick() override;

    /// What the link has for this shard. On the shard's thread.
    void take(const std::vector<FromLink>& messages);

    /// Tells every client to come back elsewhere, and closes. On the shard's thread.
    void drain();

    /// Topics held. From any thread.
    std::size_t topics() const { return topics_.load(std::memory_order_relaxed); }
    std::size_t ring_bytes() const { return ring_bytes_.load(std::memory_order_relaxed); }

    /// WebSocket clients closed because they were too slow. From any thread.
    std::uint64_t too_slow() const { return too_slow_.load(std::memory_order_relaxed); }

  private:
    friend class WsClient;

    net::Shard& shard_;
    EdgeCommons& commons_;
    std::vector<ToLink> to_link_;
    Hub hub_;
    Requests requests_;
    ShardServices services_;
    http::Api api_;
    std::set<WsClient*> clients_;
    std::atomic<std::size_t> topics_{0};
    std::atomic<std::size_t> ring_bytes_{0};
    std::atomic<std::uint64_t> too_slow_{0};
};

}  // namespace longwire::edge
