#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edge/core/client_api.h"
#include "edge/http/sse_stream.h"
#include "edge/http/static_files.h"
#include "edge/net/server.h"

namespace longwire::edge::http {

/// The edge's HTTP interface: the REST half of the client protocol, event streams, health, metrics and the web page.
///
/// Errors are application/problem+json (RFC 9457) with the protocol's code. Thread: the shard's.
class Api {
  public:
    struct Options {
        const StaticFiles& console;
        std::function<bool()> is_linked;            // to the broker
        std::function<std::string()> metrics_text;  // Prometheus' exposition format
    };

    Api(ShardServices& shard, Options options) : shard_(shard), options_(std::move(options)) {}

    void handle(const net::HttpRequest& request, const std::shared_ptr<net::HttpExchange>& exchange);

    /// Keeps event streams alive, and lets those go on that were full.
    void tick();

    /// Adds those streams whose clients are behind.
    void add_slow(SlowClients& slow) const;

  private:
    using Exchange = std::shared_ptr<net::HttpExchange>;
    using Query = std::vector<std::pair<std::string, std::string>>;
    struct Call {
        const net::HttpRequest& request;
        std::vector<std::string> segments;  // behind "v1"
        Query query;
    };

    Result<Call> parse(const net::HttpRequest& request) const;
    void handle_v1(const Call& call, const Exchange& exchange);
    void handle_tasks(const Call& call, const Exchange& exchange);
    void handle_task(const Call& call, const Exchange& exchange);
    void handle_topic(const Call& call, const Exchange& exchange);
    void serve_page(const net::HttpRequest& request, const Exchange& exchange) const;
    void serve_operator(std::string_view path, const Exchange& exchange) const;
    void serve_ready(const Exchange& exchange) const;

    void show_task(const std::string& task, const Call& call, const Exchange& exchange);
    void start_task(const Call& call, const Exchange& exchange);
    void publish(const std::string& topic, const Call& call, const Exchange& exchange);
    void publish_many(const std::string& topic, std::string_view body, std::string_view key, const Exchange& exchange);
    void history(const std::string& topic, const Call& call, const Exchange& exchange);
    void open_stream(const Call& call, const Exchange& exchange);

    /// Checks a command's form and passes it on; its answer, as JSON, is the response's body.
    void obey(std::string_view command, std::string fields, const Exchange& exchange,
              std::function<unsigned(std::string_view reply)> status);

    ShardServices& shard_;
    Options options_;
    Identity identity_{"dev", "dev"};
    std::map<SseStream*, std::unique_ptr<SseStream>> streams_;
};

}  // namespace longwire::edge::http
