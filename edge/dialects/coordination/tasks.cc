#include "edge/dialects/coordination/tasks.h"

#include <utility>

#include "edge/dialects/coordination/messages.h"
#include "edge/dialects/loose_fields.h"
#include "protocol/event_types.h"
#include "protocol/topic.h"

namespace longwire::edge::coordination {
namespace {

bool is_end(std::string_view type) {
    return type == event_type::kTaskCompleted || type == event_type::kTaskFailed ||
           type == event_type::kTaskCancelled || type == event_type::kTaskExpired;
}

/// A piece of a text, or its end; nothing if the event is neither.
std::optional<TextChunk> read_text(const NativeEvent& event) {
    const bool is_done = event.type == event_type::kTextDone;
    const auto& data = event.fields();
    if ((event.type != event_type::kTextDelta && !is_done) || text_in(data, "stream").empty()) return std::nullopt;
    TextChunk piece;
    piece.group = event.topic;
    piece.stream = text_in(data, "stream");
    piece.is_done = is_done;
    // The end says the whole text again.
    if (!is_done) piece.text = text_in(data, "text");
    piece.fields = data;
    piece.epoch = event.epoch;
    piece.offset = event.offset;
    return piece;
}

}  // namespace

void FollowedTasks::follow(const std::string& task, Task what, const std::optional<ProvenPlaces::Place>& from,
                           std::function<void(const Result<std::uint64_t>&)> on_begun) {
    const auto topic = task_topic(task);
    if (!tasks_.emplace(topic, std::move(what)).second) {
        // It was assigned again. What there is of it has come, or will.
        return on_begun(std::uint64_t{0});
    }
    if (from) places_.begin(topic, *from);
    host_.command("subscribe", {{"topic", topic}, {"from", ProvenPlaces::from(from)}, {"conflate_ms", 0}},
                  [this, topic, then = std::move(on_begun)](const Result<json::object>& begun) {
                      if (begun) return then(count_in(*begun, "head"));
                      tasks_.erase(topic);
                      places_.forget(topic);
                      then(begun.error());
                  });
}

void FollowedTasks::on_event(const NativeEvent& event) {
    const auto found = tasks_.find(event.topic);
    if (found == tasks_.end()) return;
    if (auto piece = read_text(event)) {
        return send(texts_.add(std::move(*piece), host_.now_us()));
    }
    send(texts_.take_group(event.topic));
    host_.send(render_task(event, found->second.agent, found->second.task_id));
    places_.sent(event.topic, {event.epoch, event.offset});
    if (!is_end(event.type)) return;
    host_.command("unsubscribe", {{"topic", event.topic}});
    found->second.has_ended = true;
}

void FollowedTasks::on_proven() {
    for (auto next = tasks_.begin(); next != tasks_.end();) {
        const auto task = next++;
        if (!task->second.has_ended || !places_.is_proven(task->first)) continue;
        places_.forget(task->first);
        tasks_.erase(task);
    }
}

json::array FollowedTasks::kept() const {
    json::array kept;
    for (const auto& [topic, task] : tasks_) {
        kept.push_back({{"task", task_of_topic(topic)}, {"agent", task.agent}, {"task_id", task.task_id}});
    }
    return kept;
}

std::string_view FollowedTasks::task_id_of(std::string_view topic) const {
    const auto found = tasks_.find(topic);
    return found == tasks_.end() ? std::string_view() : std::string_view(found->second.task_id);
}

void FollowedTasks::send(const std::vector<TextChunk>& chunks) {
    for (const auto& chunk : chunks) {
        const auto task = tasks_.find(chunk.group);
        if (task == tasks_.end()) continue;
        json::object payload{{"task_id", task->second.task_id}, {"stream", chunk.stream}};
        for (const auto* const name : {"index", "agent", "discarded", "reason", "bytes", "sha256"}) {
            if (const auto* const value = chunk.fields.if_contains(name)) payload[name] = *value;
        }
        payload["index"] = count_in(chunk.fields, "index");
        payload["text"] = chunk.text;
        if (chunk.is_done) payload["done"] = true;
        host_.send(message("stream", std::move(payload), task->second.agent, host_.now_us()));
        places_.sent(chunk.group, {chunk.epoch, chunk.offset});
    }
}

}  // namespace longwire::edge::coordination
