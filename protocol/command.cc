#include "protocol/command.h"

#include <cmath>
#include <type_traits>

#include "protocol/envelope.h"
#include "protocol/limits.h"
#include "protocol/msgpack_reader.h"
#include "protocol/topic.h"
#include "protocol/url.h"

namespace longwire {
namespace {

constexpr double kSecondsMax = 30.0 * 24 * 3600;
constexpr std::int64_t kPageMax = 1000;
constexpr std::int64_t kConcurrencyMax = 1'000'000;

/// A name, empty if the field is absent.
Result<std::string> optional_name(const MsgpackFields& fields, std::string_view field) {
    LW_TRY(const std::string_view name, fields.string_or(field, {}));
    if (fields.has(field)) LW_TRY_STATUS(check_name(field, name, kNameBytesMax));
    return std::string(name);
}

Result<std::string> required_name(const MsgpackFields& fields, std::string_view field) {
    LW_TRY(const std::string_view name, fields.string(field));
    LW_TRY_STATUS(check_name(field, name, kNameBytesMax));
    return std::string(name);
}

/// A key of the client's own making: any text of up to 128 bytes.
Status check_key(std::string_view field, std::string_view key) {
    if (!key.empty() && key.size() <= kNameBytesMax) return {};
    return bad_request(std::string(field), "must be 1 to " + std::to_string(kNameBytesMax) + " bytes");
}

/// Empty if absent.
Result<std::string> optional_key(const MsgpackFields& fields) {
    LW_TRY(const std::string_view key, fields.string_or("key", {}));
    if (fields.has("key")) LW_TRY_STATUS(check_key("key", key));
    return std::string(key);
}

Error within(std::string_view outer, Error error) {
    error.field = std::string(outer) + "." + error.field;
    return error;
}

Result<Concurrency> optional_concurrency(const MsgpackFields& fields) {
    constexpr std::string_view kField = "concurrency";
    if (!fields.has(kField)) return Concurrency{};
    LW_TRY(const MsgpackFields inner, MsgpackFields::parse(fields.raw(kField), kField));
    const auto key = inner.string("key");
    if (!key) return within(kField, key.error());
    if (const auto checked = check_key("key", *key); !checked) return within(kField, checked.error());
    const auto limit = inner.integer("limit", 1, kConcurrencyMax);
    if (!limit) return within(kField, limit.error());
    return Concurrency{std::string(*key), static_cast<std::uint32_t>(*limit)};
}

/// A URL, empty if the field is absent.
Result<std::string> optional_webhook(const MsgpackFields& fields) {
    constexpr std::string_view kField = "webhook";
    LW_TRY(const std::string_view webhook, fields.string_or(kField, {}));
    if (!fields.has(kField)) return std::string{};
    if (const auto url = parse_url(webhook); !url) return bad_request(std::string(kField), url.error().message);
    return std::string(webhook);
}

Status check_not_own(std::string_view field, std::string_view name) {
    if (!name.starts_with(kOwnNames)) return {};
    return Error{Errc::forbidden, "names that begin with longwire. are the cluster's own", std::string(field)};
}

Result<std::string> topic_field(const MsgpackFields& fields) {
    LW_TRY(const std::string_view topic, fields.string("topic"));
    LW_TRY_STATUS(check_topic(topic));
    return std::string(topic);
}

Result<std::string> value_field(const MsgpackFields& fields, std::string_view name, std::size_t bytes_max,
                                std::size_t levels_max) {
    const auto raw = fields.raw(name);
    if (raw.size() > bytes_max) {
        return Error{Errc::too_large, "is larger than " + std::to_string(bytes_max) + " bytes", std::string(name)};
    }
    constexpr char kArrayOfOne = '\x91';
    const std::string levels_around(kPayloadDepthMax - levels_max, kArrayOfOne);
    if (!raw.empty() && !levels_around.empty() && !is_one_msgpack_value(levels_around + std::string(raw))) {
        return bad_request(std::string(name), "is nested deeper than " + std::to_string(levels_max) + " levels");
    }
    return std::string(raw);
}

Result<std::string> payload_field(const MsgpackFields& fields, std::string_view name) {
    return value_field(fields, name, kPayloadBytesMax, kPayloadDepthMax);
}

/// For what becomes a part of an event's payload.
Result<std::string> part_of_payload_field(const MsgpackFields& fields, std::string_view name) {
    return value_field(fields, name, kPayloadBytesMax, kPayloadDepthMax - 1);
}

/// 0 only where 0 was given: it stands for none.
Result<std::int64_t> milliseconds(const MsgpackFields& fields, std::string_view name) {
    LW_TRY(const double seconds, fields.number_or(name, 0, 0, kSecondsMax));
    const auto rounded = static_cast<std::int64_t>(std::llround(seconds * 1000));
    return rounded == 0 && seconds > 0 ? 1 : rounded;
}

Result<std::int32_t> page_limit(const MsgpackFields& fields) {
    LW_TRY(const std::int64_t limit, fields.integer_or("limit", 100, 1, kPageMax));
    return static_cast<std::int32_t>(limit);
}

Result<Command> decode(const MsgpackFields& fields, PublishCommand command) {
    LW_TRY(command.topic, topic_field(fields));
    if (command.topic.starts_with("task/")) {
        return Error{Errc::forbidden, "clients cannot publish under task/", "topic"};
    }
    LW_TRY(command.type, required_name(fields, "type"));
    LW_TRY(command.data, payload_field(fields, "data"));
    LW_TRY(command.key, optional_key(fields));
    return Command{std::move(command)};
}

Result<Command> decode(const MsgpackFields& fields, StartCommand command) {
    LW_TRY(command.kind, required_name(fields, "kind"));
    LW_TRY_STATUS(check_not_own("kind", command.kind));
    LW_TRY(command.input, part_of_payload_field(fields, "input"));
    LW_TRY(command.task, optional_name(fields, "task"));
    LW_TRY_STATUS(check_not_own("task", command.task));
    LW_TRY(command.key, optional_key(fields));
    LW_TRY(command.parent, optional_name(fields, "parent"));
    LW_TRY(command.timeout_ms, milliseconds(fields, "timeout_s"));
    LW_TRY(command.ttl_ms, milliseconds(fields, "ttl_s"));
    LW_TRY(command.delay_ms, milliseconds(fields, "delay_s"));
    LW_TRY(const std::int64_t attempts, fields.integer_or("max_attempts", command.max_attempts, 1, 100));
    LW_TRY(const std::int64_t priority, fields.integer_or("priority", 0, -100, 100));
    command.max_attempts = static_cast<std::int32_t>(attempts);
    command.priority = static_cast<std::int32_t>(priority);
    LW_TRY(command.concurrency, optional_concurrency(fields));
    LW_TRY(command.webhook, optional_webhook(fields));
    if (!command.webhook.empty() && command.task.size() > StartCommand::kTaskBytesMaxWithWebhook) {
        return bad_request("task", "may be at most 90 bytes long where there is a webhook");
    }
    LW_TRY(command.hold, fields.boolean_or("hold", false));
    LW_TRY(command.watch, fields.boolean_or("watch", false));
    LW_TRY(const std::string_view on_disconnect, fields.string_or("on_disconnect", "continue"));
    if (on_disconnect == "cancel") {
        command.on_disconnect = OnDisconnect::cancel;
    } else if (on_disconnect != "continue") {
        return bad_request("on_disconnect", "must be \"continue\" or \"cancel\"");
    }
    if (fields.has("disconnect_grace_s")) {
        if (on_disconnect != "cancel") return bad_request("disconnect_grace_s", "is for on_disconnect \"cancel\"");
        LW_TRY(command.disconnect_grace_ms, milliseconds(fields, "disconnect_grace_s"));
    }
    LW_TRY(command.connection, optional_name(fields, "connection"));
    return Command{std::move(command)};
}

Result<Command> decode(const MsgpackFields& fields, AttachCommand command) {
    LW_TRY(command.task, required_name(fields, "task"));
    LW_TRY(command.connection, required_name(fields, "connection"));
    return Command{std::move(command)};
}

Result<Command> decode(const MsgpackFields& fields, RunCommand command) {
    LW_TRY(command.task, required_name(fields, "task"));
    LW_TRY(const std::int64_t run, fields.integer_or("run", 0, 1, UINT32_MAX));
    command.run = static_cast<std::uint32_t>(run);
    return Command{std::move(command)};
}

Result<Command> decode(const MsgpackFields& fields, CancelCommand command) {
    LW_TRY(command.task, required_name(fields, "task"));
    LW_TRY(const std::string_view reason, fields.string_or("reason", {}));
    if (reason.size() > 1024) return bad_request("reason", "is longer than 1024 bytes");
    command.reason = reason;
    return Command{std::move(command)};
}

Result<Command> decode(const MsgpackFields& fields, InputCommand command) {
    LW_TRY(command.task, required_name(fields, "task"));
    LW_TRY(command.data, part_of_payload_field(fields, "data"));
    if (command.data.empty()) return bad_request("data", "is required");
    return Command{std::move(command)};
}

Result<Command> decode(const MsgpackFields& fields, StateCommand command) {
    LW_TRY(command.task, required_name(fields, "task"));
    LW_TRY(command.output, fields.boolean_or("output", false));
    return Command{std::move(command)};
}

Result<Command> decode(const MsgpackFields& fields, TasksCommand command) {
    LW_TRY(command.state, optional_name(fields, "state"));
    constexpr std::string_view kStates[] = {"", "PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "EXPIRED"};
    bool known = false;
    for (const auto state : kStates) known = known || command.state == state;
    if (!known) {
        return bad_request("state", "must be PENDING, RUNNING, COMPLETED, FAILED, CANCELLED or EXPIRED");
    }
    LW_TRY(command.kind, optional_name(fields, "kind"));
    LW_TRY(command.parent, optional_name(fields, "parent"));
    LW_TRY(command.root, optional_name(fields, "root"));
    if (!command.parent.empty() && !command.root.empty()) return bad_request("root", "cannot be asked for with parent");
    LW_TRY(command.after, optional_name(fields, "after"));
    LW_TRY(command.limit, page_limit(fields));
    return Command{std::move(command)};
}

Result<Command> decode(const MsgpackFields& fields, HistoryCommand command) {
    LW_TRY(command.topic, topic_field(fields));
    LW_TRY(const std::int64_t after, fields.integer_or("after", 0, 0, std::int64_t{1} << 53));
    command.after = static_cast<std::uint64_t>(after);
    LW_TRY(command.limit, page_limit(fields));
    LW_TRY(command.reverse, fields.boolean_or("reverse", false));
    return Command{std::move(command)};
}

Result<Command> decode(const MsgpackFields& fields, LedgerCommand command) {
    LW_TRY(command.topic, topic_field(fields));
    return Command{std::move(command)};
}

Result<Command> decode(const MsgpackFields&, WorkersCommand command) {
    return Command{command};
}

Result<Command> decode(const MsgpackFields&, ClusterCommand command) {
    return Command{command};
}

Result<Command> decode(const MsgpackFields&, KindsCommand command) {
    return Command{command};
}

Result<Command> decode(const MsgpackFields& fields, JoinCommand command) {
    LW_TRY(command.topic, topic_field(fields));
    LW_TRY(command.as, optional_name(fields, "as"));
    LW_TRY(command.connection, optional_name(fields, "connection"));
    LW_TRY(command.info, value_field(fields, "info", JoinCommand::kInfoBytesMax, JoinCommand::kInfoDepthMax));
    return Command{std::move(command)};
}

Result<Command> decode(const MsgpackFields& fields, LeaveCommand command) {
    LW_TRY(command.topic, topic_field(fields));
    LW_TRY(command.as, optional_name(fields, "as"));
    LW_TRY(command.connection, optional_name(fields, "connection"));
    LW_TRY(command.lost, fields.boolean_or("lost", false));
    return Command{std::move(command)};
}

Result<Command> decode(const MsgpackFields& fields, PresenceCommand command) {
    LW_TRY(command.topic, topic_field(fields));
    return Command{std::move(command)};
}

template <std::size_t I = 0>
Result<Command> decode_named(std::string_view name, const MsgpackFields& fields) {
    if constexpr (I < std::variant_size_v<Command>) {
        using Candidate = std::variant_alternative_t<I, Command>;
        return name == Candidate::kName ? decode(fields, Candidate{}) : decode_named<I + 1>(name, fields);
    } else {
        return bad_request("cmd", "is unknown: " + std::string(name.substr(0, kNameBytesMax)));
    }
}

template <class... Commands>
bool is_one_of(std::type_identity<std::variant<Commands...>>, std::string_view name) {
    return ((name == Commands::kName) || ...);
}

}  // namespace

bool is_command(std::string_view name) {
    return is_one_of(std::type_identity<Command>{}, name);
}

Result<Command> decode_command(std::string_view name, std::string_view map) {
    LW_TRY(const MsgpackFields fields, MsgpackFields::parse(map, "command"));
    return decode_command(name, fields);
}

Result<Command> decode_command(std::string_view name, const MsgpackFields& fields) {
    return decode_named(name, fields);
}

}  // namespace longwire
