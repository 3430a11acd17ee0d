#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "edge/core/stall_watch.h"
#include "edge/dialects/translated.h"
#include "edge/net/server.h"

namespace longwire::edge::http {

/// One HTTP request to a product: answered as a whole, or by a stream of Server-Sent Events (WHATWG HTML, 9.2) from the
/// first message that is sent.
///
/// Thread: the shard's.
class ProductExchange final : private Channel {
  public:
    ProductExchange(ProductServices& services, std::shared_ptr<net::HttpExchange> exchange, Identity who,
                    const TranslatedDialect::MakeTranslator& make);
    ~ProductExchange() override;

    /// Begins. The translator is given the body of a request whose method has one.
    void open(const net::HttpRequest& request);

    /// Keeps a stream alive. One that takes nothing for `stalled_ms` is ended, and one that is only a head (HEAD).
    void tick();

    void on_link_up() { dialect_.on_link_up(); }
    void add_if_slow(SlowClients& slow) const {
        dialect_.add_if_slow(slow, exchange_->remote_address(), exchange_->unsent_bytes());
    }
    bool has_ended() const { return has_ended_; }

  private:
    void send(SharedBytes text, std::string_view id) override;
    void answer(unsigned status, std::string json) override;
    void refuse(const Error& error) override;
    std::uint64_t prove() override { return 0; }
    std::size_t unsent_bytes() const override { return exchange_->unsent_bytes(); }
    void tell_when_drained() override;
    void close(std::uint16_t code, std::string_view reason) override;

    void on_abandoned();
    void write(std::string text);

    ProductServices& services_;
    std::shared_ptr<net::HttpExchange> exchange_;
    TranslatedDialect dialect_;
    StallWatch stall_;
    std::int64_t wrote_us_ = 0;
    bool is_head_only_ = false;
    bool is_streaming_ = false;
    bool has_ended_ = false;
    std::shared_ptr<const bool> here_ = std::make_shared<const bool>(true);  // as long as this is
};

}  // namespace longwire::edge::http
