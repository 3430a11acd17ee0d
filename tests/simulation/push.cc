#include "tests/simulation/push.h"

#include "protocol/epoch.h"
#include "protocol/msgpack_fields.h"
#include "tests/simulation/known_event.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

std::uint64_t number(const MsgpackFields& fields, std::string_view name) {
    return static_cast<std::uint64_t>(fields.integer(name, 0, INT64_MAX).value());
}

edge::GapReason reason_of(const MsgpackFields& gap) {
    const auto name = gap.string("reason").value();
    using edge::GapReason;
    for (const auto reason : {GapReason::trimmed, GapReason::slow, GapReason::epoch_changed, GapReason::link_lost}) {
        if (edge::to_string(reason) == name) return reason;
    }
    throw Violation("a client was told a gap for no known reason: " + std::string(name));
}

Error error_of(std::string_view error) {
    const auto fields = MsgpackFields::parse(error, "error").value();
    return {errc_from_string(fields.string("code").value()), std::string(fields.string("message").value()),
            std::string(fields.string_or("field", {}).value()),
            fields.integer_or("retry_after_ms", 0, 0, INT64_MAX).value()};
}

Answer read_answer(const MsgpackFields& fields) {
    Answer answer{number(fields, "id"), std::string_view{}};
    if (fields.has("error")) {
        answer.ok = error_of(fields.raw("error"));
    } else {
        answer.ok = fields.raw("ok");
    }
    return answer;
}

Push read_gap(std::string_view object) {
    const auto gap = MsgpackFields::parse(object, "gap").value();
    if (gap.has("filter")) return FilterGapPush{gap.string("filter").value(), reason_of(gap)};
    GapPush push{gap.string("topic").value(), number(gap, "from"), number(gap, "to"), reason_of(gap), 0};
    if (push.reason == edge::GapReason::epoch_changed) {
        push.epoch = read_epoch(gap.string("epoch").value()).value();
    }
    return push;
}

MergedPush read_merged(std::string_view object) {
    const auto merged = MsgpackFields::parse(object, "merged").value();
    return {merged.string("topic").value(), number(merged, "from"), number(merged, "to"), number(merged, "events"),
            number(merged, "left")};
}

SnapshotPush read_snapshot(const MsgpackFields& fields) {
    return {fields.string("topic").value(), read_epoch(fields.string("epoch").value()).value(),
            number(fields, "offset"), fields.raw("snapshot")};
}

EventPush read_event(const MsgpackFields& fields) {
    EventPush push;
    push.topic = fields.string("topic").value();
    push.offset = number(fields, "offset");
    push.attempt = static_cast<std::uint32_t>(fields.integer_or("attempt", 0, 0, INT32_MAX).value());
    push.type = fields.string("type").value();
    push.data = fields.raw("data");
    push.shown = digest_of_shown(push.type, static_cast<std::int64_t>(number(fields, "time_us")), push.data);
    return push;
}

}  // namespace

Push read_push(std::string_view object) {
    const auto fields = MsgpackFields::parse(object, "push");
    require(fields.has_value(), [] { return "a client was sent what is no object"; });
    if (fields->has("id")) return read_answer(*fields);
    if (fields->has("gap")) return read_gap(fields->raw("gap"));
    if (fields->has("merged")) return read_merged(fields->raw("merged"));
    if (fields->has("snapshot")) return read_snapshot(*fields);
    if (fields->has("type")) return read_event(*fields);
    throw Violation("a client was sent an object that it does not know");
}

}  // namespace longwire::simulation
