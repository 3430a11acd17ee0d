#include "edge/net/server.h"

#include <chrono>
#include <thread>
#include <utility>

#include "edge/net/shard_loop.h"

namespace longwire::edge::net {
namespace {

/// ~Server says "going away" to whoever is still there.
constexpr std::uint16_t kGoingAway = 1001;

class ShardedServer final : public Server {
  public:
    explicit ShardedServer(const ServerOptions& options) : options_(options) {}
    ShardedServer(const ShardedServer&) = delete;
    ShardedServer& operator=(const ShardedServer&) = delete;
    ~ShardedServer() override { stop(kGoingAway, 0); }

    void start(Listeners listeners, const std::function<std::unique_ptr<App>(Shard&)>& make_app) {
        port_ = listeners.port;
        for (std::size_t i = 0; i < options_.shards; ++i) {
            auto shard = std::make_unique<ShardLoop>(i, options_, counts_);
            shard->listen(std::move(listeners.of_shard[i]), listeners.ipv6);
            shards_.push_back(std::move(shard));
        }
        for (auto& shard : shards_) shard->set_app(make_app(*shard));
        for (auto& shard : shards_) threads_.emplace_back([loop = shard.get()] { loop->run(); });
    }

    std::uint16_t port() const override { return port_; }
    std::size_t shards() const override { return shards_.size(); }
    Shard& shard(std::size_t index) override { return *shards_[index]; }
    const Shard& shard(std::size_t index) const override { return *shards_[index]; }

    ServerCounters counters() const override {
        ServerCounters counters;
        counters.accepted = counts_.accepted.load(std::memory_order_relaxed);
        counters.refused = counts_.refused.load(std::memory_order_relaxed);
        counters.accept_errors = counts_.accept_errors.load(std::memory_order_relaxed);
        counters.readers_made = counts_.readers_made.load(std::memory_order_relaxed);
        return counters;
    }

    void stop_accepting() override {
        for (auto& shard : shards_) {
            shard->post([loop = shard.get()] { loop->stop_accepting(); });
        }
    }

    void stop(std::uint16_t code, std::int64_t grace_ms) override {
        const std::lock_guard stopping(stop_mutex_);
        if (threads_.empty()) return;
        for (auto& shard : shards_) {
            shard->post([loop = shard.get(), code] {
                loop->stop_accepting();
                loop->drain(code);
            });
        }
        {
            std::unique_lock lock(counts_.mutex);
            counts_.connection_closed.wait_for(lock, std::chrono::milliseconds(grace_ms), [&] {
                return counts_.connections.load(std::memory_order_relaxed) == 0;
            });
        }
        for (auto& shard : shards_) {
            shard->post([loop = shard.get()] { loop->halt(); });
        }
        for (auto& thread : threads_) thread.join();
        threads_.clear();
    }

  private:
    const ServerOptions options_;
    ServerCounts counts_;
    std::uint16_t port_ = 0;
    std::vector<std::unique_ptr<ShardLoop>> shards_;
    std::mutex stop_mutex_;
    std::vector<std::thread> threads_;  // guarded by stop_mutex_ once start() has returned
};

}  // namespace

Result<std::unique_ptr<Server>> start_server(const ServerOptions& options,
                                             const std::function<std::unique_ptr<App>(Shard&)>& make_app) {
    if (options.shards == 0) return bad_request("shards", "must be at least 1");
    LW_TRY(auto listeners, open_listeners(options.host, options.port, options.shards));
    auto server = std::make_unique<ShardedServer>(options);
    server->start(std::move(listeners), make_app);
    return Result<std::unique_ptr<Server>>(std::move(server));
}

}  // namespace longwire::edge::net
