#include "edge/dialects/native_messages.h"

#include <array>
#include <charconv>
#include <cstdio>

#include "protocol/json.h"
#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_reader.h"

namespace longwire::edge::native {
namespace {

constexpr std::int64_t kOffsetMax = std::int64_t{1} << 53;  // what a JavaScript number holds

std::string quoted(std::string_view text) {
    std::string json;
    append_json_string(text, json);
    return json;
}

std::string field(std::string_view name, std::string_view json) {
    return std::string("\"").append(name).append("\":").append(json);
}

std::string field(std::string_view name, std::uint64_t number) { return field(name, std::to_string(number)); }

}  // namespace

std::string ok_reply(std::uint64_t id, std::string_view ok) {
    return "{" + field("id", id) + "," + field("ok", ok) + "}";
}

std::string error_json(const Error& error) {
    auto json = "{" + field("code", quoted(to_string(error.code))) + "," + field("message", quoted(error.message));
    if (!error.field.empty()) json += "," + field("field", quoted(error.field));
    if (error.retry_after_ms > 0) json += "," + field("retry_after_ms", std::to_string(error.retry_after_ms));
    return json + "}";
}

std::string error_reply(std::uint64_t id, const Error& error) {
    const auto head = id == 0 ? std::string("{") : "{" + field("id", id) + ",";
    return head + field("error", error_json(error)) + "}";
}

std::string subscribed_json(std::string_view topic, const WatchStart& start) {
    return "{" + field("topic", quoted(topic)) + "," + field("epoch", quoted(epoch_text(start.epoch))) + "," +
           field("offset", start.after) + "," + field("head", start.head) + "," + field("tail", start.tail) + "," +
           field("resumed", start.resumed ? "true" : "false") + "}";
}

std::string gap_push(std::string_view topic, std::uint64_t epoch, std::uint64_t from, std::uint64_t to,
                     GapReason reason) {
    auto gap = "{" + field("topic", quoted(topic)) + "," + field("from", from) + "," + field("to", to) + "," +
               field("reason", quoted(to_string(reason)));
    if (reason == GapReason::epoch_changed) gap += "," + field("epoch", quoted(epoch_text(epoch)));
    return "{" + field("gap", gap + "}") + "}";
}

std::string snapshot_push(std::string_view snapshot, std::string_view topic, const WatchStart& start) {
    return "{" + field("snapshot", snapshot) + "," + field("topic", quoted(topic)) + "," +
           field("epoch", quoted(epoch_text(start.epoch))) + "," + field("offset", start.after) + "}";
}

std::string history_json(const FetchedPage& page, bool reverse) {
    auto json = "{" + field("epoch", quoted(page.epoch == 0 ? "" : epoch_text(page.epoch))) + "," +
                field("head", page.head) + "," + field("tail", page.tail) + ",\"events\":[";
    const auto size = page.batch ? page.batch->size() : 0;
    for (std::size_t i = 0; i < size; ++i) {
        if (i > 0) json += ',';
        json += page.batch->json(reverse ? size - 1 - i : i);
    }
    return json + "]}";
}

Result<From> read_from(std::string_view raw) {
    const auto refused = [] {
        return bad_request("from", "must be \"now\", \"start\", \"snapshot\", {\"last\": n} or {\"epoch\", \"offset\"}");
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

std::string epoch_text(std::uint64_t epoch) {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(epoch));
    return text.data();
}

Result<std::uint64_t> read_epoch(std::string_view text) {
    std::uint64_t epoch = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch, 16);
    if (error != std::errc{} || end != text.data() + text.size() || text.size() != 16 || epoch == 0) {
        return bad_request("epoch", "must be the 16 hex digits of an earlier reply");
    }
    return epoch;
}

}  // namespace longwire::edge::native
