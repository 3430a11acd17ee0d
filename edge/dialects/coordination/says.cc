#include <algorithm>

#include "edge/dialects/coordination/agent.h"
#include "edge/dialects/loose_fields.h"
#include "protocol/topic.h"
#include "protocol/utc_text.h"

// What an agent says, and what becomes of it.
namespace longwire::edge::coordination {
namespace {

constexpr std::string_view kInvalid = "invalid_message";
constexpr std::size_t kQueueMax = 1'000;

}  // namespace

void Agent::on_message(const json::value& value) {
    if (is_over_) return;
    if (!rate_.take(host_.now_us())) {
        return tell_error({Errc::rate_limited, "too many messages", {}, rate_.retry_after_ms()});
    }
    const bool must_wait = !is_open_ || is_looking_up_ || !queue_.empty();
    if (!must_wait) {
        handle(value);
    } else if (queue_.size() < kQueueMax) {
        queue_.push_back(value);
    } else {
        tell_error({Errc::too_many, "too many messages before they could be taken"});
    }
    attend();
}

void Agent::on_garbage(const Error& error) {
    tell_error(kInvalid, "the message must be JSON",
               {{"field", error.field}, {"expected", "JSON"}, {"got", error.message}});
}

void Agent::drain() {
    while (!queue_.empty() && is_open_ && !is_looking_up_ && !is_over_) {
        const auto value = std::move(queue_.front());
        queue_.pop_front();
        handle(value);
    }
}

void Agent::handle(const json::value& value) {
    auto what = read(value);
    if (const auto* const mistake = std::get_if<Mistake>(&what)) {
        return tell_error(kInvalid, mistake->text(),
                          {{"field", mistake->field}, {"expected", mistake->expected}, {"got", mistake->got}});
    }
    auto& said = std::get<Said>(what);
    if (!said.sender.empty() && said.sender != id_) {
        return tell_error("sender_mismatch", "metadata.sender must be " + id_ + " or absent",
                          {{"field", "metadata.sender"}, {"expected", id_}, {"got", said.sender}});
    }
    if (said.type == "pong") return;
    if (said.type == "ping") return tell("pong", std::move(said.payload));
    if (said.type != "stream") {
        say(said_.take_all());
        return say(std::move(said));
    }
    TextChunk piece;
    piece.group = said.recipient;
    piece.stream = text_in(said.payload, "stream");
    piece.text = text_in(said.payload, "text");
    piece.is_done = is_true_in(said.payload, "done");
    if (!said.message_id.empty()) piece.message_ids.push_back(std::move(said.message_id));
    piece.fields = std::move(said.payload);
    piece.metadata = std::move(said.metadata);
    say(said_.add(std::move(piece), host_.now_us()));
}

void Agent::say(const std::vector<TextChunk>& chunks) {
    for (const auto& chunk : chunks) {
        Said said;
        said.type = "stream";
        said.payload = chunk.fields;
        said.payload["text"] = chunk.text;
        said.metadata = chunk.metadata;
        said.recipient = chunk.group;
        if (!chunk.message_ids.empty()) said.message_id = chunk.message_ids.back();
        auto ids = chunk.message_ids;
        // Pieces that were sent again stand for themselves: only a chunk of one is known by its id.
        if (ids.size() > 1) said.message_id.clear();
        const bool is_to_all = said.recipient.empty();
        const auto to = said.recipient;
        publish(is_to_all ? settings_.room : "agent/" + to, std::move(said), std::move(ids),
                [this, is_to_all, to]() -> json::object {
                    if (is_to_all) return {{"recipients", others_.size()}};
                    return {{"delivered", to == id_ || others_.contains(to)}};
                });
    }
}

void Agent::say(Said said) {
    if (said.recipient.empty()) return say_to_all(std::move(said));
    const bool is_here = said.recipient == id_ || others_.contains(said.recipient);
    if (said.type == "task_assignment" && !is_here) return assign(std::move(said));
    say_to_one(std::move(said));
}

void Agent::say_to_all(Said said) {
    publish(settings_.room, std::move(said), {}, [this]() -> json::object { return {{"recipients", others_.size()}}; });
}

void Agent::say_to_one(Said said) {
    const auto to = said.recipient;
    publish("agent/" + to, std::move(said), {}, [this, to]() -> json::object {
        return {{"delivered", to == id_ || others_.contains(to)}};
    });
}

/// `ids` are the messages that are answered with it; none: its own.
void Agent::publish(const std::string& topic, Said said, std::vector<std::string> ids,
                    std::function<json::object()> tell_how) {
    const bool has_id = !said.message_id.empty();
    if (!has_id) said.message_id = host_.new_id("msg-");
    if (ids.empty()) ids.push_back(said.message_id);
    if (unanswered_ >= settings_.unanswered_max) {
        return tell_error({Errc::too_many, "too many messages wait for their ack"}, {{"message_id", ids.back()}});
    }
    ++unanswered_;
    said.metadata["sender"] = id_;
    said.metadata["message_id"] = said.message_id;
    if (text_in(said.metadata, "timestamp").empty()) said.metadata["timestamp"] = utc_text(host_.now_us());
    json::object command{{"topic", topic},
                         {"type", kMessage},
                         {"data", {{"member", id_}, {"to", said.recipient.empty() ? "*" : said.recipient}}}};
    command["data"].as_object()["body"] = said.envelope();
    if (has_id) command["key"] = host_.fingerprint(id_ + "\n" + said.message_id);
    host_.command("publish", std::move(command),
                  [this, ids = std::move(ids), how = std::move(tell_how)](const Result<json::object>& published) {
                      --unanswered_;
                      if (!published) return tell_error(published.error(), {{"message_id", ids.back()}});
                      auto fields = how();
                      fields["offset"] = count_in(*published, "offset");
                      if (is_true_in(*published, "duplicate")) fields["duplicate"] = true;
                      ack(ids, fields);
                  });
}

void Agent::ack(const std::vector<std::string>& ids, const json::object& fields) {
    for (const auto& id : ids) {
        auto payload = fields;
        payload["message_id"] = id;
        tell("ack", std::move(payload));
    }
}

/// To an agent who is not here: a worker may do the task, or it waits in the inbox.
void Agent::assign(Said said) {
    is_looking_up_ = true;
    host_.command("workers", {}, [this, said = std::move(said)](const Result<json::object>& workers) {
        is_looking_up_ = false;
        const auto kind = workers ? kind_served(*workers, said.recipient) : std::string();
        kind.empty() ? say_to_one(said) : start(said, kind);
        drain();
        attend();
    });
}

std::string Agent::kind_served(const json::object& workers, std::string_view agent) const {
    for (const auto& pattern : settings_.task_kinds) {
        const auto kind = kind_for(pattern, agent);
        for (const auto& worker : array_in(workers, "workers")) {
            if (!worker.is_object() || is_true_in(worker.get_object(), "draining")) continue;
            const auto& kinds = array_in(worker.get_object(), "kinds");
            if (std::find(kinds.begin(), kinds.end(), json::value(kind)) != kinds.end()) return kind;
        }
    }
    return {};
}

void Agent::start(const Said& said, const std::string& kind) {
    const auto message_id = said.message_id.empty() ? host_.new_id("msg-") : said.message_id;
    const json::object about{{"message_id", message_id}};
    if (!tasks_.has_room()) return tell_error({Errc::too_many, "too many tasks were assigned"}, about);
    const std::string task_id(text_in(said.payload, "task_id"));
    auto input = said.payload;
    for (const auto* const name : {"message", "requirement"}) {
        if (!input.contains(name)) input[name] = text_in(said.payload, "instruction");
    }
    json::object command{{"kind", kind}, {"input", std::move(input)}};
    if (check_name("task", task_id, 128)) command["task"] = task_id;
    if (!said.message_id.empty()) command["key"] = host_.fingerprint(id_ + "\n" + message_id);
    host_.command("start", std::move(command),
                  [this, about, what = FollowedTasks::Task{said.recipient, task_id}](const auto& started) {
                      if (!started) return tell_error(started.error(), about);
                      const std::string task(text_in(*started, "task"));
                      is_dirty_ = true;
                      tasks_.follow(task, what, {}, [this, about, task](const Result<std::uint64_t>& begun) {
                          if (!begun) return tell_error(begun.error(), about);
                          auto payload = about;
                          payload["offset"] = *begun;
                          payload["delivered"] = true;
                          payload["task"] = task;
                          tell("ack", std::move(payload));
                      });
                      attend();
                  });
}

std::string kind_for(std::string_view pattern, std::string_view agent_id) {
    constexpr std::string_view kPlace = "{agent_id}";
    std::string kind(pattern);
    for (auto at = kind.find(kPlace); at != std::string::npos; at = kind.find(kPlace, at + agent_id.size())) {
        kind.replace(at, kPlace.size(), agent_id);
    }
    return kind;
}

}  // namespace longwire::edge::coordination
