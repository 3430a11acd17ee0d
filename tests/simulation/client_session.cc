#include "tests/simulation/client_session.h"

#include <utility>

#include "edge/dialects/native/native.h"
#include "tests/simulation/client.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

constexpr std::int64_t kFlushUsMax = 2'000;

}  // namespace

ClientSession::ClientSession(Environment& environment, edge::ShardServices& shard, Client& client, Link& link,
                             std::uint64_t connection)
    : environment_(environment),
      shard_(shard),
      client_(client),
      link_(link),
      connection_(connection),
      stall_(shard.now_us) {
    edge::Transport& transport = *this;
    dialect_ = std::make_unique<edge::NativeDialect>(shard, transport, edge::Identity{"r", "u"}, client.encoding());
    dialect_->on_open();
}

ClientSession::~ClientSession() = default;

void ClientSession::hear(std::string_view message) {
    if (!is_closed_) dialect_->on_message(message, client_.encoding().is_binary());
}

void ClientSession::close(std::uint16_t code) {
    dialect_->on_closed(code);
}

/// As a real one's connection does.
void ClientSession::tick() {
    if (is_closed_) return;
    dialect_->on_tick();
    require(is_closed_ || unsent_bytes_ <= shard_.limits.outbox_bytes_max, [&] {
        return client_.name() + " is kept although " + std::to_string(unsent_bytes_) + " bytes wait for it";
    });
    if (stall_.is_stalled(unsent_bytes_, sent_bytes_, shard_.now_us, shard_.limits.stalled_ms)) {
        close(edge::close_code::kTooSlow, "too slow: resume from your last offset");
    }
}

void ClientSession::close(std::uint16_t code, std::string_view) {
    if (std::exchange(is_closed_, true)) return;
    outbox_.clear();
    unsent_bytes_ = 0;
    if (link_.connection() != connection_) return;
    client_.sent_away(code);
    link_.cut();
}

void ClientSession::send_text(std::string_view message) {
    queue(SharedSlice::of(std::string(message)), false);
}

void ClientSession::send_binary(std::string_view message) {
    queue(SharedSlice::of(std::string(message)), false);
}

void ClientSession::send_frames(SharedSlice frames) {
    queue(std::move(frames), true);
}

void ClientSession::queue(SharedSlice bytes, bool is_framed) {
    if (is_closed_) return;
    if (outbox_.empty()) when_flush_is_due(environment_.random.between(0, kFlushUsMax));
    const auto size = bytes.bytes.size();
    outbox_.push_back({std::move(bytes), is_framed, unsent_bytes_});
    unsent_bytes_ += size;
}

void ClientSession::flush() {
    if (!client_.is_reading() || is_closed_) return;
    const auto [bytes_max, pause_us] = client_.pace();
    std::size_t bytes = 0;
    while (!outbox_.empty() && bytes <= bytes_max) {
        bytes += outbox_.front().bytes.bytes.size();
        leave(std::move(outbox_.front()));
        outbox_.pop_front();
    }
    unsent_bytes_ -= bytes;
    sent_bytes_ += bytes;
    if (!outbox_.empty()) return when_flush_is_due(pause_us);
    if (std::exchange(tells_when_drained_, false)) dialect_->on_drained();
}

void ClientSession::leave(ToClient message) {
    if (link_.connection() != connection_) return;
    link_.send(End::listener, [&client = client_, message = std::move(message)] { client.hear(message); });
}

}  // namespace longwire::simulation
