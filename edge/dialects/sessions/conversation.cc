#include "edge/dialects/sessions/conversation.h"

#include <algorithm>
#include <map>
#include <utility>

#include "edge/core/client_api.h"
#include "edge/dialects/loose_fields.h"
#include "protocol/epoch.h"
#include "protocol/event_types.h"
#include "protocol/utc_text.h"

namespace longwire::edge {
namespace {

using sessions::error_message;
using sessions::Said;

constexpr int kPresencePage = 20;
constexpr std::size_t kOwnIdsMax = 256;
constexpr std::size_t kUnheardMax = 100;

/// Since when nobody has been there; nothing while somebody is. The page has the newest first.
std::optional<std::int64_t> absent_since_us(const json::array& events) {
    std::map<std::string, bool> members;
    std::optional<std::int64_t> since_us;
    for (const auto& one : events) {
        if (!one.is_object()) continue;
        const auto& event = one.get_object();
        const auto type = text_in(event, "type");
        const bool is_join = type == event_type::kPresenceJoin;
        if (!is_join && type != event_type::kPresenceLeave) continue;
        const auto* const data = event.if_contains("data");
        const auto member = data != nullptr && data->is_object() ? text_in(data->get_object(), "member") : "";
        if (!members.emplace(member, is_join).second) continue;
        if (is_join) return std::nullopt;
        since_us = std::max(since_us.value_or(0), integer_in(event, "time_us"));
    }
    return since_us;
}

}  // namespace

SessionsConversation::SessionsConversation(Host& host, const Opening& opening, const SessionsSettings& settings,
                                           SessionsHealth& health)
    : host_(host),
      settings_(settings),
      health_(health),
      endpoint_{std::string(opening.path("pillar"))},
      token_(opening.query("session_token").empty() ? opening.token : std::string(opening.query("session_token"))),
      who_(opening.who) {
    health_id_ = health_.open(who_ ? who_->realm : std::string(), endpoint_.name());
}

SessionsConversation::~SessionsConversation() {
    health_.close(health_id_);
}

void SessionsConversation::on_open() {
    proved_us_ = host_.now_us();
    if (!token_.empty()) begin_session(std::exchange(token_, {}));
    watch_clock();
}

// The session.

void SessionsConversation::begin_session(std::string token) {
    token_ = std::move(token);
    if (!who_) {
        if (who_.error().code == Errc::expired) return expire("The session token has expired.");
        return refuse("unauthorized", "The session token is not known.", close_code::kUnauthorized);
    }
    health_.rename(health_id_, who_->realm);
    if (!who_->may_use(endpoint_.permission())) {
        return refuse("forbidden", "The session token does not allow " + endpoint_.name() + ".",
                      close_code::kForbidden);
    }
    // Whoever has the token but is another user has another session.
    const auto name = host_.fingerprint(who_->user + ' ' + token_);
    session_id_ = "session-" + name;
    session_topic_ = "session/" + name;
    look_for_session();
}

void SessionsConversation::look_for_session() {
    host_.command("history", {{"topic", session_topic_}, {"reverse", true}, {"limit", kPresencePage}},
                  [this](const Result<json::object>& page) {
                      if (!page) return refuse("unavailable", page.error().message, close_code::kTryLater);
                      on_presence(*page);
                  });
}

void SessionsConversation::on_presence(const json::object& page) {
    if (is_over_) return;
    const auto* const events = page.if_contains("events");
    const bool is_new = integer_in(page, "head") == 0;
    if (events != nullptr && events->is_array()) {
        const auto since_us = absent_since_us(events->get_array());
        if (since_us && host_.now_us() - *since_us > settings_.keep_s * 1'000'000) {
            return expire("The session has ended: nobody was there for too long.");
        }
    }
    host_.command("join", {{"topic", session_topic_}}, [this](const Result<json::object>& joined) {
        if (!joined) refuse("unavailable", joined.error().message, close_code::kTryLater);
    });
    if (!is_new) return open_session(false);
    // Of two connections that both find nothing one has made the session.
    host_.command(
        "publish",
        {{"topic", session_topic_}, {"type", "session.created"}, {"key", "created"}, {"data", json::object()}},
        [this](const Result<json::object>& created) {
            if (!created) return refuse("unavailable", created.error().message, close_code::kTryLater);
            const auto* const duplicate = created->if_contains("duplicate");
            open_session(duplicate == nullptr || *duplicate != json::value(true));
        });
}

void SessionsConversation::open_session(bool is_new) {
    if (is_over_) return;
    is_new_ = is_new;
    const auto level = endpoint_.is_guide() ? "guide" : "liaison." + endpoint_.pillar;
    const auto topic = session_topic_ + "/" + level;
    Places::Settings settings;
    settings.prove_ms = settings_.prove_ms;
    places_.emplace(host_, static_cast<Places::Owner&>(*this), topic, settings);
    places_->open();
    said_topic_ = topic + "/said";
    host_.command("subscribe", {{"topic", said_topic_}, {"from", "now"}, {"conflate_ms", 0}});
}

void SessionsConversation::expire(std::string message) {
    send({{"type", "session_expired"}, {"message", std::move(message)}, {"error_code", "session_expired"}});
    is_over_ = true;
    host_.close(close_code::kUnauthorized, "session expired");
}

void SessionsConversation::refuse(std::string_view code, std::string message, std::uint16_t close_code) {
    if (is_over_) return;
    send(error_message(code, std::move(message)));
    is_over_ = true;
    host_.close(close_code, code);
}

// What the user says.

void SessionsConversation::on_message(const json::value& message) {
    if (is_over_) return;
    health_.count_in(host_.now_us());
    hear(message);
    watch_clock();
}

void SessionsConversation::hear(const json::value& message) {
    const auto read = sessions::read_message(message, settings_.pillars, endpoint_.pillar);
    if (const auto* const mistake = std::get_if<Mistake>(&read)) return send(sessions::invalid_message(*mistake));
    const auto& said = std::get<Said>(read);
    if (said.type == "ping") {
        health_.count_out(host_.now_us());
        return host_.send({{"type", "pong"}});
    }
    if (said.type == "pong") return;
    if (token_.empty()) {
        if (said.session_token.empty()) {
            return send(sessions::invalid_message({"session_token", "there in the first message", "nothing"}));
        }
        who_ = host_.identify(said.session_token);
        if (who_) host_.become(*who_);
        begin_session(said.session_token);
        if (is_over_) return;
    } else if (!said.session_token.empty() && said.session_token != token_) {
        return send(sessions::invalid_message({"session_token", "this connection's", "another"}));
    }
    queue(said);
}

void SessionsConversation::on_garbage(const Error& error) {
    if (is_over_) return;
    health_.count_in(host_.now_us());
    send(sessions::invalid_message({"message", "JSON", error.message}));
}

void SessionsConversation::queue(Said said) {
    if (waiting_.size() >= static_cast<std::size_t>(settings_.messages_waiting_max)) {
        return send(error_message("too_many", "Too many messages wait to be passed on; this one is not."));
    }
    if (said.message_id.empty()) {
        said.message_id = host_.new_id("msg-");
    } else {
        said.fields["message_id"] = said.message_id;
    }
    own_ids_.push_back(said.message_id);
    if (own_ids_.size() > kOwnIdsMax) own_ids_.pop_front();
    waiting_.push_back(std::move(said));
    pass_on();
}

bool SessionsConversation::is_own(std::string_view message_id) const {
    return std::find(own_ids_.begin(), own_ids_.end(), message_id) != own_ids_.end();
}

/// One after the other, in the order in which they came.
void SessionsConversation::pass_on() {
    while (places_ && came_us_ != 0 && !is_passing_on_ && !waiting_.empty() && !is_over_) {
        is_passing_on_ = true;
        const auto said = waiting_.front();
        if (said.type == "user_message" || said.type == "question_answer") {
            say_next(said);
        } else {
            relay(said);
            done();
        }
    }
}

void SessionsConversation::done() {
    waiting_.pop_front();
    is_passing_on_ = false;
}

/// To the other connections of the session.
void SessionsConversation::relay(const Said& said) {
    if (said.type == "file_selected") {
        file_ = {};
        for (const auto* const name : {"file_uuid", "file_name", "file_url"}) {
            if (const auto* const value = said.fields.if_contains(name)) file_[name] = *value;
        }
    }
    auto fields = said.fields;
    fields.erase("session_id");
    fields["message_id"] = said.message_id;
    host_.command("publish", {{"topic", said_topic_}, {"type", said.type}, {"data", std::move(fields)}},
                  [this](const Result<json::object>& told) {
                      if (!told) fail(told.error());
                  });
}

json::object SessionsConversation::input_of(const Said& said) {
    json::object input;
    for (const auto* const name : {"message", "data", "agent", "role", "pillar", "file_uuid", "file_name", "file_url",
                                   "metadata", "additional_info"}) {
        if (const auto* const value = said.fields.if_contains(name)) input[name] = *value;
    }
    if (!input.contains("file_uuid")) {
        for (const auto& [name, value] : file_) input[name] = value;
    }
    if (!endpoint_.is_guide()) input["pillar"] = endpoint_.pillar;
    input["message_id"] = said.message_id;
    input["session_id"] = session_id_;
    return input;
}

/// The next input of the task that runs; if none does, a user's message begins one.
void SessionsConversation::say_next(const Said& said) {
    auto input = input_of(said);
    const auto* const last = places_->book().find(places_->book().last_turn());
    const bool has_ended =
        last == nullptr || last->state == Turn::State::failed || last->number <= std::max(played_, over_);
    if (has_ended) return begin_turn(said, std::move(input));
    // The task that runs was begun by this very message.
    if (said.fields.contains("message_id") && last->key == said.message_id) return done();
    host_.command("input", {{"task", last->task}, {"data", std::move(input)}},
                  [this, said, turn = last->number](const Result<json::object>& ok) {
                      const bool has_ended_now =
                          !ok && (ok.error().code == Errc::conflict || ok.error().code == Errc::not_found);
                      if (has_ended_now) {
                          over_ = std::max(over_, turn);
                          return say_next(said);
                      }
                      if (!ok) fail(ok.error());
                      done();
                      if (ok) on_input_taken(said, turn, count_in(*ok, "offset"));
                      pass_on();
                  });
}

/// A task may end without having looked at its last input.
void SessionsConversation::on_input_taken(const Said& said, std::uint64_t turn, std::uint64_t offset) {
    if (said.type != "user_message" || offset == 0) return;
    unheard_.push_back({said, {turn, 0, offset}});
    if (unheard_.size() > kUnheardMax) unheard_.pop_front();
    if (turn <= played_) say_unheard_again(turn);
}

/// Whatever a task does after an input counts as its answer.
void SessionsConversation::say_unheard_again(std::uint64_t turn) {
    std::deque<Said> again;
    for (const auto& [said, at] : unheard_) {
        if (at.turn == turn && completed_ == turn && worked_.is_before(at)) again.push_back(said);
    }
    std::erase_if(unheard_, [&](const Unheard& one) { return one.at.turn <= turn; });
    const auto front = waiting_.begin() + (is_passing_on_ ? 1 : 0);
    waiting_.insert(front, again.begin(), again.end());
}

void SessionsConversation::begin_turn(const Said& said, json::object input) {
    if (said.type == "question_answer") {
        send(error_message("nothing_asked", "No agent waits for an answer."));
        return done();
    }
    auto kind = endpoint_.is_guide() ? settings_.guide_kind : settings_.liaison_kind_of(endpoint_.pillar);
    const auto key = said.fields.contains("message_id") ? said.message_id : std::string();
    places_->begin(key, {{"kind", std::move(kind)}, {"input", std::move(input)}},
                   [this, said, key](const Result<Places::Begun>& begun) {
                       if (!begun) fail(begun.error());
                       const bool is_answered = !begun || begun->is_mine || (!key.empty() && begun->turn.key == key);
                       if (!is_answered) return say_next(said);
                       done();
                       pass_on();
                   });
}

void SessionsConversation::fail(const Error& error) {
    auto message = error_message(to_string(error.code), error.message);
    json::object details;
    if (!error.field.empty()) details["field"] = error.field;
    if (error.retry_after_ms > 0) details["retry_after_ms"] = error.retry_after_ms;
    if (!details.empty()) message["error_details"] = std::move(details);
    send(std::move(message));
}

/// Adds what every message of this connection has.
void SessionsConversation::send(json::object message) {
    if (is_over_) return;
    if (!message.contains("message_id")) message["message_id"] = host_.new_id("msg-");
    if (!message.contains("timestamp")) message["timestamp"] = utc_text(host_.now_us());
    if (!token_.empty()) message["session_token"] = token_;
    if (!session_id_.empty()) message["session_id"] = session_id_;
    if (!message.contains("agent")) message["agent"] = endpoint_.agent();
    if (!endpoint_.is_guide()) message["pillar"] = endpoint_.pillar;
    health_.count_out(host_.now_us());
    host_.send(message);
}

// Time.

void SessionsConversation::on_proven(std::uint64_t proof) {
    if (ping_ && proof >= *ping_) ping_.reset();
    if (places_) places_->on_proven(proof);
    watch_clock();
}

void SessionsConversation::on_time() {
    const auto now_us = host_.now_us();
    if (who_ && who_->expires_us > 0 && who_->expires_us <= now_us && !is_over_ && !token_.empty()) {
        return expire("The session token has expired.");
    }
    if (places_) places_->on_time();
    if (!ping_ && proved_us_ + settings_.ping_ms * 1000 <= now_us) {
        proved_us_ = pinged_us_ = now_us;
        ping_ = host_.prove();
    }
    watch_clock();
}

void SessionsConversation::watch_clock() {
    tell_ping();
    if (is_over_) return;
    auto next_us = ping_ ? INT64_MAX : proved_us_ + settings_.ping_ms * 1000;
    if (who_ && who_->expires_us > 0 && !token_.empty()) next_us = std::min(next_us, who_->expires_us);
    if (places_) next_us = std::min(next_us, places_->next_us().value_or(INT64_MAX));
    if (next_us != INT64_MAX) host_.wake_at(next_us);
}

void SessionsConversation::tell_ping() {
    auto since_us = places_ ? places_->proving_since_us() : std::nullopt;
    if (ping_) since_us = std::min(since_us.value_or(INT64_MAX), pinged_us_);
    health_.pinged(health_id_, since_us);
}

void SessionsConversation::on_closed(std::uint16_t code) {
    is_over_ = true;
    if (places_) places_->on_closed(code);
}

}  // namespace longwire::edge
