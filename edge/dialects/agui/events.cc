#include "edge/dialects/agui/events.h"

#include <unordered_map>
#include <utility>

#include "edge/dialects/agui/input.h"
#include "protocol/event_types.h"
#include "protocol/json_value.h"

namespace longwire::edge::agui {
namespace {

constexpr std::string_view kProtocolVersion = "1.0";

json::object without(json::object fields, std::initializer_list<std::string_view> names) {
    for (const auto name : names) fields.erase(name);
    return fields;
}

/// A text as it is, anything else as JSON.
std::string text_of(const json::object& fields, std::string_view name, std::string_view otherwise) {
    const auto* const value = fields.if_contains(name);
    if (value == nullptr || value->is_null()) return std::string(otherwise);
    return value->is_string() ? std::string(value->get_string()) : json_text(*value);
}

bool is_text(const json::object& fields, std::string_view name) {
    const auto* const value = fields.if_contains(name);
    return value != nullptr && value->is_string();
}

/// What a task says that it has used of a model, where it says so as longwire-worker-agent does.
json::array usage_of(const json::object& result) {
    json::object usage;
    const auto& told = object_in(result, "usage");
    for (const auto& [from, to] :
         {std::pair{"prompt_tokens", "inputTokens"}, std::pair{"completion_tokens", "outputTokens"},
          std::pair{"total_tokens", "totalTokens"}}) {
        const auto* const count = told.if_contains(from);
        const bool is_whole = count != nullptr && (count->is_uint64() || count->is_int64());
        if (is_whole && (count->is_uint64() || count->get_int64() >= 0)) usage[to] = *count;
    }
    if (usage.empty()) return {};
    if (const auto model = text_in(result, "model"); !model.empty()) usage["model"] = model;
    return {usage};
}

}  // namespace

Events::Events(const Settings& settings, Run run)
    : settings_(settings),
      run_(std::move(run)),
      state_(settings, run_.input.contains("state") ? run_.input.at("state") : json::value()),
      shown_(array_in(run_.input, "messages"), static_cast<std::size_t>(settings.snapshot_bytes_max)) {
    if (run_.is_resumed) state_.set({{"status", "RUNNING"}});
}

Events::Out Events::begin(Begin how, std::int64_t time_us) {
    time_ms_ = time_us / 1000;
    json::object started{{"threadId", run_.thread_id}, {"runId", run_.run_id}, {"protocolVersion", kProtocolVersion}};
    if (const auto parent = text_in(run_.input, "parentRunId"); !parent.empty()) started["parentRunId"] = parent;
    if (how == Begin::from_afar) {
        started["input"] =
            json::object{{"threadId", run_.thread_id}, {"runId", run_.run_id}, {"messages", shown_.messages()}};
    }
    add("RUN_STARTED", std::move(started));
    if (state_.shows_task()) add("STATE_SNAPSHOT", {{"snapshot", state_.snapshot()}});
    if (how == Begin::known_run) show_messages();
    return std::exchange(out_, {});
}

Events::Out Events::of(const NativeEvent& event) {
    if (has_ended_) return {};
    time_ms_ = event.time_us / 1000;
    (this->*translation_of(event.type))(event, event.fields());
    return std::exchange(out_, {});
}

Events::Out Events::gap(const json::object& gap, std::int64_t time_us) {
    time_ms_ = time_us / 1000;
    custom("longwire.gap", gap);
    return std::exchange(out_, {});
}

Events::Out Events::lost(std::int64_t time_us) {
    time_ms_ = time_us / 1000;
    close_all();
    add("RUN_ERROR", {{"message", "the events of the run are lost"}, {"code", "log_lost"}});
    has_ended_ = true;
    return std::exchange(out_, {});
}

Events::Out Events::expired(std::int64_t time_us) {
    time_ms_ = time_us / 1000;
    custom("longwire.expired", json::object{{"message", "the token has expired: resume with another"}});
    return std::exchange(out_, {});
}

Events::Translate Events::translation_of(std::string_view type) {
    static const std::unordered_map<std::string_view, Translate> table{
        {event_type::kTaskQueued, &Events::on_queued},
        {event_type::kTaskStarted, &Events::on_started},
        {event_type::kTaskProgress, &Events::on_progress},
        {event_type::kTaskRetrying, &Events::on_retrying},
        {event_type::kTaskWaiting, &Events::on_waiting},
        {event_type::kTaskCompleted, &Events::on_completed},
        {event_type::kTaskFailed, &Events::on_failed},
        {event_type::kTaskExpired, &Events::on_failed},
        {event_type::kTaskCancelled, &Events::on_cancelled},
        {event_type::kAgentStatus, &Events::on_status},
        {event_type::kAgentStep, &Events::on_step},
        {event_type::kAgentMessage, &Events::on_agent_message},
        {event_type::kTextDelta, &Events::on_delta},
        {event_type::kTextDone, &Events::on_text_done},
        {event_type::kToolCall, &Events::on_tool_call},
        {event_type::kToolResult, &Events::on_tool_result},
        {event_type::kArtifact, &Events::on_artifact},
        {"state.snapshot", &Events::on_state_snapshot},
        {"state.delta", &Events::on_state_delta},
    };
    const auto found = table.find(type);
    return found == table.end() ? &Events::on_other : found->second;
}

/// The client has sent the input itself.
void Events::on_queued(const NativeEvent& event, const Data& data) {
    custom(event.type, without(data, {"input"}));
}

/// An attempt begins from nothing: what one before it has shown does not hold.
void Events::on_started(const NativeEvent& event, const Data& /*data*/) {
    close_all();
    if (shown_.begin_again()) show_messages();
    show_state(state_.set({{"status", "RUNNING"}, {"attempt", event.attempt}}));
    custom(event.type, event.data);
}

void Events::on_progress(const NativeEvent& event, const Data& data) {
    // These are what other events tell.
    const bool is_plain = !data.contains("status") && !data.contains("agents");
    const auto patch = is_plain ? state_.change_all(data) : json::array();
    patch.empty() ? custom(event.type, event.data) : show_state(patch);
}

void Events::on_retrying(const NativeEvent& event, const Data& /*data*/) {
    close_all();
    show_state(state_.change("status", "PENDING"));
    custom(event.type, event.data);
}

/// A question to the user ends the run; what is answered goes on as another.
void Events::on_waiting(const NativeEvent& event, const Data& data) {
    const auto reason = text_in(data, "reason");
    json::object interrupt{{"id", Interrupt{run_.task, event.offset}.id()},
                           {"reason", reason.empty() ? "input_required" : reason}};
    if (is_text(data, "prompt")) interrupt["message"] = data.at("prompt");
    if (const auto& schema = object_in(data, "schema"); !schema.empty()) interrupt["responseSchema"] = schema;
    if (is_text(data, "call_id")) interrupt["toolCallId"] = id_within(event, text_in(data, "call_id"));
    show_state(state_.change("waiting", true));
    end_well({{"outcome", {{"type", "interrupt"}, {"interrupts", json::array{interrupt}}}}});
}

void Events::on_completed(const NativeEvent& /*event*/, const Data& data) {
    const auto& result = object_in(data, "result");
    json::object outcome{{"type", "success"}};
    json::array pending;
    // Whom nobody here has answered, and whose tools the frontend has brought along, the frontend answers.
    for (const auto& tool : array_in(run_.input, "tools")) {
        const auto name = text_in(tool.as_object(), "name");
        for (const auto& [id, called] : calls_) {
            if (called == name) pending.emplace_back(id);
        }
    }
    if (!pending.empty()) outcome["pendingToolCallIds"] = std::move(pending);
    json::object fields{{"outcome", std::move(outcome)}};
    if (data.contains("result") && !data.at("result").is_null()) fields["result"] = data.at("result");
    if (auto usage = usage_of(result); !usage.empty()) fields["usage"] = std::move(usage);
    show_state(state_.change_all({{"status", "COMPLETED"}, {"progress", 1}}));
    end_well(std::move(fields));
}

void Events::on_failed(const NativeEvent& event, const Data& data) {
    const bool is_expired = event.type == event_type::kTaskExpired;
    const auto& error = object_in(data, "error");
    const auto code = text_in(error, "code");
    const auto message = text_in(error, "message");
    json::object fields{{"message", message.empty() ? "the task failed" : message},
                        {"code", !code.empty() ? code
                                 : is_expired  ? "expired"
                                               : "failed"}};
    if (error.contains("details")) fields["metadata"] = json::object{{"details", error.at("details")}};
    show_state(state_.change("status", is_expired ? "EXPIRED" : "FAILED"));
    close_all();
    add("RUN_ERROR", std::move(fields));
    has_ended_ = true;
}

void Events::on_cancelled(const NativeEvent& /*event*/, const Data& data) {
    json::object fields{{"outcome", {{"type", "cancelled"}}}};
    if (is_text(data, "reason")) fields["metadata"] = json::object{{"reason", data.at("reason")}};
    show_state(state_.change("status", "CANCELLED"));
    end_well(std::move(fields));
}

void Events::on_status(const NativeEvent& event, const Data& data) {
    const auto id = text_in(data, is_text(data, "agent_id") ? "agent_id" : "agent");
    const auto patch = id.empty() ? json::array() : state_.change_agent(std::string(id), data);
    patch.empty() ? custom(event.type, event.data) : show_state(patch);
}

void Events::on_step(const NativeEvent& event, const Data& data) {
    const std::string name(text_in(data, "agent"));
    const auto status = text_in(data, "status");
    const bool begins = status == "working" && !name.empty() && !steps_.contains(name) && has_room(steps_.size());
    const bool ends = status == "completed" && steps_.contains(name);
    if (!begins && !ends) return custom(event.type, event.data);
    begins ? static_cast<void>(steps_.insert(name)) : static_cast<void>(steps_.erase(name));
    add(begins ? "STEP_STARTED" : "STEP_FINISHED", {{"stepName", name}, {"metadata", data}});
}

void Events::on_agent_message(const NativeEvent& event, const Data& data) {
    if (!is_text(data, "message")) return custom(event.type, event.data);
    const auto id = id_within(event, std::to_string(event.offset));
    const auto agent = text_in(data, "agent");
    json::object start{{"messageId", id}, {"role", "assistant"}, {"metadata", without(data, {"message"})}};
    if (!agent.empty()) start["name"] = agent;
    add("TEXT_MESSAGE_START", std::move(start));
    add("TEXT_MESSAGE_CONTENT", {{"messageId", id}, {"delta", data.at("message")}});
    add("TEXT_MESSAGE_END", {{"messageId", id}});
    shown_.begin_text(id, agent);
    shown_.add_text(id, text_in(data, "message"));
}

bool Events::open_text(const NativeEvent& event, const Data& data) {
    const auto stream = text_in(data, "stream");
    auto id = id_within(event, stream.empty() ? "text" : stream);
    if (texts_.contains(id)) return true;
    if (!has_room(texts_.size())) return false;
    const auto agent = text_in(data, "agent");
    json::object start{{"messageId", id}, {"role", "assistant"}};
    if (!agent.empty()) start["name"] = agent;
    add("TEXT_MESSAGE_START", std::move(start));
    shown_.begin_text(id, agent);
    texts_.insert(std::move(id));
    return true;
}

void Events::on_delta(const NativeEvent& event, const Data& data) {
    if (!is_text(data, "text") || !open_text(event, data)) return custom(event.type, event.data);
    const auto stream = text_in(data, "stream");
    const auto id = id_within(event, stream.empty() ? "text" : stream);
    const auto text = text_in(data, "text");
    if (text.empty()) return;
    add("TEXT_MESSAGE_CONTENT", {{"messageId", id}, {"delta", text}});
    shown_.add_text(id, text);
}

void Events::on_text_done(const NativeEvent& event, const Data& data) {
    const auto stream = text_in(data, "stream");
    const auto id = id_within(event, stream.empty() ? "text" : stream);
    const auto* const discarded = data.if_contains("discarded");
    const bool counts = discarded == nullptr || *discarded != true;
    if (counts) {
        const bool is_new = !texts_.contains(id);
        if (is_new && text_in(data, "text").empty()) return custom(event.type, event.data);
        if (is_new) on_delta(event, data);
        return close_text(id);
    }
    close_text(id);
    shown_.forget(id);
    custom(event.type, event.data);
    if (shown_.is_known()) show_messages();
}

void Events::on_tool_call(const NativeEvent& event, const Data& data) {
    const auto tool = text_in(data, "tool");
    if (tool.empty()) return custom(event.type, event.data);
    const auto id =
        id_within(event, is_text(data, "call_id") ? text_in(data, "call_id") : std::to_string(event.offset));
    json::object start{{"toolCallId", id}, {"toolCallName", tool}};
    if (auto about = without(data, {"tool", "call_id", "arguments"}); !about.empty()) start["metadata"] = about;
    const auto arguments = text_of(data, "arguments", "{}");
    add("TOOL_CALL_START", std::move(start));
    add("TOOL_CALL_ARGS", {{"toolCallId", id}, {"delta", arguments}});
    add("TOOL_CALL_END", {{"toolCallId", id}});
    shown_.add_call(id, tool, arguments);
    if (has_room(calls_.size())) calls_[id] = tool;
}

void Events::on_tool_result(const NativeEvent& event, const Data& data) {
    if (!is_text(data, "call_id")) return custom(event.type, event.data);
    const auto id = id_within(event, text_in(data, "call_id"));
    const auto content = text_of(data, "result", "");
    add("TOOL_CALL_RESULT", {{"messageId", id + ".result"},
                             {"toolCallId", id},
                             {"content", content},
                             {"role", "tool"},
                             {"metadata", without(data, {"call_id", "result"})}});
    shown_.add_result(id + ".result", id, content);
    calls_.erase(id);
}

void Events::on_artifact(const NativeEvent& event, const Data& data) {
    const auto id = is_text(data, "id") ? std::string(text_in(data, "id")) : std::to_string(event.offset);
    add("ACTIVITY_SNAPSHOT", {{"messageId", id_within(event, "artifact." + id)},
                              {"activityType", "artifact"},
                              {"content", data},
                              {"replace", true}});
}

void Events::on_state_snapshot(const NativeEvent& event, const Data& data) {
    if (!data.contains("snapshot")) return custom(event.type, event.data);
    add("STATE_SNAPSHOT", {{"snapshot", state_.with_task(data.at("snapshot"))}});
}

void Events::on_state_delta(const NativeEvent& event, const Data& data) {
    if (!data.contains("delta") || !is_patch(data.at("delta"))) return custom(event.type, event.data);
    add("STATE_DELTA", {{"delta", data.at("delta")}});
}

void Events::on_other(const NativeEvent& event, const Data& /*data*/) {
    custom(event.type, event.data);
}

void Events::add(std::string_view type, json::object fields) {
    json::object event{{"type", type}, {"timestamp", time_ms_}};
    for (auto& [name, value] : fields) event[name] = std::move(value);
    out_.push_back(std::move(event));
}

void Events::custom(std::string_view name, json::value value) {
    add("CUSTOM", {{"name", name}, {"value", std::move(value)}});
}

void Events::show_state(json::array patch) {
    if (!patch.empty()) add("STATE_DELTA", {{"delta", std::move(patch)}});
}

void Events::show_messages() {
    add("MESSAGES_SNAPSHOT", {{"messages", shown_.messages()}});
}

void Events::close_text(const std::string& message_id) {
    if (texts_.erase(message_id) > 0) add("TEXT_MESSAGE_END", {{"messageId", message_id}});
}

void Events::close_all() {
    for (const auto& id : std::exchange(texts_, {})) add("TEXT_MESSAGE_END", {{"messageId", id}});
    for (const auto& name : std::exchange(steps_, {})) add("STEP_FINISHED", {{"stepName", name}});
    calls_.clear();
}

void Events::end_well(json::object fields) {
    close_all();
    fields["threadId"] = run_.thread_id;
    fields["runId"] = run_.run_id;
    add("RUN_FINISHED", std::move(fields));
    has_ended_ = true;
}

std::string Events::id_within(const NativeEvent& event, std::string_view name) const {
    return run_.task + "." + std::to_string(event.attempt) + "." + std::string(name);
}

}  // namespace longwire::edge::agui
