#include "edge/dialects/native/messages.h"

#include <algorithm>

#include "protocol/epoch.h"
#include "protocol/json.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

namespace longwire::edge::native {
namespace {

constexpr std::int64_t kOffsetMax = std::int64_t{1} << 53;  // what a JavaScript number holds
constexpr std::int64_t kConflateMsMax = 60'000;
constexpr std::size_t kMessageDepthMax = kPayloadDepthMax + 8;

void write_error(MsgpackWriter& writer, const Error& error) {
    writer.map(2U + (error.field.empty() ? 0 : 1) + (error.retry_after_ms > 0 ? 1 : 0));
    writer.field("code", to_string(error.code));
    writer.field("message", error.message);
    if (!error.field.empty()) writer.field("field", error.field);
    if (error.retry_after_ms > 0) writer.field("retry_after_ms", error.retry_after_ms);
}

}  // namespace

std::string ok_reply(std::uint64_t id, std::string_view ok) {
    std::string message;
    message.reserve(ok.size() + 16);
    MsgpackWriter writer(message);
    writer.map(2);
    writer.field("id", id);
    writer.field_raw("ok", ok);
    return message;
}

std::string error_reply(std::uint64_t id, const Error& error) {
    std::string message;
    MsgpackWriter writer(message);
    writer.map(id == 0 ? 1 : 2);
    if (id != 0) writer.field("id", id);
    writer.string("error");
    write_error(writer, error);
    return message;
}

std::string error_object(const Error& error) {
    std::string message;
    MsgpackWriter writer(message);
    write_error(writer, error);
    return message;
}

std::string subscribed(const WatchStart& start) {
    std::string message;
    MsgpackWriter writer(message);
    writer.map(6);
    writer.field("topic", start.topic);
    writer.field("epoch", epoch_text(start.epoch));
    writer.field("offset", start.after);
    writer.field("head", start.head);
    writer.field("tail", start.tail);
    writer.field("resumed", start.resumed);
    return message;
}

std::string gap_push(const Gap& gap) {
    const bool has_epoch = gap.reason == GapReason::epoch_changed;
    std::string message;
    MsgpackWriter writer(message);
    writer.map(1);
    writer.string("gap");
    writer.map(has_epoch ? 5 : 4);
    writer.field("topic", gap.topic);
    writer.field("from", gap.from);
    writer.field("to", gap.to);
    writer.field("reason", to_string(gap.reason));
    if (has_epoch) writer.field("epoch", epoch_text(gap.epoch));
    return message;
}

std::string filter_gap_push(std::string_view filter, GapReason reason) {
    std::string message;
    MsgpackWriter writer(message);
    writer.map(1);
    writer.string("gap");
    writer.map(2);
    writer.field("filter", filter);
    writer.field("reason", to_string(reason));
    return message;
}

std::string merged_push(std::string_view topic, const MergedStretch& stretch) {
    std::string message;
    MsgpackWriter writer(message);
    writer.map(1);
    writer.string("merged");
    writer.map(5);
    writer.field("topic", topic);
    writer.field("from", stretch.from);
    writer.field("to", stretch.to);
    writer.field("events", stretch.events());
    writer.field("left", static_cast<std::uint64_t>(stretch.left));
    return message;
}

std::string snapshot_push(std::string_view snapshot, const WatchStart& start) {
    std::string message;
    MsgpackWriter writer(message);
    writer.map(4);
    writer.field_raw("snapshot", snapshot);
    writer.field("topic", start.topic);
    writer.field("epoch", epoch_text(start.epoch));
    writer.field("offset", start.after);
    return message;
}

std::string draining_notice(std::int64_t reconnect_ms) {
    std::string message;
    MsgpackWriter writer(message);
    writer.map(2);
    writer.field("notice", "draining");
    writer.field("reconnect_ms", reconnect_ms);
    return message;
}

std::string history_page(const History& history, std::uint64_t end, bool reverse) {
    std::vector<std::string_view> events;
    for (const auto& batch : history.batches) {
        for (std::size_t i = 0; i < batch->size() && batch->first() + i < end; ++i) events.push_back(batch->msgpack(i));
    }
    if (reverse) std::reverse(events.begin(), events.end());
    std::string message;
    MsgpackWriter writer(message);
    writer.map(4);
    writer.field("epoch", history.epoch == 0 ? std::string() : epoch_text(history.epoch));
    writer.field("head", history.head);
    writer.field("tail", history.tail);
    writer.string("events");
    writer.array(events.size());
    for (const auto event : events) writer.raw(event);
    return message;
}

bool is_snapshot(std::string_view from) {
    MsgpackReader reader(from);
    return reader.peek() == MsgpackReader::Type::string && reader.string() == "snapshot";
}

std::string snapshot_request(std::string_view topic) {
    std::string fields;
    MsgpackWriter writer(fields);
    writer.map(2);
    writer.field("task", task_of_topic(topic));
    writer.field("output", true);
    return fields;
}

From place_of(std::string_view snapshot) {
    From from;
    from.kind = From::Kind::after;
    const auto fields = MsgpackFields::parse(snapshot, "snapshot");
    if (!fields) return from;
    if (const auto offset = fields->integer_or("offset", 0, 0, kOffsetMax)) {
        from.offset = static_cast<std::uint64_t>(*offset);
    }
    const auto text = fields->string_or("epoch", {});
    if (const auto epoch = read_epoch(text ? *text : std::string_view{})) from.epoch = *epoch;
    return from;
}

Result<From> read_from(std::string_view raw) {
    const auto refused = [] {
        return bad_request("from",
                           "must be \"now\", \"start\", \"snapshot\", {\"last\": n} or {\"epoch\", \"offset\"}");
    };
    From from;
    if (raw.empty()) return from;
    MsgpackReader reader(raw);
    if (reader.peek() == MsgpackReader::Type::string) {
        const auto word = reader.string();
        if (word != "now" && word != "start") return refused();
        if (word == "start") from.kind = From::Kind::start;
        return from;
    }
    const auto fields = MsgpackFields::parse(raw, "from");
    if (!fields) return refused();
    if (fields->has("last")) {
        LW_TRY(const std::int64_t count, fields->integer("last", 0, kOffsetMax));
        from.kind = From::Kind::last;
        from.count = static_cast<std::uint64_t>(count);
        return from;
    }
    if (!fields->has("epoch") || !fields->has("offset")) return refused();
    LW_TRY(const std::string_view epoch, fields->string("epoch"));
    LW_TRY(const std::int64_t offset, fields->integer("offset", 0, kOffsetMax));
    LW_TRY(from.epoch, read_epoch(epoch));
    from.kind = From::Kind::after;
    from.offset = static_cast<std::uint64_t>(offset);
    return from;
}

Result<Merging> read_merging(const MsgpackFields& fields) {
    if (!fields.has("conflate_ms")) return Merging{true, 0};
    LW_TRY(const std::int64_t every_ms, fields.integer("conflate_ms", 0, kConflateMsMax));
    return Merging{every_ms > 0, every_ms};
}

std::string to_json(std::string_view message) {
    std::string json;
    json.reserve(message.size() * 3 / 2);
    if (!append_json(message, json, kMessageDepthMax)) return "null";
    return json;
}

}  // namespace longwire::edge::native
