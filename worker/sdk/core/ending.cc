#include "worker/sdk/core/ending.h"

#include "protocol/event_types.h"
#include "protocol/json_value.h"
#include "protocol/limits.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"

namespace longwire::worker {
namespace {

std::string completed_payload(const TaskResult& result) {
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(1);
    writer.string("result");
    append_msgpack(result.value(), payload);
    return payload;
}

std::string failed_payload(const TaskResult& result) {
    std::string payload;
    MsgpackWriter writer(payload);
    const bool has_delay = result.retryable() && result.retry_after_ms() > 0;
    writer.map(has_delay ? 3 : 2);
    writer.string("error");
    writer.map(result.value().is_null() ? 2 : 3);
    writer.field("code", result.code());
    writer.field("message", result.text());
    if (!result.value().is_null()) {
        writer.string("details");
        append_msgpack(result.value(), payload);
    }
    writer.field("retryable", result.retryable());
    if (has_delay) writer.field("retry_after_ms", result.retry_after_ms());
    return payload;
}

std::string cancelled_payload(std::string_view reason) {
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(reason.empty() ? 0 : 1);
    if (!reason.empty()) writer.field("reason", reason);
    return payload;
}

Ending too_much(std::string_view what, const std::string& payload) {
    if (payload.size() > kPayloadBytesMax) {
        return {event_type::kTaskFailed,
                failed_payload(TaskResult::failed("too_large", std::string(what) + " makes an event of " +
                                                                   std::to_string(payload.size()) + " bytes; at most " +
                                                                   std::to_string(kPayloadBytesMax) + " fit"))};
    }
    return {event_type::kTaskFailed,
            failed_payload(TaskResult::failed("malformed", std::string(what) + " is nested deeper than " +
                                                               std::to_string(kPayloadDepthMax) + " levels"))};
}

/// With room for the count of events that the session adds.
bool fits(const std::string& payload) {
    constexpr std::size_t kCountBytesMax = 24;
    return payload.size() + kCountBytesMax <= kPayloadBytesMax && is_one_msgpack_value(payload);
}

}  // namespace

Ending ending_of(const TaskResult& result, std::string_view cancel_reason) {
    switch (result.kind()) {
        case TaskResult::Kind::completed: {
            Ending ending{event_type::kTaskCompleted, completed_payload(result)};
            return fits(ending.payload) ? ending : too_much("the result", ending.payload);
        }
        case TaskResult::Kind::failed: {
            Ending ending{event_type::kTaskFailed, failed_payload(result)};
            return fits(ending.payload) ? ending : too_much("the error", ending.payload);
        }
        case TaskResult::Kind::cancelled:
            break;
    }
    const std::string_view reason = result.text().empty() ? cancel_reason : std::string_view(result.text());
    return {event_type::kTaskCancelled, cancelled_payload(reason.substr(0, kPayloadBytesMax / 2))};
}

}  // namespace longwire::worker
