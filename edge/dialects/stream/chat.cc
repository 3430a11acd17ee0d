#include "edge/dialects/stream/chat.h"

#include <algorithm>
#include <utility>

#include "edge/core/client_api.h"
#include "edge/dialects/loose_fields.h"
#include "edge/dialects/stream/messages.h"
#include "edge/dialects/topic_record.h"
#include "protocol/event_types.h"
#include "protocol/topic.h"

namespace longwire::edge::stream {
namespace {

constexpr std::size_t kQueueMax = 100;
constexpr std::size_t kEndedMax = 8;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n\f\v";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

// Beginning, or going on.

void Chat::on_open() {
    traffic_us_ = host_.now_us();
    if (token_.empty()) return begin_anew();
    read_record(host_, record_topic(), [this](const Result<json::object>& record) {
        if (is_over_) return;
        if (!record) {
            tell_error(record.error().message, to_string(record.error().code));
            is_over_ = true;
            return host_.close(close_code::kTryLater, "not now: connect again");
        }
        const bool is_own = text_in(*record, "user") == host_.who().user && !text_in(*record, "client").empty();
        is_own && !is_true_in(*record, "done") ? resume(*record) : begin_anew();
    });
    attend();
}

void Chat::begin_anew() {
    token_ = host_.new_id("resume-");
    client_ = host_.new_id("client-");
    welcome(false);
}

void Chat::resume(const json::object& record) {
    client_ = text_in(record, "client");
    has_kept_ = true;
    const auto most = static_cast<std::size_t>(settings_.queue_chats) + 1 + kEndedMax;
    for (const auto& task : array_in(record, "tasks")) {
        if (!task.is_string() || tasks_.size() == most) continue;
        tasks_.emplace_back(task.get_string());
        host_.command("attach", {{"task", tasks_.back()}});
    }
    welcome(true);
    if (tasks_.empty()) return;
    if (const auto place = ProvenPlaces::read(object_in(record, "places"), topic())) places_.begin(topic(), *place);
    is_waiting_ = is_true_in(record, "waiting");
    follow();
}

void Chat::welcome(bool is_resumed) {
    is_open_ = true;
    send({{"type", "welcome"}, {"resume", token_}, {"client_id", client_}, {"resumed", is_resumed}});
    while (!queue_.empty()) {
        const auto value = std::move(queue_.front());
        queue_.pop_front();
        handle(value);
    }
    attend();
}

// What the client says.

void Chat::on_message(const json::value& value) {
    if (is_over_) return;
    traffic_us_ = host_.now_us();
    if (is_open_) {
        handle(value);
    } else if (queue_.size() < kQueueMax) {
        queue_.push_back(value);
    } else {
        tell_error("Too many messages before the welcome", "too_many");
    }
    attend();
}

void Chat::on_garbage(const Error& error) {
    tell_error("The message must be JSON", error.message);
}

void Chat::handle(const json::value& value) {
    Fields message(value);
    const auto type = message.text("type", {"chat", "cancel", "ping", "pong"});
    if (const auto& mistake = message.mistake()) return tell_error(mistake->text(), "invalid_message");
    if (type == "chat") return chat(message);
    if (type == "cancel") return cancel();
    if (type == "ping") send({{"type", "pong"}});
}

void Chat::chat(Fields& message) {
    std::string text;
    if (message.has("payload")) {
        auto payload = message.object("payload");
        text = trimmed(payload.optional_text("message").value_or(""));
    }
    if (const auto& mistake = message.mistake()) return tell_error(mistake->text(), "invalid_message");
    if (text.empty()) return tell_error("Empty message");
    if (is_waiting_ && !tasks_.empty()) {
        return host_.command("input", {{"task", tasks_.front()}, {"data", {{"message", text}}}},
                             [this](const Result<json::object>& taken) {
                                 if (!taken) tell_error(taken.error().message, to_string(taken.error().code));
                             });
    }
    if (tasks_.size() > static_cast<std::size_t>(settings_.queue_chats)) {
        return tell_error("A task is already running");
    }
    start(text);
}

void Chat::start(std::string_view text) {
    const auto task = host_.new_id("chat-");
    json::object command{{"kind", settings_.kind},
                         {"input", {{"message", text}}},
                         {"task", task},
                         {"on_disconnect", "cancel"},
                         {"disconnect_grace_s", settings_.grace_s}};
    // Those that wait do so at the broker, which keeps their order and outlives this edge.
    if (settings_.queue_chats > 0) command["concurrency"] = {{"key", client_}, {"limit", 1}};
    tasks_.push_back(task);
    keep();
    host_.command("start", std::move(command), [this, task](const Result<json::object>& started) {
        if (started) {
            if (!tasks_.empty() && tasks_.front() == task) follow();
            return;
        }
        tell_error(started.error().message, to_string(started.error().code));
        const auto found = std::find(tasks_.begin(), tasks_.end(), task);
        if (found == tasks_.end()) return;
        if (found == tasks_.begin()) return finish();
        tasks_.erase(found);
    });
}

void Chat::cancel() {
    const bool is_running = !tasks_.empty();
    send(message("cancelled", {{"success", is_running}}, host_.now_us()));
    if (!is_running) return;
    host_.command("cancel", {{"task", tasks_.front()}, {"reason", "the client has cancelled it"}},
                  [this](const Result<json::object>& cancelled) {
                      if (!cancelled) tell_error(cancelled.error().message, to_string(cancelled.error().code));
                  });
}

// What the task says.

/// The first of the tasks, from where it is.
void Chat::follow() {
    const auto from = ProvenPlaces::read(places_.kept(), topic());
    host_.command("subscribe", {{"topic", topic()}, {"from", ProvenPlaces::from(from)}, {"conflate_ms", 0}},
                  [this, topic = topic()](const Result<json::object>& begun) {
                      if (begun || tasks_.empty() || this->topic() != topic) return;
                      tell_error(begun.error().message, to_string(begun.error().code));
                      finish();
                  });
}

/// The first of the tasks has ended, which the client may not have heard yet.
void Chat::end() {
    host_.command("unsubscribe", {{"topic", topic()}});
    ended_.push_back(tasks_.front());
    if (ended_.size() > kEndedMax) {
        places_.forget(task_topic(ended_.front()));
        ended_.pop_front();
    }
    must_prove_soon_ = true;
    next();
}

/// There is nothing to be heard of the first of the tasks.
void Chat::finish() {
    places_.forget(topic());
    next();
}

void Chat::next() {
    tasks_.pop_front();
    is_waiting_ = false;
    keep();
    if (!tasks_.empty()) follow();
}

void Chat::on_event(const NativeEvent& event) {
    if (is_over_ || tasks_.empty() || event.topic != topic()) return;
    traffic_us_ = host_.now_us();
    host_.send_event(event, render);
    places_.sent(event.topic, {event.epoch, event.offset});
    if (event.type == event_type::kTaskWaiting) is_waiting_ = true;
    if (event.type == event_type::kTaskInput || event.type == event_type::kTaskRetrying) is_waiting_ = false;
    if (is_end(event.type)) end();
    attend();
}

void Chat::on_push(const json::object& push) {
    const auto& gap = object_in(push, "gap");
    const auto gone = text_in(gap, "topic");
    if (is_over_ || tasks_.empty() || gone != topic()) return;
    send(message(
        "event",
        {{"name", "gap"},
         {"data", {{"from", count_in(gap, "from")}, {"to", count_in(gap, "to")}, {"reason", text_in(gap, "reason")}}}},
        host_.now_us()));
    catch_up(gone, count_in(gap, "to"));
    attend();
}

/// The end may be among what is missing.
void Chat::catch_up(std::string_view topic, std::uint64_t gap_end) {
    host_.command("state", {{"task", task_of_topic(topic)}},
                  [this, topic = std::string(topic), gap_end](const Result<json::object>& state) {
                      if (!state || is_over_ || tasks_.empty() || this->topic() != topic) return;
                      const auto is_in = text_in(*state, "state");
                      if (is_in == "PENDING" || is_in == "RUNNING" || count_in(*state, "offset") > gap_end) return;
                      send(render_end(*state, host_.now_us()));
                      end();
                      attend();
                  });
}

// Proofs, what is kept, and the clock.

void Chat::on_proven(std::uint64_t proof) {
    if (places_.on_proven(proof)) {
        while (!ended_.empty() && places_.is_proven(task_topic(ended_.front()))) {
            places_.forget(task_topic(ended_.front()));
            ended_.pop_front();
        }
        keep();
    }
    attend();
}

void Chat::on_time() {
    if (is_over_) return;
    const auto now_us = host_.now_us();
    const auto expires_us = host_.who().expires_us;
    if (expires_us != 0 && now_us >= expires_us) {
        tell_error("The token has expired", "expired");
        is_over_ = true;
        return host_.close(close_code::kUnauthorized, "the token has expired");
    }
    if (now_us - traffic_us_ >= settings_.ping_s * 1'000'000) send({{"type", "ping"}});
    attend();
}

void Chat::on_closed(std::uint16_t code) {
    is_over_ = true;
    if (!is_open_ || !close_code::is_clean(code)) return;
    for (const auto& task : tasks_) host_.command("cancel", {{"task", task}, {"reason", "the client has gone"}});
    if (has_kept_) keep(true);
}

/// Does what is due by now, and says when to come back.
void Chat::attend() {
    if (is_over_) return;
    const auto now_us = host_.now_us();
    auto next_us = traffic_us_ + settings_.ping_s * 1'000'000;
    if (places_.wants_proof()) {
        const auto due_us = must_prove_soon_ ? now_us : proved_us_ + settings_.prove_ms * 1'000;
        if (due_us > now_us) {
            next_us = std::min(next_us, due_us);
        } else {
            must_prove_soon_ = false;
            proved_us_ = now_us;
            places_.asked(host_.prove());
        }
    }
    if (host_.who().expires_us != 0) next_us = std::min(next_us, host_.who().expires_us);
    host_.wake_at(next_us);
}

/// What a later connection needs to go on.
void Chat::keep(bool is_done) {
    json::object record{{"client", client_}, {"user", host_.who().user}, {"places", places_.kept()}};
    json::array tasks(ended_.begin(), ended_.end());
    tasks.insert(tasks.end(), tasks_.begin(), tasks_.end());
    record["tasks"] = std::move(tasks);
    has_kept_ = true;
    if (is_waiting_) record["waiting"] = true;
    if (is_done) record["done"] = true;
    write_record(host_, record_topic(), std::move(record));
}

void Chat::send(const json::object& message) {
    traffic_us_ = host_.now_us();
    host_.send(message);
}

void Chat::tell_error(std::string_view text, std::string_view details) {
    json::object fields{{"message", text}};
    if (!details.empty()) fields["details"] = details;
    send(message("error", std::move(fields), host_.now_us()));
}

std::string Chat::topic() const {
    return tasks_.empty() ? std::string() : task_topic(tasks_.front());
}

/// Nobody can tell the token from it.
std::string Chat::record_topic() const {
    return "stream/" + host_.fingerprint(token_);
}

}  // namespace longwire::edge::stream
