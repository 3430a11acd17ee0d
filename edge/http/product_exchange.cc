#include "edge/http/product_exchange.h"

#include <utility>

#include "edge/http/problem.h"

namespace longwire::edge::http {
namespace {

constexpr std::int64_t kKeepAliveUs = 15'000'000;
constexpr std::uint16_t kAbandoned = 1006;

}  // namespace

ProductExchange::ProductExchange(ProductServices& services, std::shared_ptr<net::HttpExchange> exchange, Identity who,
                                 const TranslatedDialect::MakeTranslator& make)
    : services_(services),
      exchange_(std::move(exchange)),
      dialect_(services, *this, std::move(who), make),
      stall_(services.shard.now_us),
      wrote_us_(services.shard.now_us) {}

ProductExchange::~ProductExchange() = default;

void ProductExchange::open(const net::HttpRequest& request) {
    is_head_only_ = request.method == "HEAD";
    exchange_->on_abandoned([this, here = std::weak_ptr<const bool>(here_)] {
        if (here.lock()) on_abandoned();
    });
    if (has_ended_) return;
    dialect_.on_open();
    if (request.method == "GET" || is_head_only_ || has_ended_) return;
    request.body.empty() ? dialect_.on_value(json::object()) : dialect_.on_message(request.body, false);
}

void ProductExchange::on_abandoned() {
    if (!std::exchange(has_ended_, true)) dialect_.on_closed(kAbandoned);
}

void ProductExchange::tick() {
    if (has_ended_ || !is_streaming_) return;
    if (is_head_only_) return on_abandoned();
    if (stall_.is_stalled(exchange_->unsent_bytes(), exchange_->sent_bytes(), services_.shard.now_us,
                          services_.shard.limits.stalled_ms)) {
        return on_abandoned();
    }
    if (services_.shard.now_us - wrote_us_ >= kKeepAliveUs) write(": keep-alive\n\n");
    dialect_.on_tick();
}

void ProductExchange::tell_when_drained() {
    exchange_->when_drained([this] {
        if (!has_ended_) dialect_.on_drained();
    });
}

void ProductExchange::send(SharedBytes text, std::string_view id) {
    if (has_ended_) return;
    if (!std::exchange(is_streaming_, true)) {
        net::HttpResponse head;
        head.content_type = "text/event-stream";
        head.headers = {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}};
        exchange_->begin_stream(std::move(head));
    }
    std::string message;
    message.reserve(text->size() + id.size() + 16);
    if (!id.empty()) message.append("id: ").append(id).append("\n");
    write(message.append("data: ").append(*text).append("\n\n"));
}

void ProductExchange::write(std::string text) {
    wrote_us_ = services_.shard.now_us;
    exchange_->write(SharedSlice::of(std::move(text)));
}

void ProductExchange::answer(unsigned status, std::string json) {
    if (is_streaming_ || std::exchange(has_ended_, true)) return;
    exchange_->respond(json_response(status, std::move(json)));
}

void ProductExchange::refuse(const Error& error) {
    if (is_streaming_ || std::exchange(has_ended_, true)) return;
    exchange_->respond(problem(error));
}

void ProductExchange::close(std::uint16_t code, std::string_view reason) {
    if (std::exchange(has_ended_, true)) return;
    // Without an end the connection is cut, so that what has come is not taken for the whole.
    if (is_streaming_ && code != close_code::kDone) return;
    if (is_streaming_) return exchange_->end_stream();
    exchange_->respond(problem({Errc::unavailable, std::string(reason) + " (" + std::to_string(code) + ")"}));
}

}  // namespace longwire::edge::http
