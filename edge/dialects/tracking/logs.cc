#include "edge/dialects/tracking/logs.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "protocol/epoch.h"
#include "protocol/event_types.h"
#include "protocol/topic.h"
#include "protocol/utc_text.h"

namespace longwire::edge::tracking {
namespace {

constexpr std::size_t kDetailsBytesMax = 16 << 10;

std::string_view level_of(const NativeEvent& event) {
    const auto level = text_in(event.fields(), "level");
    if (!level.empty()) return shortened(level);
    if (event.type == event_type::kTaskFailed || event.type == event_type::kTaskExpired) return "error";
    return event.type == event_type::kTaskRetrying ? "warn" : "info";
}

/// What a log says beside what an entry has fields for, or all that another event says.
json::object details_of(const NativeEvent& event) {
    if (event.type != event_type::kLog) return {{"type", event.type}, {"task_id", event.task}, {"data", event.data}};
    json::object details = object_in(event.fields(), "details");
    if (!event.data.is_object()) return {{"data", event.data}};
    for (const auto& [name, value] : event.fields()) {
        const bool has_place = name == "level" || name == "agent" || name == "message" ||
                               (name == "details" && value.is_object()) || details.contains(name);
        if (!has_place) details[name] = value;
    }
    return details;
}

}  // namespace

json::object logs_message(std::string_view session, json::array logs, std::int64_t now_us) {
    return {
        {"type", "session_logs"}, {"session_id", session}, {"logs", std::move(logs)}, {"timestamp", seconds(now_us)}};
}

bool is_logged(const NativeEvent& event) {
    if (event.type == event_type::kTaskProgress) return !text_in(event.fields(), "message").empty();
    return event.type != event_type::kTextDelta && event.type != event_type::kAgentStatus &&
           event.type != event_type::kAgentHandoff;
}

json::object log_entry(const NativeEvent& event) {
    const auto& fields = event.fields();
    auto agent = text_in(fields, "agent");
    if (agent.empty()) agent = "System";
    auto message = text_in(fields, "message");
    if (message.empty()) message = event.type;
    auto details = details_of(event);
    const auto bytes = json::serialize(details).size();
    if (bytes > kDetailsBytesMax) details = {{"type", event.type}, {"omitted_bytes", bytes}};
    return {{"timestamp", utc_text(event.time_us)},
            {"level", level_of(event)},
            {"agent", shortened(agent)},
            {"message", shortened(message)},
            {"details", std::move(details)}};
}

void LogStream::start(std::string session) {
    stop();
    session_ = std::move(session);
}

void LogStream::stop() {
    flush();
    for (const auto& topic : topics_) host_.command("unsubscribe", {{"topic", topic}});
    topics_.clear();
    session_.clear();
}

void LogStream::follow(std::string_view task, std::uint64_t epoch, std::uint64_t offset) {
    auto topic = task_topic(task);
    if (epoch == 0 || topics_.size() >= kTopicsMax || topics_.contains(topic)) return;
    json::object from{{"epoch", epoch_text(epoch)}, {"offset", offset}};
    host_.command("subscribe", {{"topic", topic}, {"from", std::move(from)}, {"conflate_ms", 0}},
                  [this, topic](const Result<json::object>& begun) {
                      if (!begun) topics_.erase(topic);
                  });
    topics_.insert(std::move(topic));
}

void LogStream::on_event(const NativeEvent& event) {
    if (is_logged(event)) add(log_entry(event));
}

void LogStream::on_gap(const json::object& gap) {
    if (session_.empty()) return;
    const auto topic = text_in(gap, "topic");
    if (!topic.empty() && !topics_.contains(topic)) return;
    if (topic.empty() && topics_.size() < kTopicsMax) return;  // all is followed by its topic
    add({{"timestamp", utc_text(host_.now_us())},
         {"level", "warn"},
         {"agent", "System"},
         {"message", "Some logs are missing here"},
         {"details", gap}});
}

void LogStream::add(json::object entry) {
    if (entries_.empty()) flush_us_ = host_.now_us() + gather_us_;
    entries_.push_back(std::move(entry));
    if (entries_.size() >= kEntriesMax || gather_us_ == 0) flush();
}

void LogStream::flush() {
    if (!entries_.empty()) host_.send(logs_message(session_, std::exchange(entries_, {}), host_.now_us()));
}

void LogStream::on_time() {
    if (!entries_.empty() && flush_us_ <= host_.now_us()) flush();
}

std::optional<std::int64_t> LogStream::next_us() const {
    if (entries_.empty()) return std::nullopt;
    return flush_us_;
}

}  // namespace longwire::edge::tracking
