#include "edge/dialects/tasks/follow.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "edge/core/client_api.h"
#include "edge/dialects/loose_fields.h"
#include "edge/dialects/tasks/messages.h"
#include "protocol/topic.h"

namespace longwire::edge::tasks {
namespace {

constexpr std::int64_t kLookAgainUs = 1'000'000;

/// Where a log was lost, every event of it counts as behind the client.
constexpr std::uint64_t kBehindAll = std::numeric_limits<std::uint64_t>::max();

/// What may go well later is told from what will not.
std::uint16_t close_code_of(Errc code) {
    switch (code) {
        case Errc::not_found:
            return close_code::kDone;
        case Errc::unauthorized:
        case Errc::expired:
            return close_code::kUnauthorized;
        case Errc::unavailable:
        case Errc::rate_limited:
        case Errc::too_many:
            return close_code::kTryLater;
        case Errc::internal:
            return close_code::kInternal;
        default:
            return close_code::kPolicy;
    }
}

/// Only these change what a `state` message shows.
bool concerns_state(std::string_view type) {
    return type.starts_with("task.") || type.starts_with("agent.");
}

}  // namespace

FollowTask::FollowTask(Host& host, const TasksSettings& settings, std::shared_ptr<Seats> seats, const Opening& opening)
    : host_(host),
      settings_(settings),
      seats_(std::move(seats)),
      task_(opening.path("task_id")),
      wish_(read_wish(opening)),
      state_(task_) {}

/// `after` resumes; whoever says so besides `history=0` has had the events before.
Result<FollowTask::Wish> FollowTask::read_wish(const Opening& opening) {
    const auto history = opening.query("history");
    if (!history.empty() && history != "0" && history != "1") return bad_request("history", "must be 0 or 1");
    const auto after_text = opening.query("after");
    LW_TRY(const std::int64_t after, read_number("after", after_text, 0, 0, kNumberMax));
    return Wish{!after_text.empty() || history != "0", static_cast<std::uint64_t>(after)};
}

void FollowTask::on_open() {
    if (!wish_) return fail(wish_.error());
    const auto most = static_cast<std::size_t>(settings_.watchers_max);
    seat_ = seats_->take(host_.who().realm + "/" + task_, most);
    if (!seat_) return fail({Errc::too_many, "Too many watch this task: " + std::to_string(most)});
    wake_when_due();
    ask_state();
}

void FollowTask::ask_state() {
    if (std::exchange(is_asking_, true)) {
        must_ask_again_ = true;
        return;
    }
    host_.command("state", {{"task", task_}}, [this](const Result<json::object>& snapshot) {
        if (is_over_) return;
        is_asking_ = false;
        if (std::exchange(must_ask_again_, false)) return ask_state();
        if (snapshot) return on_state(*snapshot);
        const auto error = in_our_words(snapshot.error());
        const bool may_pass = is_following_ && close_code_of(error.code) == close_code::kTryLater;
        may_pass ? look_again() : fail(error);
    });
}

void FollowTask::on_state(const json::object& snapshot) {
    if (!is_following_ && !was_started_ && is_to_be_started(snapshot)) return start(snapshot);
    if (!is_following_) return follow(snapshot);
    // Events that have come meanwhile are not in an older snapshot, and never will be.
    const bool is_older = place_ != kBehindAll && static_cast<std::uint64_t>(integer_at(snapshot, "offset")) < place_;
    if (is_older) return look_again();
    state_.take(snapshot);
    is_stale_ = false;
    go_on();
}

/// All who find the task as this client has ask for the same run, of which there is one.
void FollowTask::start(const json::object& snapshot) {
    const std::string kind(text_in(snapshot, "kind"));
    if (!host_.who().may_use(kind)) {
        return fail({Errc::forbidden, "Task could not be started: you may not use " + kind});
    }
    was_started_ = true;
    host_.command("run", {{"task", task_}, {"run", run_to_start(snapshot)}}, [this](const Result<json::object>& begun) {
        if (is_over_) return;
        if (begun) return ask_state();
        auto error = in_our_words(begun.error());
        error.message = "Task could not be started: " + std::exchange(error.message, {});
        fail(error);
    });
}

void FollowTask::follow(const json::object& snapshot) {
    state_.take(snapshot);
    place_ = wish_->has_history ? std::min(wish_->after, state_.offset()) : state_.offset();
    const json::object from{{"epoch", text_in(snapshot, "epoch")}, {"offset", place_}};
    host_.command("subscribe", {{"topic", task_topic(task_)}, {"from", from}, {"conflate_ms", 0}},
                  [this](const Result<json::object>& begun) {
                      if (is_over_) return;
                      begun ? on_following() : fail(in_our_words(begun.error()));
                  });
}

void FollowTask::on_following() {
    is_following_ = true;
    host_.send(connected_message(task_, was_started_));
    if (wish_->after > state_.offset()) {
        host_.send(error_message("There is no event " + std::to_string(wish_->after) + ": the newest is " +
                                 std::to_string(state_.offset())));
    }
    go_on();
}

void FollowTask::on_event(const NativeEvent& event) {
    if (is_over_) return;
    host_.send_event(event, event_message);
    place_ = event.offset;
    if (!is_stale_ && concerns_state(event.type)) state_.fold(event);
    go_on();
}

void FollowTask::on_push(const json::object& push) {
    const auto* const gap = push.if_contains("gap");
    if (is_over_ || gap == nullptr || !gap->is_object()) return;
    const auto& fields = gap->get_object();
    const auto from = static_cast<std::uint64_t>(integer_at(fields, "from"));
    const auto to = static_cast<std::uint64_t>(integer_at(fields, "to"));
    const bool is_other_log = text_in(fields, "reason") == "epoch_changed";
    host_.send(error_message(is_other_log
                                 ? std::string("The task's events were lost; they are numbered anew")
                                 : "Events " + std::to_string(from) + " to " + std::to_string(to) + " are missing"));
    place_ = is_other_log ? kBehindAll : to;
    if (is_other_log || to > state_.offset()) {
        is_stale_ = true;
        return ask_state();
    }
    go_on();
}

/// The state could not be had, or is older than what has been sent.
void FollowTask::look_again() {
    look_again_us_ = host_.now_us() + kLookAgainUs;
    wake_when_due();
}

/// After whatever may have changed the state or the place. Of a task that has ended the state is the last message of
/// all, behind its events.
void FollowTask::go_on() {
    if (!is_following_ || is_stale_) return;
    if (state_.has_ended()) {
        if (place_ >= state_.offset()) finish();
        return;
    }
    const auto now = state_.data();
    if (now == shown_) return;
    const auto is_new = [&](std::string_view name) { return now.at(name) != shown_[name]; };
    const bool is_urgent = is_new("status") || is_new("current_agent") || is_new("last_message");
    if (!is_urgent && host_.now_us() < shown_us_ + settings_.progress_ms * 1000) return wake_when_due();
    show_state();
}

void FollowTask::show_state() {
    shown_ = state_.data();
    shown_us_ = host_.now_us();
    host_.send(state_message(shown_));
}

bool FollowTask::shows_all() const {
    return !is_following_ || is_stale_ || state_.has_ended() || state_.data() == shown_;
}

void FollowTask::wake_when_due() {
    std::int64_t due_us = host_.who().expires_us;
    const auto or_at = [&](std::int64_t time_us) { due_us = due_us == 0 ? time_us : std::min(due_us, time_us); };
    if (look_again_us_ != 0) or_at(look_again_us_);
    if (!shows_all()) or_at(shown_us_ + settings_.progress_ms * 1000);
    if (due_us != 0) host_.wake_at(due_us);
}

void FollowTask::on_time() {
    if (is_over_) return;
    const auto expires_us = host_.who().expires_us;
    if (expires_us != 0 && host_.now_us() >= expires_us) return fail({Errc::expired, "Your token has expired"});
    if (look_again_us_ != 0 && host_.now_us() >= look_again_us_) {
        look_again_us_ = 0;
        ask_state();
    }
    go_on();
    wake_when_due();
}

void FollowTask::on_message(const json::value& /*message*/) {
    host_.send(error_message("This connection takes no messages: it follows a task"));
}

void FollowTask::on_garbage(const Error& error) {
    host_.send(error_message(text_of(error)));
}

void FollowTask::fail(const Error& error) {
    host_.send(error_message(text_of(error)));
    host_.close(close_code_of(error.code), "");
    is_over_ = true;
}

void FollowTask::finish() {
    show_state();
    host_.close(close_code::kDone, "");
    is_over_ = true;
}

void FollowTask::on_closed(std::uint16_t /*code*/) {
    seat_.reset();
    is_over_ = true;
}

}  // namespace longwire::edge::tasks
