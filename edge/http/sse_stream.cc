#include "edge/http/sse_stream.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "edge/dialects/native/messages.h"
#include "protocol/command.h"
#include "protocol/epoch.h"
#include "protocol/topic.h"

namespace longwire::edge::http {
namespace {

constexpr std::int64_t kKeepAliveUs = 15'000'000;

/// "epoch:offset" of one topic.
Status read_place(std::string_view place, SseStream::Topic& topic) {
    const auto refused = [] { return bad_request("after", "is not an id of this stream"); };
    const auto colon = place.find(':');
    if (colon == std::string_view::npos) return refused();
    const auto epoch = read_epoch(place.substr(0, colon));
    const auto offset = place.substr(colon + 1);
    const auto [end, error] = std::from_chars(offset.data(), offset.data() + offset.size(), topic.from.offset);
    if (!epoch || error != std::errc{} || end != offset.data() + offset.size()) return refused();
    topic.from_snapshot = false;
    topic.from.kind = From::Kind::after;
    topic.from.epoch = *epoch;
    return {};
}

}  // namespace

SseStream::SseStream(ShardServices& shard, Identity identity, std::vector<Topic> topics,
                     std::shared_ptr<net::HttpExchange> exchange)
    : shard_(shard),
      identity_(std::move(identity)),
      name_(shard.new_id("stream-")),
      topics_(std::move(topics)),
      exchange_(std::move(exchange)),
      wrote_us_(shard.now_us),
      stall_(shard.now_us) {}

SseStream::~SseStream() {
    for (const auto token : requests_) shard_.requests.give_up(token);
    shard_.hub.forget(*this, shard_.now_us);
}

Status SseStream::read_cursor(std::string_view cursor, std::vector<Topic>& topics) {
    const auto places = static_cast<std::size_t>(std::count(cursor.begin(), cursor.end(), ',')) + 1;
    if (places != topics.size()) return bad_request("after", "is an id of a stream of other topics");
    for (auto& topic : topics) {
        const auto end = std::min(cursor.find(','), cursor.size());
        const auto place = cursor.substr(0, end);
        // A topic whose place was not yet known when the cursor was made begins as if there were none.
        if (place != "-") LW_TRY_STATUS(read_place(place, topic));
        cursor.remove_prefix(std::min(end + 1, cursor.size()));
    }
    return {};
}

void SseStream::open() {
    net::HttpResponse head;
    head.content_type = "text/event-stream";
    head.headers = {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}};
    exchange_->begin_stream(std::move(head));
    write(": longwire\n\n");
    for (std::size_t i = 0; i < topics_.size(); ++i) {
        if (topics_[i].from_snapshot) {
            ask_for_snapshot(i);
            continue;
        }
        shard_.hub.watch(*this, i, topic_path(identity_.realm, topics_[i].name), topics_[i].from);
    }
}

/// The state at offset N first, then a watch from N.
void SseStream::ask_for_snapshot(std::size_t topic) {
    const auto token = std::make_shared<std::uint64_t>();
    *token = shard_.requests.shared_command(
        identity_, StateCommand::kName, native::snapshot_request(topics_[topic].name),
        [this, token, topic](const Result<std::string>& state) {
            requests_.erase(*token);
            if (!state) return on_watch_failed(topic, topics_[topic].name, state.error());
            topics_[topic].snapshot = *state;
            shard_.hub.watch(*this, topic, topic_path(identity_.realm, topics_[topic].name), native::place_of(*state));
        });
    requests_.insert(*token);
}

void SseStream::tick() {
    if (has_ended_) return;
    if (stall_.is_stalled(exchange_->unsent_bytes(), exchange_->sent_bytes(), shard_.now_us,
                          shard_.limits.stalled_ms)) {
        has_ended_ = true;
        return;
    }
    if (shard_.now_us - wrote_us_ >= kKeepAliveUs) write(": keep-alive\n\n");
}

void SseStream::add_if_slow(SlowClients& slow) const {
    const auto lag = Hub::lag_of(*this);
    if (!slow.wants(lag)) return;
    slow.add({name_, identity_.realm, identity_.user, exchange_->remote_address(), lag, exchange_->unsent_bytes()});
}

bool SseStream::is_full() {
    if (exchange_->unsent_bytes() <= shard_.limits.outbox_full_bytes) return false;
    exchange_->when_drained([this] { shard_.hub.resume(*this); });
    return true;
}

void SseStream::on_watching(std::uint64_t watch, const WatchStart& start) {
    topics_[watch].epoch = start.epoch;
    topics_[watch].offset = start.after;
    // An id without data only sets what a reconnect will send.
    write("id: " + cursor() + "\n\n");
    const auto snapshot = std::exchange(topics_[watch].snapshot, {});
    if (snapshot.empty()) return;
    write("id: " + cursor() + "\ndata: " + native::to_json(native::snapshot_push(snapshot, start)) + "\n\n");
}

void SseStream::on_watch_failed(std::uint64_t, std::string_view, const Error& error) {
    if (std::exchange(has_ended_, true)) return;
    write("event: error\ndata: " + native::to_json(native::error_object(error)) + "\n\n");
    exchange_->end_stream();
}

void SseStream::on_events(std::uint64_t watch, const EventBatchPtr& batch, std::size_t from) {
    topics_[watch].offset = batch->last();
    if (topics_.size() > 1) return write_with_cursors(watch, *batch, from);
    write(batch->event_stream(from));
}

/// With several topics each id says where all of them stand.
void SseStream::write_with_cursors(std::uint64_t watch, const EventBatch& batch, std::size_t from) {
    auto& offset = topics_[watch].offset;
    std::string text;
    for (std::size_t i = from; i < batch.size(); ++i) {
        offset = batch.first() + i;
        text.append("id: ").append(cursor()).append("\ndata: ").append(batch.json(i)).append("\n\n");
    }
    write(std::move(text));
}

void SseStream::on_gap(std::uint64_t watch, const Gap& gap) {
    topics_[watch].epoch = gap.epoch;
    topics_[watch].offset = gap.after;
    write("id: " + cursor() + "\ndata: " + native::to_json(native::gap_push(gap)) + "\n\n");
}

std::string SseStream::cursor() const {
    std::string text;
    for (const auto& topic : topics_) {
        if (!text.empty()) text += ',';
        text += topic.epoch == 0 ? "-" : epoch_text(topic.epoch) + ":" + std::to_string(topic.offset);
    }
    return text;
}

void SseStream::write(std::string text) {
    write(SharedSlice::of(std::move(text)));
}

void SseStream::write(SharedSlice text) {
    wrote_us_ = shard_.now_us;
    exchange_->write(std::move(text));
}

}  // namespace longwire::edge::http
