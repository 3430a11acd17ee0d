#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "edge/core/client_api.h"
#include "edge/core/stall_watch.h"
#include "edge/net/server.h"

namespace longwire::edge {

class WsClient;

/// What a connection needs of its shard.
class ClientOwner {
  public:
    virtual ~ClientOwner() = default;

    virtual ShardServices& services() = 0;
    virtual void add(WsClient& client) = 0;
    virtual void remove(WsClient& client) = 0;
    virtual void note_too_slow() = 0;

    /// What was asked of the link outside of a turn is to leave.
    virtual void flush() = 0;
};

/// One WebSocket connection: carries a dialect's messages and keeps the heartbeat, which is the same for all dialects.
class WsClient final : public net::WsHandler, private Transport, private Channel {
  public:
    /// Makes the dialect for a connection: over its transport, or its channel.
    using MakeDialect = std::function<std::unique_ptr<Dialect>(Transport&, Channel&)>;

    WsClient(ClientOwner& owner, net::WsConnection& connection, const MakeDialect& make_dialect);
    ~WsClient() override;

    /// Where its owner has it in a list.
    std::size_t place() const { return place_; }
    void set_place(std::size_t place) { place_ = place; }

    void on_open() override;
    void on_message(std::string_view message, bool binary) override;
    void on_pong(std::string_view payload) override;
    void on_drained() override;
    void on_closed(std::uint16_t code) override;

    void on_tick();
    void on_link_up() { dialect_->on_link_up(); }
    void add_if_slow(SlowClients& slow) const {
        dialect_->add_if_slow(slow, connection_.remote_address(), connection_.unsent_bytes());
    }
    void drain(std::int64_t reconnect_ms);

  private:
    static constexpr int kPingsUnansweredMax = 2;

    void keep_heartbeat(std::int64_t now_us);
    std::uint64_t ping();

    void send_text(std::string_view message) override;
    void send_binary(std::string_view message) override;
    void send_frames(SharedSlice frames) override;
    bool takes_deflated() const override { return connection_.takes_deflated(); }
    void send(SharedBytes text, std::string_view /*id*/) override { connection_.send(*text, false); }
    void answer(unsigned /*status*/, std::string /*json*/) override {}
    void refuse(const Error& /*error*/) override {}
    std::uint64_t prove() override { return ping(); }
    std::size_t unsent_bytes() const override { return connection_.unsent_bytes(); }
    void tell_when_drained() override { connection_.tell_when_drained(); }
    void close(std::uint16_t code, std::string_view reason) override;

    ClientOwner& owner_;
    std::size_t place_ = 0;
    net::WsConnection& connection_;
    std::unique_ptr<Dialect> dialect_;
    StallWatch stall_;
    std::int64_t pinged_us_ = 0;
    std::uint64_t last_ping_ = 0;
    std::uint64_t last_pong_ = 0;
    int pings_unanswered_ = 0;
    bool is_too_slow_ = false;
};

}  // namespace longwire::edge
