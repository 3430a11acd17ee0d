#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "edge/dialects/products.h"
#include "edge/edge_config.h"
#include "edge/edge_metrics.h"
#include "edge/edge_sums.h"
#include "edge/link_thread.h"
#include "edge/shard_app.h"
#include "protocol/node/clock.h"
#include "protocol/node/random_id.h"
#include "protocol/node/signals.h"

namespace longwire::edge {
namespace {

constexpr std::uint16_t kGoingAway = 1001;
constexpr std::int64_t kStopGraceMs = 2'000;

void wait_for(const Signals& signals) {
    pollfd item{signals.fd(), POLLIN, 0};
    while (::poll(&item, 1, -1) < 1) {
    }
}

int run(const EdgeConfig& config, const http::ProductRoutes& products, const Authenticator& authenticator) {
    const Signals signals;
    http::StaticFiles console;
    if (!config.console.empty()) {
        auto loaded = http::StaticFiles::load(config.console);
        if (!loaded) {
            log_error("cannot start", {{"error", describe(loaded.error())}});
            return 1;
        }
        console = std::move(*loaded);
    }
    const auto cores = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t shards = config.shards > 0 ? config.shards : std::min<std::size_t>(cores, LinkRouter::kShardsMax);
    LinkThread link({config.broker, config.logging.node, static_cast<std::size_t>(config.window_bytes), shards});

    const auto address = split_host_port(config.http);
    net::ServerOptions options;
    options.host = address.host;
    options.port = address.port;
    options.shards = shards;
    options.http_body_bytes_max = config.limits.message_bytes_max;
    options.deflate = config.deflate == "on";
    options.connections_max = static_cast<std::size_t>(config.connections_max);

    EdgeMetrics metrics;
    StatsBoard stats(shards);
    Hub::Options hub{static_cast<std::size_t>(config.ring_bytes_max), config.linger_ms, config.merge_after_ms};
    EdgeCommons commons{config.logging.node,
                        config.limits,
                        hub,
                        link,
                        console,
                        products,
                        authenticator,
                        [&metrics] { return metrics.text(); },
                        stats};
    std::vector<ShardApp*> apps;
    auto server = net::start_server(options, [&](net::Shard& shard) {
        auto app = std::make_unique<ShardApp>(shard, commons);
        apps.push_back(app.get());
        return app;
    });
    if (!server) {
        log_error("cannot start", {{"error", describe(server.error())}, {"http", config.http}});
        return 1;
    }
    const EdgeParts parts{**server, link, stats};
    metrics.watch(parts);
    const auto deliver = [&](std::size_t shard, std::vector<FromLink> messages) {
        (*server)->shard(shard).post([app = apps[shard], messages = std::move(messages)] { app->take(messages); });
    };
    const auto started = link.start(deliver, [&parts, started_us = now_us()] { return report_of(parts, started_us); });
    if (!started) {
        log_error("cannot start", {{"error", describe(started.error())}});
        return 1;
    }
    const auto host = address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
    std::printf("ready http://%s:%u\n", host.c_str(), (*server)->port());
    std::fflush(stdout);
    wait_for(signals);
    log_info("draining");
    (*server)->stop_accepting();
    for (std::size_t i = 0; i < shards; ++i) {
        (*server)->shard(i).post([app = apps[i]] { app->drain(); });
    }
    (*server)->stop(kGoingAway, kStopGraceMs);
    link.stop();
    log_info("stopped");
    return 0;
}

}  // namespace
}  // namespace longwire::edge

int main(int argc, char** argv) {
    longwire::edge::EdgeConfig config;
    const longwire::edge::LetInAll authenticator;
    longwire::edge::http::ProductRoutes products(longwire::edge::make_products(), authenticator);
    if (const auto status = longwire::edge::read_config(argc, argv, config, products)) return *status;
    products.open();
    if (config.logging.node.empty()) config.logging.node = longwire::random_id("edge-", 6);
    longwire::set_up_logging(config.logging);
    return longwire::edge::run(config, products, authenticator);
}
