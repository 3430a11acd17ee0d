#include "worker/sdk/task.h"

#include <algorithm>
#include <array>

#include "protocol/envelope.h"
#include "protocol/event_types.h"
#include "protocol/json_value.h"
#include "protocol/limits.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"
#include "protocol/node/clock.h"
#include "worker/sdk/task_state.h"

namespace longwire {
namespace {

constexpr std::array kNotForHandlers{
    event_type::kTaskQueued, event_type::kTaskStarted,    event_type::kTaskRetrying,
    event_type::kTaskInput,  event_type::kTaskCancelling, event_type::kTaskCompleted,
    event_type::kTaskFailed, event_type::kTaskCancelled,  event_type::kTaskExpired,
};

[[noreturn]] void refuse(std::string_view type, const std::string& why) {
    throw EmitError("event '" + std::string(type.substr(0, kNameBytesMax)) + "' " + why);
}

void check(std::string_view type, std::string_view payload) {
    if (const auto status = check_event_type(type); !status) refuse(type, describe(status.error()));
    if (std::find(kNotForHandlers.begin(), kNotForHandlers.end(), type) != kNotForHandlers.end()) {
        refuse(type, "is not a handler's to emit");
    }
    if (payload.size() > kPayloadBytesMax) {
        refuse(type, "has a payload of " + std::to_string(payload.size()) + " bytes; at most " +
                         std::to_string(kPayloadBytesMax) + " are allowed");
    }
    if (!is_one_msgpack_value(payload)) {
        refuse(type, "has a payload that is not one MessagePack value of at most " + std::to_string(kPayloadDepthMax) +
                         " levels");
    }
}

std::string_view level_name(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warn:
            return "warn";
        case LogLevel::error:
            break;
    }
    return "error";
}

boost::json::value read_input(const std::string& msgpack) {
    auto value = msgpack_to_json_value(msgpack);
    return value ? std::move(*value) : boost::json::value{};
}

}  // namespace

Task::Task(worker::TaskState& state) : state_(state), input_(read_input(state.start.input)) {}

const std::string& Task::id() const {
    return state_.start.task;
}
const std::string& Task::realm() const {
    return state_.start.realm;
}
const std::string& Task::kind() const {
    return state_.start.kind;
}
std::uint32_t Task::run() const {
    return state_.start.run;
}
std::uint32_t Task::attempt() const {
    return state_.start.attempt;
}
std::int64_t Task::timeout_ms() const {
    return state_.start.timeout_ms;
}
std::stop_token Task::stop_token() const {
    return state_.stop_token();
}
std::string Task::stop_reason() const {
    return state_.stop_reason();
}
std::string_view Task::input_msgpack() const {
    return state_.start.input;
}
bool Task::sleep_for(std::chrono::milliseconds time) {
    return state_.sleep_for(time);
}

EmitOutcome Task::emit_msgpack(std::string_view type, std::string_view payload, WhenFull when_full) {
    check(type, payload);
    return state_.events.push({type, payload, now_us(), false}, when_full);
}

EmitOutcome Task::emit_msgpack(std::string_view type, std::string_view payload) {
    return emit_msgpack(type, payload, state_.when_full);
}

EmitOutcome Task::emit(std::string_view type, const boost::json::value& payload, WhenFull when_full) {
    std::string bytes;
    append_msgpack(payload, bytes);
    return emit_msgpack(type, bytes, when_full);
}

EmitOutcome Task::emit(std::string_view type, const boost::json::value& payload) {
    return emit(type, payload, state_.when_full);
}

EmitOutcome Task::log(LogLevel level, std::string_view message, const boost::json::value& details) {
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(details.is_null() ? 2 : 3);
    writer.field("level", level_name(level));
    writer.field("message", message);
    if (!details.is_null()) {
        writer.string("details");
        append_msgpack(details, payload);
    }
    return emit_msgpack(event_type::kLog, payload);
}

EmitOutcome Task::progress(double fraction, std::string_view message) {
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(message.empty() ? 1 : 2);
    writer.field("progress", fraction >= 0.0 ? std::min(fraction, 1.0) : 0.0);  // not a number is none at all
    if (!message.empty()) writer.field("message", message);
    return emit_msgpack(event_type::kTaskProgress, payload);
}

TextStream Task::text(std::string stream, TextOptions options) {
    return {*this, std::move(stream), std::move(options)};
}

std::optional<boost::json::value> Task::wait_input(std::chrono::milliseconds timeout) {
    const auto data = state_.wait_input(timeout);
    return data ? std::optional(read_input(*data)) : std::nullopt;
}

std::optional<boost::json::value> Task::wait_input() {
    const auto data = state_.wait_input(std::nullopt);
    return data ? std::optional(read_input(*data)) : std::nullopt;
}

std::optional<boost::json::value> Task::ask(std::string_view prompt) {
    put_question(prompt);
    return wait_input();
}

std::optional<boost::json::value> Task::ask(std::string_view prompt, std::chrono::milliseconds timeout) {
    put_question(prompt);
    return wait_input(timeout);
}

void Task::put_question(std::string_view prompt) {
    if (state_.has_input()) return;
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(1);
    writer.field("prompt", prompt);
    emit_msgpack(event_type::kTaskWaiting, payload);
}

}  // namespace longwire
