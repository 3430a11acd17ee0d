#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "edge/core/client_api.h"
#include "edge/core/stall_watch.h"
#include "protocol/shared_slice.h"
#include "tests/simulation/environment.h"
#include "tests/simulation/link.h"

namespace longwire::simulation {

class Client;

/// One message, or several framed ones, on the way to a client.
struct ToClient {
    SharedSlice bytes;
    bool is_framed = false;
    std::size_t unsent_bytes = 0;  // before it
};

/// An edge's end of one client's connection: the native dialect, on a socket that takes what the client takes.
class ClientSession final : private edge::Transport {
  public:
    ClientSession(Environment& environment, edge::ShardServices& shard, Client& client, Link& link,
                  std::uint64_t connection);
    ~ClientSession() override;

    std::uint64_t connection() const { return connection_; }

    void hear(std::string_view message);

    /// The client is gone.
    void close(std::uint16_t code);

    void on_link_up() { dialect_->on_link_up(); }

    /// As much of what waits leaves as the client takes.
    void flush();
    std::function<void(std::int64_t delay_us)> when_flush_is_due;

    void tick();

  private:
    void send_text(std::string_view message) override;
    void send_binary(std::string_view message) override;
    void send_frames(SharedSlice frames) override;
    std::size_t unsent_bytes() const override { return unsent_bytes_; }
    void tell_when_drained() override { tells_when_drained_ = true; }
    void close(std::uint16_t code, std::string_view reason) override;

    void queue(SharedSlice bytes, bool is_framed);
    void leave(ToClient message);

    Environment& environment_;
    edge::ShardServices& shard_;
    Client& client_;
    Link& link_;
    std::uint64_t connection_;
    bool is_closed_ = false;
    std::deque<ToClient> outbox_;
    std::size_t unsent_bytes_ = 0;
    std::uint64_t sent_bytes_ = 0;
    bool tells_when_drained_ = false;
    edge::StallWatch stall_;
    std::unique_ptr<edge::Dialect> dialect_;
};

}  // namespace longwire::simulation
