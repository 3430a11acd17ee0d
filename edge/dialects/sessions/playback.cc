#include <algorithm>
#include <utility>

#include "edge/core/client_api.h"
#include "edge/dialects/loose_fields.h"
#include "edge/dialects/sessions/conversation.h"
#include "protocol/epoch.h"
#include "protocol/event_types.h"
#include "protocol/topic.h"

namespace longwire::edge {
namespace {

using sessions::error_message;

/// What a task does with what it was told; the end of what it did before is none.
bool is_work(std::string_view type) {
    return type == event_type::kTextDelta || type == event_type::kTextDone || type == event_type::kToolCall ||
           type == event_type::kTaskWaiting || type == event_type::kArtifact;
}

}  // namespace

void SessionsConversation::on_place(const Result<Place>& place, bool has_missed) {
    if (!place) return refuse("unavailable", place.error().message, close_code::kTryLater);
    place_ = *place;
    played_ = place_.turn == 0 ? 0 : place_.turn - 1;
    came_us_ = host_.now_us();
    // Who is greeted hears of everything from now on.
    send({{"type", is_new_ ? "session_created" : "session_updated"}, {"status", "active"}});
    if (has_missed) {
        auto message = error_message("gap", "Some of what was said while you were away is not known any more.");
        message["type"] = "warning_message";
        send(std::move(message));
    }
    play_next();
    pass_on();
    watch_clock();
}

void SessionsConversation::on_turn(const Turn& turn) {
    const auto* const input = turn.start.if_contains("input");
    if (input != nullptr && input->is_object() && !is_own(text_in(input->get_object(), "message_id"))) {
        send(sessions::user_message(input->get_object()));
    }
    play_next();
}

void SessionsConversation::on_turn_failed(const Turn& turn, const Error& why) {
    if (turn.number <= played_) return;
    if (turn.number == playing_) {
        fail(why);
        finish_turn();
    } else if (playing_ == 0) {
        play_next();
    }
}

/// Turns that end are left behind, in their order.
void SessionsConversation::play_next() {
    if (came_us_ == 0 || playing_ != 0) return;
    for (const auto& [number, turn] : places_->book().turns()) {
        if (number <= played_) continue;
        if (turn.state != Turn::State::failed) return play(Turn(turn));
        fail(Error{Errc::unavailable, "What was said could not be passed on.", {}});
        leave_behind(number);
    }
}

void SessionsConversation::play(const Turn& turn) {
    playing_ = turn.number;
    task_ = turn.task;
    has_text_ = false;
    is_whole_ = place_.turn != turn.number || place_.offset == 0;
    json::value from = "start";
    if (!is_whole_) from = {{"epoch", epoch_text(place_.epoch)}, {"offset", place_.offset}};
    host_.command("subscribe", {{"topic", task_topic(turn.task)}, {"from", std::move(from)}, {"conflate_ms", 0}},
                  [this, number = turn.number](const Result<json::object>& begun) {
                      if (begun || playing_ != number) return;
                      fail(begun.error());
                      finish_turn();
                  });
}

void SessionsConversation::on_event(const NativeEvent& event) {
    if (is_over_ || !places_) return;
    if (!places_->on_event(event)) {
        if (!task_of_topic(event.topic).empty()) {
            on_task_event(event);
        } else {
            on_relayed(event);
        }
    }
    watch_clock();
}

/// What another connection said. Only a file is passed on as what it is: the rest is the edge's to say.
void SessionsConversation::on_relayed(const NativeEvent& event) {
    const auto& fields = event.fields();
    if (is_own(text_in(fields, "message_id"))) return;
    json::object message{{"type", "system_message"}};
    if (const auto text = text_in(fields, "message"); !text.empty()) message["message"] = text;
    if (event.type == "file_selected" && !text_in(fields, "file_uuid").empty()) {
        message["type"] = event.type;
        for (const auto* const name : {"file_uuid", "file_name", "file_url"}) {
            if (const auto text = text_in(fields, name); !text.empty()) message[name] = text;
        }
    } else {
        message["metadata"] = {{"event", event.type}};
        message["data"] = event.data;
    }
    send(std::move(message));
}

void SessionsConversation::on_task_event(const NativeEvent& event) {
    if (playing_ == 0 || event.task != task_) return;
    const bool is_text = event.type == event_type::kTextDelta || event.type == event_type::kTextDone;
    has_text_ = has_text_ || is_text;
    if (is_work(event.type)) worked_ = {playing_, 0, event.offset};
    if (event.type == event_type::kTaskInput) {
        const auto* const data = event.fields().if_contains("data");
        const bool is_live = event.time_us >= came_us_;
        if (is_live && data != nullptr && data->is_object() && !is_own(text_in(data->get_object(), "message_id"))) {
            send(sessions::user_message(data->get_object()));
        }
    } else if (sessions::is_task_end(event.type)) {
        return end_turn(event);
    } else {
        send(sessions::message_of(event));
    }
    place_ = {playing_, event.epoch, event.offset};
    places_->sent(place_);
}

/// An agent that told its answer by its result alone has told it as well. Whether it did, a client that came in
/// between must ask.
void SessionsConversation::end_turn(const NativeEvent& event) {
    const auto answer = event.type == event_type::kTaskCompleted ? sessions::answer_of(event) : std::nullopt;
    auto end = sessions::message_of(event);
    if (event.type == event_type::kTaskCompleted) completed_ = playing_;
    if (!answer || has_text_ || is_whole_) {
        if (answer && !has_text_) send(*answer);
        send(std::move(end));
        return finish_turn();
    }
    host_.command("state", {{"task", event.task}, {"output", true}},
                  [this, answer, end = std::move(end)](const Result<json::object>& state) {
                      const auto* const output = state ? state->if_contains("output") : nullptr;
                      const auto* const object = output != nullptr ? output->if_object() : nullptr;
                      const auto* const texts = object != nullptr ? object->if_contains("texts") : nullptr;
                      const bool told = texts != nullptr && texts->is_array() && !texts->get_array().empty();
                      if (!told) send(*answer);
                      send(end);
                      finish_turn();
                      watch_clock();
                  });
}

void SessionsConversation::finish_turn() {
    host_.command("unsubscribe", {{"topic", task_topic(task_)}});
    const auto turn = std::exchange(playing_, 0);
    leave_behind(turn);
    say_unheard_again(turn);
    play_next();
    pass_on();
}

void SessionsConversation::leave_behind(std::uint64_t turn) {
    played_ = std::max(played_, turn);
    place_ = {turn + 1, 0, 0};
    places_->sent(place_);
}

/// What did not come is told, whatever it was.
void SessionsConversation::on_push(const json::object& push) {
    if (is_over_ || !places_ || places_->on_push(push)) return;
    const auto* const gap = push.if_contains("gap");
    if (gap == nullptr || !gap->is_object()) return;
    auto message = error_message("gap", "Some messages are not there any more.");
    message["type"] = "warning_message";
    json::object details;
    for (const auto* const name : {"from", "to", "reason"}) {
        if (const auto* const value = gap->get_object().if_contains(name)) details[name] = *value;
    }
    message["error_details"] = std::move(details);
    send(std::move(message));
}

}  // namespace longwire::edge
