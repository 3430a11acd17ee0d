#include "worker/sdk/child_task.h"

#include "protocol/json_value.h"
#include "protocol/node/random_id.h"
#include "worker/sdk/task.h"
#include "worker/sdk/task_state.h"

namespace longwire {
namespace {

namespace json = boost::json;

json::value value_of(const std::string& msgpack) {
    auto value = msgpack.empty() ? Result<json::value>(json::value{}) : msgpack_to_json_value(msgpack);
    return value ? std::move(*value) : json::value{};
}

/// The fields of a `start`, as MessagePack.
std::string start_fields(std::string_view kind, const json::value& input, const ChildOptions& options) {
    constexpr double kMsPerSecond = 1000;
    json::object fields;
    fields["kind"] = json::string_view(kind);
    fields["input"] = input;
    // Named here, so that asking a second time after a lost answer starts nothing twice.
    fields["task"] = random_id("");
    fields["timeout_s"] = static_cast<double>(options.timeout_ms) / kMsPerSecond;
    fields["ttl_s"] = static_cast<double>(options.ttl_ms) / kMsPerSecond;
    fields["delay_s"] = static_cast<double>(options.delay_ms) / kMsPerSecond;
    fields["max_attempts"] = options.max_attempts;
    fields["priority"] = options.priority;
    if (!options.concurrency.key.empty()) {
        fields["concurrency"] = {{"key", options.concurrency.key}, {"limit", options.concurrency.limit}};
    }
    std::string bytes;
    append_msgpack(fields, bytes);
    return bytes;
}

std::optional<ChildEnd> end_of(const std::optional<worker::ChildNews>& news) {
    if (!news) return std::nullopt;
    return ChildEnd{news->state, value_of(news->result), value_of(news->error)};
}

}  // namespace

Result<ChildTask> Task::child(std::string_view kind, const json::value& input, const ChildOptions& options) {
    LW_TRY(const auto started, state_.children.start(options.name, start_fields(kind, input, options), stop_token()));
    return ChildTask(state_, started.name, started.task);
}

std::optional<ChildEnd> ChildTask::wait(std::chrono::milliseconds timeout) const {
    return end_of(state_->children.wait_for_end(name_, timeout, state_->stop_token()));
}

std::optional<ChildEnd> ChildTask::wait() const {
    return end_of(state_->children.wait_for_end(name_, std::nullopt, state_->stop_token()));
}

}  // namespace longwire
