#include "edge/core/event_batch.h"

#include <array>
#include <charconv>
#include <utility>

#include "edge/core/ws_frame.h"
#include "protocol/json.h"
#include "protocol/topic.h"

namespace longwire::edge {
namespace {

template <class Number>
void append_number(Number number, std::string& out) {
    std::array<char, 24> digits;
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

/// Who an event is from, for people: the user who published it, or the producer.
std::string_view source_of(const Envelope& envelope) {
    const auto user = envelope_header(envelope, "user");
    return user.empty() ? envelope.producer : user;
}

}  // namespace

void append_event_json(std::string_view topic, std::uint64_t offset, const Envelope& envelope, std::string& out) {
    out += "{\"topic\":";
    append_json_string(topic, out);
    out += ",\"offset\":";
    append_number(offset, out);
    out += ",\"type\":";
    append_json_string(envelope.type, out);
    out += ",\"time_us\":";
    append_number(envelope.time_us, out);
    out += ",\"data\":";
    const auto data = out.size();
    if (!append_json(envelope.payload, out)) out.replace(data, std::string::npos, "null");
    if (const auto task = envelope.task.empty() ? task_of_topic(topic) : envelope.task; !task.empty()) {
        out += ",\"task\":";
        append_json_string(task, out);
        out += ",\"attempt\":";
        append_number(envelope.attempt, out);
    }
    out += ",\"source\":";
    append_json_string(source_of(envelope), out);
    out += '}';
}

std::shared_ptr<const EventBatch> EventBatch::make(std::string path, std::uint64_t epoch, std::uint64_t first,
                                                   const std::vector<std::string_view>& envelopes) {
    auto batch = std::make_shared<EventBatch>();
    batch->path_ = std::move(path);
    batch->epoch_ = epoch;
    batch->first_ = first;
    std::size_t size = 0;
    for (const auto envelope : envelopes) size += envelope.size();
    std::string bytes;
    bytes.reserve(size);
    for (const auto envelope : envelopes) bytes += envelope;
    batch->bytes_ = std::make_shared<const std::string>(std::move(bytes));
    batch->envelopes_.reserve(envelopes.size());
    std::string_view rest = *batch->bytes_;
    for (const auto given : envelopes) {
        auto envelope = parse_envelope(rest.substr(0, given.size()));
        rest.remove_prefix(given.size());
        if (!envelope) {
            Envelope unreadable;
            unreadable.type = "unreadable";
            unreadable.producer = "edge";
            unreadable.payload = "\xC0";
            envelope = unreadable;
        }
        batch->envelopes_.push_back(*envelope);
    }
    batch->render();
    return batch;
}

void EventBatch::render() {
    std::string frames;
    std::string json;
    frames.reserve(bytes_->size() * 2 + envelopes_.size() * 128);
    places_.reserve(envelopes_.size());
    for (std::size_t i = 0; i < envelopes_.size(); ++i) {
        json.clear();
        append_event_json(topic(), first_ + i, envelopes_[i], json);
        Place place;
        place.frame = frames.size();
        append_ws_header(frames, WsOpcode::text, json.size());
        place.json = frames.size();
        frames += json;
        place.end = frames.size();
        places_.push_back(place);
    }
    json_frames_ = std::make_shared<const std::string>(std::move(frames));
}

std::string_view EventBatch::realm() const { return split_path(path_).realm; }

std::string_view EventBatch::topic() const { return split_path(path_).topic; }

std::string_view EventBatch::json(std::size_t i) const {
    return std::string_view(*json_frames_).substr(places_[i].json, places_[i].end - places_[i].json);
}

SharedSlice EventBatch::json_frames(std::size_t i) const {
    return {json_frames_, std::string_view(*json_frames_).substr(places_[i].frame)};
}

}  // namespace longwire::edge
