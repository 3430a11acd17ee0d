#include "edge/dialects/native/encoding.h"

#include "edge/dialects/native/messages.h"
#include "protocol/json.h"
#include "protocol/msgpack_reader.h"

namespace longwire::edge {
namespace {

/// With the payload that the push has instead of its event's.
Envelope envelope_of(const MergedPush& push) {
    auto envelope = push.batch->envelope(push.index);
    envelope.payload = push.payload;
    return envelope;
}

class JsonEncoding final : public NativeEncoding {
  public:
    bool is_binary() const override { return false; }

    Result<std::string> take(std::string_view& frame) const override {
        auto object = take_json(frame);
        if (object) return object;
        const auto line_end = frame.find('\n');
        frame.remove_prefix(line_end == std::string_view::npos ? frame.size() : line_end + 1);
        return object;
    }

    void send(Transport& transport, std::string_view message) const override {
        transport.send_text(native::to_json(message));
    }

    void send_events(Transport& transport, const EventBatchPtr& batch, std::size_t from) const override {
        transport.send_frames(transport.takes_deflated() ? batch->deflated_json_frames(from)
                                                         : batch->json_frames(from));
    }

    void send_event(Transport& transport, const MergedPush& push) const override {
        if (push.payload.empty()) return transport.send_text(push.batch->json(push.index));
        std::string json;
        append_event_json(push.batch->topic(), push.offset(), envelope_of(push), json);
        transport.send_text(json);
    }
};

class MsgpackEncoding final : public NativeEncoding {
  public:
    bool is_binary() const override { return true; }

    Result<std::string> take(std::string_view& frame) const override {
        MsgpackReader reader(frame);
        const auto object = reader.raw();
        if (!reader.ok()) {
            // Nothing says where the next one would begin.
            frame = {};
            return bad_request("frame", "is not well-formed MessagePack of at most 64 levels");
        }
        frame.remove_prefix(object.size());
        return std::string(object);
    }

    void send(Transport& transport, std::string_view message) const override { transport.send_binary(message); }

    void send_events(Transport& transport, const EventBatchPtr& batch, std::size_t from) const override {
        transport.send_frames(transport.takes_deflated() ? batch->deflated_msgpack_frames(from)
                                                         : batch->msgpack_frames(from));
    }

    void send_event(Transport& transport, const MergedPush& push) const override {
        if (push.payload.empty()) return transport.send_binary(push.batch->msgpack(push.index));
        std::string object;
        append_event_msgpack(push.batch->topic(), push.offset(), envelope_of(push), object);
        transport.send_binary(object);
    }
};

}  // namespace

const NativeEncoding& json_encoding() {
    static const JsonEncoding encoding;
    return encoding;
}

const NativeEncoding& msgpack_encoding() {
    static const MsgpackEncoding encoding;
    return encoding;
}

}  // namespace longwire::edge
