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

/// What a thread keeps of the memory in which it renders: enough for nearly all batches.
constexpr std::size_t kScratchBytesKept = std::size_t{1} << 20;

template <class Number>
void append_number(Number number, std::string& out) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(std::string_view(digits.data(), end));
}

/// Where this thread renders, before a copy is kept that has no room to spare.
std::string& scratch() {
    thread_local std::string text;
    return text;
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
Rendering Rendering::of(std::size_t count, Append append) {
    auto& out = scratch();
    out.clear();
    Rendering rendering;
    rendering.later_starts_.reserve(count - 1);
    append(std::size_t{0}, out);
    for (std::size_t i = 1; i < count; ++i) {
        rendering.later_starts_.push_back(static_cast<std::uint32_t>(out.size()));
        append(i, out);
    }
    rendering.all_ = SharedSlice::copy_of(out);
    if (out.capacity() > kScratchBytesKept) std::string().swap(out);
    return rendering;
}

std::string_view Rendering::at(std::size_t i) const {
    const auto end = i + 1 < size() ? start(i + 1) : all_.bytes.size();
    return all_.bytes.substr(start(i), end - start(i));
}

bool Rendering::has_longer(std::size_t bytes) const {
    for (std::size_t i = 0; i < size(); ++i) {
        if (at(i).size() > bytes) return true;
    }
    return false;
}

namespace {

Rendering deflated(const Rendering& frames, bool binary) {
    return Rendering::of(frames.size(), [&](std::size_t i, std::string& out) {
        Deflater::of_this_thread().append_frame(ws_frame_payload(frames.at(i)), binary, out);
    });
}

}  // namespace

std::shared_ptr<const EventBatch> EventBatch::make(SharedText path, std::uint64_t epoch, std::uint64_t first,
                                                   const std::vector<std::string_view>& envelopes) {
    auto batch = std::make_shared<EventBatch>();
    batch->path_ = std::move(path);
    batch->epoch_ = epoch;
    batch->first_ = first;
    std::size_t size = 0;
    for (const auto envelope : envelopes) size += envelope.size();
    batch->bytes_.reserve(size);
    for (const auto envelope : envelopes) batch->bytes_ += envelope;
    batch->envelopes_.reserve(envelopes.size());
    std::string_view rest = batch->bytes_;
    for (const auto given : envelopes) {
        const auto envelope = parse_envelope(rest.substr(0, given.size()));
        rest.remove_prefix(given.size());
        batch->envelopes_.push_back(envelope ? *envelope : unreadable_envelope());
    }
    batch->json_ = Rendering::of(envelopes.size(), [&, topic = batch->topic()](std::size_t i, std::string& out) {
        append_ws_frame_of(out, WsOpcode::text,
                           [&] { append_event_json(topic, first + i, batch->envelopes_[i], out); });
    });
    return batch;
}

/// As `render()` returns it to whoever asks first.
template <class Render>
const Rendering& EventBatch::rendered(Form OtherForms::*form, Render render) const {
    std::call_once(other_forms_once_, [&] { other_forms_ = std::make_unique<OtherForms>(); });
    auto& wanted = *other_forms_.*form;
    std::call_once(wanted.once, [&] { wanted.rendering = render(); });
    return wanted.rendering;
}

const Rendering& EventBatch::rendered_msgpack() const {
    return rendered(&OtherForms::msgpack, [&] {
        return Rendering::of(size(), [&, topic = topic()](std::size_t i, std::string& out) {
            append_ws_frame_of(out, WsOpcode::binary,
                               [&] { append_event_msgpack(topic, first_ + i, envelopes_[i], out); });
        });
    });
}

const Rendering& EventBatch::rendered_event_stream() const {
    return rendered(&OtherForms::event_stream, [&] {
        return Rendering::of(size(), [&, id = "id: " + epoch_text(epoch_) + ":"](std::size_t i, std::string& out) {
            out += id;
            append_number(first_ + i, out);
            out.append("\ndata: ").append(json(i)).append("\n\n");
        });
    });
}

SharedSlice EventBatch::deflated_json_frames(std::size_t i) const {
    if (!json_.has_longer(Deflater::kBytesMin)) return json_.from(i);
    return rendered(&OtherForms::deflated_json, [&] { return deflated(json_, false); }).from(i);
}

SharedSlice EventBatch::deflated_msgpack_frames(std::size_t i) const {
    const auto& plain = rendered_msgpack();
    if (!plain.has_longer(Deflater::kBytesMin)) return plain.from(i);
    return rendered(&OtherForms::deflated_msgpack, [&] { return deflated(plain, true); }).from(i);
}

std::string_view EventBatch::realm() const {
    return split_path(*path_).realm;
}

std::string_view EventBatch::topic() const {
    return split_path(*path_).topic;
}

std::string_view EventBatch::json(std::size_t i) const {
    return ws_frame_payload(json_.at(i));
}

std::string_view EventBatch::msgpack(std::size_t i) const {
    return ws_frame_payload(rendered_msgpack().at(i));
}

}  // namespace longwire::edge
