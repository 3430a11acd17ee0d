#include "edge/edge_config.h"

#include "protocol/ip_address.h"
#include "protocol/node/config.h"

namespace longwire::edge {
namespace {

/// Products' settings among the edge's own.
class ConfigSink final : public SettingSink {
  public:
    explicit ConfigSink(Config& config) : config_(config) {}

    void text(const ProductSetting& setting, std::string& value, const Check& check) override {
        config_.text(own(setting), value, check);
    }
    void number(const ProductSetting& setting, std::int64_t& value, std::int64_t least, std::int64_t most) override {
        config_.number(own(setting), value, least, most);
    }
    void list(const ProductSetting& setting, std::vector<std::string>& value, const Check& check_each) override {
        config_.list(own(setting), value, check_each);
    }
    void toggle(const ProductSetting& setting, bool& value) override { config_.toggle(own(setting), value); }

  private:
    static Setting own(const ProductSetting& setting) { return {setting.name, setting.help, setting.value_name}; }

    Config& config_;
};

}  // namespace

HostPort split_host_port(const std::string& text) {
    const auto colon = text.rfind(':');
    auto host = text.substr(0, colon);
    if (host.starts_with("[") && host.ends_with("]")) host = host.substr(1, host.size() - 2);
    return {host, static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1)))};
}

std::optional<int> read_config(int argc, const char* const* argv, EdgeConfig& c, http::ProductRoutes& products) {
    Config config("longwire-edge", "Holds clients' connections and carries events to them.");
    config.text({"broker", "the broker's endpoint for edges", "ENDPOINT"}, c.broker, check_endpoint());
    config.text({"http", "where clients connect; loopback only, since everyone is let in", "HOST:PORT"}, c.http,
                check_host_port());
    config.text({"console", "directory of the built web page; none is served without", "DIR"}, c.console);
    config.number({"shards", "threads for connections; 0 means one per core", "N"}, c.shards, 0, 64);
    config.number({"window-bytes", "most bytes of deliveries under way from the broker", "BYTES"}, c.window_bytes,
                  1 << 20, 256 << 20);
    config.number({"ring-bytes-max", "most bytes of recent events kept per thread", "BYTES"}, c.ring_bytes_max,
                  1 << 20);
    config.number({"linger-ms", "how long a topic that nobody watches any more is kept, in ms", "MS"}, c.linger_ms, 0,
                  3'600'000);
    config.number({"connections-max", "most connections; further ones get 503", "N"}, c.connections_max, 1);
    config.choice({"deflate", "whether messages are compressed for clients that offer it", "WHETHER"}, c.deflate,
                  {"on", "off"});
    config.number({"message-bytes-max", "longest message of a client; a longer one closes 1009", "BYTES"},
                  c.limits.message_bytes_max, 1 << 10, 64 << 20);
    config.number({"subscriptions-max", "most subscriptions of one connection", "N"}, c.limits.subscriptions_max, 1);
    config.number({"outbox-full-bytes", "unsent bytes above which a client's topics fall behind", "BYTES"},
                  c.limits.outbox_full_bytes, 16 << 10);
    config.number({"outbox-bytes-max", "unsent bytes above which a client is closed with 4410", "BYTES"},
                  c.limits.outbox_bytes_max, 64 << 10);
    config.number({"merge-after-ms", "how long a client may lag before its events are merged, in ms", "MS"},
                  c.merge_after_ms, 0, 3'600'000);
    config.number({"stalled-ms", "how long a client may take nothing before it is closed with 4410, in ms", "MS"},
                  c.limits.stalled_ms, 100, 3'600'000);
    config.number({"heartbeat-ms", "time between pings to a client, in ms; two unanswered close 4408", "MS"},
                  c.limits.heartbeat_ms, 100, 3'600'000);
    ConfigSink sink(config);
    products.declare(sink);
    declare_log_settings(config, c.logging);
    config.check([&c]() -> Status {
        if (is_loopback_host(split_host_port(c.http).host)) return {};
        return bad_request("http", "must be a loopback address, because anyone who reaches it is let in");
    });
    config.check([&c]() -> Status {
        if (c.limits.outbox_full_bytes < c.limits.outbox_bytes_max) return {};
        return bad_request("outbox-full-bytes", "must be below --outbox-bytes-max");
    });
    c.limits.is_unlimited = true;
    return config.parse(argc, argv);
}

}  // namespace longwire::edge
