#include "edge/ws_client.h"

#include <charconv>
#include <utility>

namespace longwire::edge {

WsClient::WsClient(ClientOwner& owner, net::WsConnection& connection, const MakeDialect& make_dialect)
    : owner_(owner),
      connection_(connection),
      dialect_(make_dialect(*this, *this)),
      stall_(owner.services().now_us),
      pinged_us_(owner.services().now_us) {
    owner_.add(*this);
}

WsClient::~WsClient() {
    owner_.remove(*this);
}

void WsClient::on_open() {
    dialect_->on_open();
}

void WsClient::on_message(std::string_view message, bool binary) {
    pings_unanswered_ = 0;
    dialect_->on_message(message, binary);
}

void WsClient::on_pong(std::string_view payload) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(payload.data(), payload.data() + payload.size(), number);
    const bool is_number = error == std::errc{} && end == payload.data() + payload.size();
    if (!is_number || number <= last_pong_ || number > last_ping_) return;
    last_pong_ = number;
    pings_unanswered_ = 0;
    dialect_->on_proven(number);
}

/// Its number comes back with the pong that answers it.
std::uint64_t WsClient::ping() {
    connection_.ping(std::to_string(++last_ping_));
    return last_ping_;
}

void WsClient::on_drained() {
    dialect_->on_drained();
    // This comes while a turn's bytes are being sent: what it asks of the link would wait for the next turn's end.
    owner_.flush();
}

void WsClient::on_closed(std::uint16_t code) {
    dialect_->on_closed(code);
}

void WsClient::on_tick() {
    dialect_->on_tick();
    const auto now_us = owner_.services().now_us;
    const auto patience_ms = owner_.services().limits.stalled_ms;
    if (stall_.is_stalled(connection_.unsent_bytes(), connection_.sent_bytes(), now_us, patience_ms)) {
        return close(close_code::kTooSlow, "too slow: resume from your last offset");
    }
    keep_heartbeat(now_us);
}

void WsClient::keep_heartbeat(std::int64_t now_us) {
    if (now_us - pinged_us_ < owner_.services().limits.heartbeat_ms * 1000) return;
    // Where something is unsent so is perhaps the ping: that client is judged by what it takes.
    if (pings_unanswered_ >= kPingsUnansweredMax && connection_.unsent_bytes() > 0) return;
    if (pings_unanswered_ >= kPingsUnansweredMax) {
        return close(close_code::kHeartbeatMissed, "heartbeat missed");
    }
    pinged_us_ = now_us;
    ++pings_unanswered_;
    ping();
}

void WsClient::drain(std::int64_t reconnect_ms) {
    dialect_->on_draining(reconnect_ms);
    connection_.close(close_code::kDraining, "draining: reconnect");
}

void WsClient::close(std::uint16_t code, std::string_view reason) {
    if (code == close_code::kTooSlow && !std::exchange(is_too_slow_, true)) owner_.note_too_slow();
    connection_.close(code, reason);
}

void WsClient::send_text(std::string_view message) {
    connection_.send(message, false);
}

void WsClient::send_binary(std::string_view message) {
    connection_.send(message, true);
}

void WsClient::send_frames(SharedSlice frames) {
    connection_.send_frames(std::move(frames));
}

}  // namespace longwire::edge
