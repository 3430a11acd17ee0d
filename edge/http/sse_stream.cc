#include "edge/http/sse_stream.h"

#include <charconv>
#include <utility>

#include "edge/dialects/native_messages.h"
#include "protocol/topic.h"

namespace longwire::edge::http {
namespace {

constexpr std::int64_t kKeepAliveUs = 15'000'000;

/// "epoch:offset" of one topic.
Status read_place(std::string_view place, SseStream::Topic& topic) {
    const auto refused = [] { return bad_request("after", "is not an id of this stream"); };
    const auto colon = place.find(':');
    if (colon == std::string_view::npos) return refused();
    const auto epoch = native::read_epoch(place.substr(0, colon));
    const auto offset = place.substr(colon + 1);
    const auto [end, error] = std::from_chars(offset.data(), offset.data() + offset.size(), topic.from.offset);
    if (!epoch || error != std::errc{} || end != offset.data() + offset.size()) return refused();
    topic.from.kind = From::Kind::after;
    topic.from.epoch = *epoch;
    return {};
}

}  // namespace

SseStream::SseStream(ShardServices& shard, Identity identity, std::vector<Topic> topics,
                     std::shared_ptr<net::HttpExchange> exchange)
    : shard_(shard),
      identity_(std::move(identity)),
      topics_(std::move(topics)),
      exchange_(std::move(exchange)),
      wrote_us_(shard.now_us) {}

SseStream::~SseStream() { shard_.hub.forget(*this, shard_.now_us); }

Status SseStream::read_cursor(std::string_view cursor, std::vector<Topic>& topics) {
    for (auto& topic : topics) {
        const auto end = cursor.find(',');
        const auto place = cursor.substr(0, end);
        // A topic whose place was not yet known when the cursor was made begins as if there were none.
        if (place != "-") LW_TRY_STATUS(read_place(place, topic));
        cursor.remove_prefix(end == std::string_view::npos ? cursor.size() : end + 1);
    }
    if (!cursor.empty()) return bad_request("after", "is an id of a stream of other topics");
    return {};
}

void SseStream::open() {
    net::HttpResponse head;
    head.content_type = "text/event-stream";
    head.headers = {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}};
    exchange_->begin_stream(std::move(head));
    write(": longwire\n\n");
    for (std::size_t i = 0; i < topics_.size(); ++i) {
        shard_.hub.watch(*this, i, topic_path(identity_.realm, topics_[i].name), topics_[i].from);
    }
}

void SseStream::tick() {
    if (shard_.now_us - wrote_us_ >= kKeepAliveUs) write(": keep-alive\n\n");
    if (!is_full()) shard_.hub.resume(*this);
}

void SseStream::on_watching(std::uint64_t watch, const WatchStart& start) {
    topics_[watch].epoch = start.epoch;
    topics_[watch].offset = start.after;
    // An id without data only sets what a reconnect will send.
    write("id: " + cursor() + "\n\n");
}

void SseStream::on_watch_failed(std::uint64_t, const Error& error) {
    write("event: error\ndata: " + native::error_json(error) + "\n\n");
    exchange_->end_stream();
}

void SseStream::on_events(std::uint64_t watch, const EventBatchPtr& batch, std::size_t from) {
    std::string text;
    for (std::size_t i = from; i < batch->size(); ++i) {
        topics_[watch].offset = batch->first() + i;
        text.append("id: ").append(cursor()).append("\ndata: ").append(batch->json(i)).append("\n\n");
    }
    write(std::move(text));
}

void SseStream::on_gap(std::uint64_t watch, std::uint64_t epoch, std::uint64_t from, std::uint64_t to,
                       GapReason reason) {
    topics_[watch].epoch = epoch;
    topics_[watch].offset = to;
    write("id: " + cursor() + "\ndata: " + native::gap_push(topics_[watch].name, epoch, from, to, reason) + "\n\n");
}

std::string SseStream::cursor() const {
    std::string text;
    for (const auto& topic : topics_) {
        if (!text.empty()) text += ',';
        text += topic.epoch == 0 ? "-" : native::epoch_text(topic.epoch) + ":" + std::to_string(topic.offset);
    }
    return text;
}

void SseStream::write(std::string text) {
    wrote_us_ = shard_.now_us;
    exchange_->write(std::make_shared<const std::string>(std::move(text)));
}

}  // namespace longwire::edge::http
