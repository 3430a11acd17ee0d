#include "broker/core/webhook.h"

#include <string_view>

#include "protocol/epoch.h"
#include "protocol/json.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"
#include "protocol/url.h"

namespace longwire::broker {
namespace {

// As the Standard Webhooks specification has it: ten attempts, over three days.
constexpr std::int32_t kAttemptsMax = 10;
// Deliveries to one host at a time, so that one that is slow leaves room at the workers for others.
constexpr std::uint32_t kPerHostMax = 8;

std::string_view type_of_end(TaskStatus status) {
    switch (status) {
        case TaskStatus::completed:
            return event_type::kTaskCompleted;
        case TaskStatus::cancelled:
            return event_type::kTaskCancelled;
        case TaskStatus::expired:
            return event_type::kTaskExpired;
        case TaskStatus::pending:
        case TaskStatus::running:
        case TaskStatus::failed:
            break;
    }
    return event_type::kTaskFailed;
}

void write_part(MsgpackWriter& writer, std::string_view name, std::string_view raw, std::size_t bytes_max) {
    const bool is_omitted = raw.size() > bytes_max;
    writer.field_raw_or_nil(name, is_omitted ? std::string_view{} : raw);
    writer.field(std::string(name) + "_omitted", is_omitted);
}

/// As MessagePack; a result or an error of more than `part_bytes_max` is left out.
std::string data_of(const Task& task, std::size_t part_bytes_max) {
    std::string map;
    MsgpackWriter writer(map);
    const auto time_or_nil = [&](std::string_view name, std::int64_t time_us) {
        writer.string(name);
        time_us == 0 ? writer.nil() : writer.signed_integer(time_us);
    };
    writer.map(20);
    writer.field("task", task.id);
    writer.field("kind", task.kind);
    writer.field("state", to_string(task.status));
    writer.field_or_nil("parent", task.parent);
    writer.field("run", task.run);
    writer.field("attempt", task.attempt);
    writer.field("progress", task.progress);
    writer.field("message", task.message);
    writer.field_or_nil("user", task.user);
    time_or_nil("created_us", task.created_us);
    time_or_nil("queued_us", task.queued_us);
    time_or_nil("started_us", task.started_us);
    time_or_nil("ended_us", task.ended_us);
    write_part(writer, "result", task.result_raw, part_bytes_max);
    write_part(writer, "error", task.error_raw, part_bytes_max);
    writer.field("topic", task_topic(task.id));
    writer.field("epoch", epoch_text(task.epoch));
    writer.field("offset", task.offset);
    return map;
}

std::string json_of(const Task& task) {
    std::string json;
    if (append_json(data_of(task, kWebhookPartBytesMax), json)) return json;
    // MessagePack can say what JSON has no form for: a map as a key of a key.
    json.clear();
    static_cast<void>(append_json(data_of(task, 0), json));
    return json;
}

}  // namespace

StartCommand webhook_delivery(const Task& ended) {
    StartCommand delivery;
    delivery.kind = kWebhookKind;
    delivery.task = std::string(kWebhookKind) + "." + ended.id + "." + std::to_string(ended.offset);
    delivery.max_attempts = kAttemptsMax;
    const auto url = parse_url(ended.webhook);
    delivery.concurrency = {"webhook " + (url ? url->host_and_port() : ended.webhook), kPerHostMax};
    MsgpackWriter writer(delivery.input);
    writer.map(4);
    writer.field("url", ended.webhook);
    writer.field("type", type_of_end(ended.status));
    writer.field("time_us", ended.ended_us);
    writer.field("data", json_of(ended));
    return delivery;
}

}  // namespace longwire::broker
