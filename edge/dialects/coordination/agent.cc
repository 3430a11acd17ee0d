#include "edge/dialects/coordination/agent.h"

#include "edge/core/client_api.h"
#include "edge/dialects/loose_fields.h"
#include "edge/dialects/topic_record.h"
#include "protocol/epoch.h"
#include "protocol/event_types.h"
#include "protocol/topic.h"
#include "protocol/utc_text.h"

namespace longwire::edge::coordination {
namespace {

constexpr std::string_view kConnected = "coordination.connected";
constexpr std::int64_t kProveRoomUs = 1'000'000;

using Place = ProvenPlaces::Place;

}  // namespace

// Opening: who is here, and where this agent was.

void Agent::on_open() {
    connection_ = host_.new_id("link-");
    attend();
    steps_ = 3;
    read_record(host_, record_topic_, [this](const Result<json::object>& record) {
        if (!record) return give_up(record.error());
        record_ = *record;
        step_done();
    });
    // Before anybody is looked for: whoever comes later is in what the room says after this place.
    host_.command("history", {{"topic", settings_.room}, {"limit", 1}, {"reverse", true}},
                  [this](const Result<json::object>& page) {
                      if (!page && page.error().code != Errc::not_found) return give_up(page.error());
                      const auto epoch = page ? read_epoch(text_in(*page, "epoch")) : Result<std::uint64_t>(0);
                      if (epoch && *epoch != 0) room_head_ = Place{*epoch, count_in(*page, "head")};
                      step_done();
                  });
    // Whoever else is connected as this agent finds this behind its own, and goes.
    step("publish", {{"topic", inbox_}, {"type", kConnected}, {"data", {{"connection", connection_}}}},
         [this](const json::object& published) {
             own_epoch_ = text_in(published, "epoch");
             own_offset_ = count_in(published, "offset");
             step_done();
         });
}

void Agent::step(std::string_view command, json::object fields, OnOk on_ok) {
    host_.command(command, std::move(fields), [this, then = std::move(on_ok)](const Result<json::object>& ok) {
        if (is_over_) return;
        ok ? then(*ok) : give_up(ok.error());
    });
}

void Agent::step_done() {
    if (--steps_ == 0 && !is_over_) find_others();
}

void Agent::find_others() {
    step("presence", {{"topic", settings_.room}}, [this](const json::object& present) {
        for (const auto& member : array_in(present, "members")) {
            if (!member.is_object()) continue;
            const auto id = text_in(member.get_object(), "id");
            if (id == id_) was_here_ = true;
            if (id != id_) others_.emplace(id, static_cast<std::int64_t>(count_in(member.get_object(), "since_us")));
        }
        join();
    });
}

void Agent::join() {
    step("join", {{"topic", settings_.room}, {"as", id_}, {"info", {{"connection", connection_}}}},
         [this](const json::object&) { welcome(); });
}

void Agent::welcome() {
    json::array agents;
    for (const auto& [id, since_us] : others_) agents.push_back({{"agent_id", id}, {"since", utc_text(since_us)}});
    tell("welcome", {{"agent_id", id_}, {"agents", std::move(agents)}, {"resumed", !record_.empty()}});
    is_open_ = true;
    follow();
    if (record_.empty()) is_dirty_ = true;  // the next connection is not this agent's first
    drain();
    attend();
}

void Agent::follow() {
    const auto& kept = object_in(record_, "places");
    const auto inbox = ProvenPlaces::read(kept, inbox_);
    auto room = ProvenPlaces::read(kept, settings_.room);
    if (!was_here_ || !room) room = room_head_;
    if (inbox) places_.begin(inbox_, *inbox);
    if (room) places_.begin(settings_.room, *room);
    step("subscribe",
         {{"topics", json::array{{{"topic", inbox_}, {"from", ProvenPlaces::from(inbox)}, {"conflate_ms", 0}},
                                 {{"topic", settings_.room}, {"from", ProvenPlaces::from(room)}, {"conflate_ms", 0}}}}},
         [this](const json::object& begun) {
             for (const auto& topic : array_in(begun, "topics")) {
                 if (topic.is_object() && topic.get_object().contains("error")) {
                     return give_up({Errc::unavailable, "the agent's topics cannot be followed"});
                 }
             }
         });
    for (const auto& task : array_in(record_, "tasks")) {
        if (task.is_object()) follow_task(task.get_object());
    }
}

void Agent::follow_task(const json::object& kept) {
    const std::string task(text_in(kept, "task"));
    const std::string task_id(text_in(kept, "task_id"));
    if (task.empty() || !tasks_.has_room()) return;
    const auto from = ProvenPlaces::read(object_in(record_, "places"), task_topic(task));
    tasks_.follow(task, {std::string(text_in(kept, "agent")), task_id}, from,
                  [this, task_id](const Result<std::uint64_t>& begun) {
                      if (!begun) tell_error(begun.error(), {{"task_id", task_id}});
                  });
}

void Agent::give_up(const Error& error) {
    if (std::exchange(is_over_, true)) return;
    tell_error(error);
    host_.close(close_code::kTryLater, "not now: connect again");
}

// What the bus says.

void Agent::on_event(const NativeEvent& event) {
    if (is_over_) return;
    if (event.topic == inbox_) {
        on_inbox(event);
        if (is_over_) return;
        places_.sent(inbox_, {event.epoch, event.offset});
        must_prove_soon_ = true;
    } else if (event.topic == settings_.room) {
        on_room(event);
        places_.sent(settings_.room, {event.epoch, event.offset});
    } else {
        tasks_.on_event(event);
        must_prove_soon_ = true;
    }
    attend();
}

void Agent::on_inbox(const NativeEvent& event) {
    if (event.type != kConnected) return host_.send_event(event, render);
    const bool is_own = text_in(event.fields(), "connection") == connection_;
    const bool is_newer = epoch_text(event.epoch) != own_epoch_ || event.offset > own_offset_;
    if (!is_own && is_newer) be_replaced();
}

void Agent::on_room(const NativeEvent& event) {
    const auto member = text_in(event.fields(), "member");
    if (event.type == event_type::kPresenceJoin) {
        if (member != id_ && others_.emplace(member, event.time_us).second) host_.send_event(event, render_joined);
    } else if (event.type == event_type::kPresenceLeave) {
        if (others_.erase(std::string(member)) > 0) host_.send_event(event, render_left);
    } else if (event.type != kMessage || member != id_) {
        host_.send_event(event, render);
    }
}

void Agent::be_replaced() {
    say(said_.take_all());
    is_over_ = is_replaced_ = true;
    host_.close(close_code::kReplaced, "replaced by a newer connection of this agent");
}

void Agent::on_push(const json::object& push) {
    const auto& gap = object_in(push, "gap");
    const auto topic = text_in(gap, "topic");
    if (is_over_ || topic.empty()) return;
    json::object details{{"reason", text_in(gap, "reason")}};
    for (const auto* const name : {"from", "to"}) details[name] = count_in(gap, name);
    details["of"] = topic == inbox_ ? "inbox" : topic == settings_.room ? "room" : "task";
    if (const auto task_id = tasks_.task_id_of(topic); !task_id.empty()) details["task_id"] = task_id;
    tell_error("messages_missed", "messages are gone that were not delivered", std::move(details));
    if (topic == settings_.room) look_around();
}

/// Who has come or gone unheard.
void Agent::look_around() {
    step("presence", {{"topic", settings_.room}}, [this](const json::object& present) {
        auto gone = std::exchange(others_, {});
        for (const auto& one : array_in(present, "members")) {
            if (!one.is_object()) continue;
            const auto& member = one.get_object();
            const std::string id(text_in(member, "id"));
            if (id == id_) continue;
            const auto since_us = static_cast<std::int64_t>(count_in(member, "since_us"));
            others_.emplace(id, since_us);
            if (gone.erase(id) == 0) tell("agent_joined", {{"agent_id", id}, {"since", utc_text(since_us)}});
        }
        for (const auto& [id, since_us] : gone) tell("agent_left", {{"agent_id", id}, {"reason", "lost"}});
    });
}

void Agent::tell_error(std::string_view code, std::string_view text, json::object details) {
    json::object payload{{"code", code}, {"message", text}};
    if (!details.empty()) payload["details"] = std::move(details);
    tell("error", std::move(payload));
}

void Agent::tell_error(const Error& error, json::object details) {
    if (!error.field.empty()) details["field"] = error.field;
    if (error.retry_after_ms > 0) details["retry_after_ms"] = error.retry_after_ms;
    tell_error(to_string(error.code), error.message, std::move(details));
}

// Proofs, what is kept, and the clock.

void Agent::on_proven(std::uint64_t proof) {
    if (places_.on_proven(proof)) {
        tasks_.on_proven();
        is_dirty_ = true;
    }
    attend();
}

void Agent::on_time() {
    const auto expires_us = host_.who().expires_us;
    if (expires_us != 0 && host_.now_us() >= expires_us && !is_over_) {
        tell_error({Errc::expired, "the token has expired"});
        say(said_.take_all());
        is_over_ = true;
        host_.close(close_code::kUnauthorized, "the token has expired");
    }
    if (is_over_) return;
    say(said_.take_due(host_.now_us()));
    tasks_.on_time();
    attend();
}

void Agent::on_closed(std::uint16_t /*code*/) {
    // The newer connection knows better where this agent is.
    is_over_ = true;
    if (!is_open_ || is_replaced_) return;
    say(said_.take_all());
    if (is_dirty_) keep();
}

/// Does what is due by now, and says when to come back.
void Agent::attend() {
    if (is_over_) return;
    const auto now_us = host_.now_us();
    std::optional<std::int64_t> next_us;
    const auto at = [&](std::optional<std::int64_t> time_us) {
        if (time_us && (!next_us || *time_us < *next_us)) next_us = time_us;
    };
    if (places_.wants_proof()) {
        const auto due_us = must_prove_soon_ ? now_us : proved_us_ + kProveRoomUs;
        due_us <= now_us ? prove() : at(due_us);
    }
    if (is_dirty_ && is_open_) {
        const auto due_us = kept_us_ + settings_.place_ms * 1000;
        due_us <= now_us ? keep() : at(due_us);
    }
    at(said_.due_us());
    at(tasks_.due_us());
    if (host_.who().expires_us != 0) at(host_.who().expires_us);
    if (next_us) host_.wake_at(*next_us);
}

void Agent::prove() {
    must_prove_soon_ = false;
    proved_us_ = host_.now_us();
    places_.asked(host_.prove());
}

void Agent::keep() {
    is_dirty_ = false;
    kept_us_ = host_.now_us();
    write_record(host_, record_topic_, {{"agent", id_}, {"places", places_.kept()}, {"tasks", tasks_.kept()}});
}

}  // namespace longwire::edge::coordination
