#include "edge/core/event_batch.h"

#include <array>
#include <charconv>
#include <utility>

#include "edge/core/deflater.h"
#include "edge/core/ws_frame.h"
#include "protocol/epoch.h"
#include "protocol/json.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

namespace longwire::edge {
namespace {

constexpr std::size_t kFieldsBytes = 128;  // about what an event takes beside its payload

template <class Number>
void append_number(Number number, std::string& out) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(std::string_view(digits.data(), end));
}

Envelope unreadable_envelope() {
    Envelope envelope;
    envelope.type = "unreadable";
    envelope.producer = "edge";
    envelope.payload = "\xC0";
    return envelope;
}

}  // namespace

std::string_view source_of(const Envelope& envelope) {
    const auto user = envelope_header(envelope, "user");
    return user.empty() ? envelope.producer : user;
}

std::string_view task_of(std::string_view topic, const Envelope& envelope) {
    return envelope.task.empty() ? task_of_topic(topic) : envelope.task;
}

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
    if (const auto task = task_of(topic, envelope); !task.empty()) {
        out += ",\"task\":";
        append_json_string(task, out);
        out += ",\"attempt\":";
        append_number(envelope.attempt, out);
    }
    out += ",\"source\":";
    append_json_string(source_of(envelope), out);
    out += '}';
}

void append_event_msgpack(std::string_view topic, std::uint64_t offset, const Envelope& envelope, std::string& out) {
    const auto task = task_of(topic, envelope);
    MsgpackWriter writer(out);
    writer.map(task.empty() ? 6 : 8);
    writer.field("topic", topic);
    writer.field("offset", offset);
    writer.field("type", envelope.type);
    writer.field("time_us", envelope.time_us);
    writer.field_raw("data", envelope.payload);
    if (!task.empty()) {
        writer.field("task", task);
        writer.field("attempt", envelope.attempt);
    }
    writer.field("source", source_of(envelope));
}

template <class Append>
Rendering Rendering::of(std::size_t count, std::size_t bytes_expected, Append append) {
    Rendering rendering;
    rendering.starts_.reserve(count);
    std::string bytes;
    bytes.reserve(bytes_expected);
    for (std::size_t i = 0; i < count; ++i) {
        rendering.starts_.push_back(static_cast<std::uint32_t>(bytes.size()));
        append(i, bytes);
    }
    rendering.bytes_ = std::make_shared<const std::string>(std::move(bytes));
    return rendering;
}

std::string_view Rendering::at(std::size_t i) const {
    const std::size_t end = i + 1 < starts_.size() ? starts_[i + 1] : bytes_->size();
    return std::string_view(*bytes_).substr(starts_[i], end - starts_[i]);
}

bool Rendering::has_longer(std::size_t bytes) const {
    for (std::size_t i = 0; i < starts_.size(); ++i) {
        if (at(i).size() > bytes) return true;
    }
    return false;
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
        const auto envelope = parse_envelope(rest.substr(0, given.size()));
        rest.remove_prefix(given.size());
        batch->envelopes_.push_back(envelope ? *envelope : unreadable_envelope());
    }
    const auto expected = size * 2 + envelopes.size() * kFieldsBytes;
    batch->json_ =
        Rendering::of(envelopes.size(), expected, [&, topic = batch->topic()](std::size_t i, std::string& out) {
            append_ws_frame_of(out, WsOpcode::text,
                               [&] { append_event_json(topic, first + i, batch->envelopes_[i], out); });
        });
    return batch;
}

const Rendering& EventBatch::rendered_msgpack() const {
    std::call_once(msgpack_once_, [&] {
        const auto expected = bytes_->size() + size() * kFieldsBytes;
        msgpack_ = Rendering::of(size(), expected, [&, topic = topic()](std::size_t i, std::string& out) {
            append_ws_frame_of(out, WsOpcode::binary,
                               [&] { append_event_msgpack(topic, first_ + i, envelopes_[i], out); });
        });
    });
    return msgpack_;
}

const Rendering& EventBatch::rendered_event_stream() const {
    std::call_once(event_stream_once_, [&] {
        const auto id = "id: " + epoch_text(epoch_) + ":";
        event_stream_ = Rendering::of(size(), json_.bytes() + size() * 64, [&](std::size_t i, std::string& out) {
            out += id;
            append_number(first_ + i, out);
            out.append("\ndata: ").append(json(i)).append("\n\n");
        });
    });
    return event_stream_;
}

const Rendering& EventBatch::rendered_deflated_json() const {
    std::call_once(deflated_json_once_, [&] {
        deflated_json_ = Rendering::of(size(), json_.bytes(), [&](std::size_t i, std::string& out) {
            Deflater::of_this_thread().append_frame(json(i), false, out);
        });
    });
    return deflated_json_;
}

const Rendering& EventBatch::rendered_deflated_msgpack() const {
    std::call_once(deflated_msgpack_once_, [&] {
        deflated_msgpack_ = Rendering::of(size(), bytes_->size(), [&](std::size_t i, std::string& out) {
            Deflater::of_this_thread().append_frame(msgpack(i), true, out);
        });
    });
    return deflated_msgpack_;
}

SharedSlice EventBatch::deflated_json_frames(std::size_t i) const {
    return json_.has_longer(Deflater::kBytesMin) ? rendered_deflated_json().from(i) : json_.from(i);
}

SharedSlice EventBatch::deflated_msgpack_frames(std::size_t i) const {
    const auto& plain = rendered_msgpack();
    return plain.has_longer(Deflater::kBytesMin) ? rendered_deflated_msgpack().from(i) : plain.from(i);
}

std::string_view EventBatch::realm() const {
    return split_path(path_).realm;
}

std::string_view EventBatch::topic() const {
    return split_path(path_).topic;
}

std::string_view EventBatch::json(std::size_t i) const {
    return ws_frame_payload(json_.at(i));
}

std::string_view EventBatch::msgpack(std::size_t i) const {
    return ws_frame_payload(rendered_msgpack().at(i));
}

}  // namespace longwire::edge
