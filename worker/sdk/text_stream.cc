#include "worker/sdk/text_stream.h"

#include <exception>
#include <utility>

#include "protocol/event_types.h"
#include "protocol/msgpack_writer.h"
#include "protocol/node/clock.h"
#include "worker/sdk/task.h"
#include "worker/sdk/task_state.h"

namespace longwire {

TextStream::TextStream(Task& task, std::string stream, TextOptions options)
    : task_(task), stream_(std::move(stream)), agent_(std::move(options.agent)) {
    id_ = task_.state_.events.open_text(stream_, agent_, options.join_ms * 1000);
}

TextStream::~TextStream() {
    task_.state_.events.close_text(id_, now_us());
}

EmitOutcome TextStream::write(std::string_view text) {
    if (text.size() > kWriteBytesMax) throw EmitError("a piece of text of more than 1 MiB was written at once");
    if (text.empty()) return EmitOutcome::queued;
    const auto outcome = task_.state_.events.write_text(id_, text, now_us(), task_.state_.when_full);
    if (outcome != EmitOutcome::queued) return outcome;
    bytes_ += text.size();
    hash_.add(text);
    if (bytes_ <= kWholeBytesMax) {
        whole_.append(text);
    } else {
        whole_ = {};
    }
    return outcome;
}

EmitOutcome TextStream::done() {
    End how;
    how.has_text = bytes_ <= kWholeBytesMax;
    how.text = whole_;
    how.bytes = bytes_;
    how.sha256 = hash_.hex();
    return end(how);
}

EmitOutcome TextStream::discard(std::string_view reason) {
    End how;
    how.has_text = true;
    how.sha256 = Sha256().hex();
    how.discarded = true;
    how.reason = reason;
    return end(how);
}

EmitOutcome TextStream::end(const End& end) {
    const auto index = task_.state_.events.flush_text(id_, now_us());
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(4U + (end.has_text ? 1 : 0) + (end.discarded ? 2 : 0) + (agent_.empty() ? 0 : 1));
    writer.field("stream", stream_);
    writer.field("index", index);
    if (end.has_text) writer.field("text", end.text);
    writer.field("bytes", end.bytes);
    writer.field("sha256", end.sha256);
    if (end.discarded) {
        writer.field("discarded", true);
        writer.field("reason", end.reason);
    }
    if (!agent_.empty()) writer.field("agent", agent_);
    return task_.emit_msgpack(event_type::kTextDone, payload);
}

}  // namespace longwire
