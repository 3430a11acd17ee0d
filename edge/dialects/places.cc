#include "edge/dialects/places.h"

#include <algorithm>

#include "edge/core/client_api.h"
#include "edge/dialects/loose_fields.h"
#include "protocol/epoch.h"

namespace longwire::edge {
namespace {

constexpr int kPageMax = 64;  // each record says what a reader needs; a few make up for what its writer did not know

bool has_taken(const json::object& record, std::string_view connection) {
    const auto* const taken = record.if_contains("took");
    if (taken == nullptr || !taken->is_array()) return false;
    return std::any_of(taken->get_array().begin(), taken->get_array().end(), [&](const json::value& entry) {
        const auto* const fields = entry.if_array();
        return fields != nullptr && !fields->empty() && fields->front() == json::value(connection);
    });
}

}  // namespace

Places::Places(Host& host, Owner& owner, std::string topic, Settings settings)
    : host_(host),
      owner_(owner),
      topic_(std::move(topic)),
      settings_(settings),
      book_(settings.bounds),
      connection_(host.new_id("conn-")) {}

void Places::open() {
    read([this](const Result<json::object>& page) {
        if (!page) return owner_.on_place(page.error(), false);
        fold(*page);
        follow(*page);
    });
}

void Places::read(std::function<void(const Result<json::object>&)> on_read) {
    host_.command("history", {{"topic", topic_}, {"reverse", true}, {"limit", kPageMax}}, std::move(on_read));
}

/// The page has the newest first.
void Places::fold(const json::object& page) {
    const auto* const events = page.if_contains("events");
    if (events == nullptr || !events->is_array()) return;
    const auto& list = events->get_array();
    for (auto at = list.rbegin(); at != list.rend(); ++at) {
        if (!at->is_object()) continue;
        const auto& event = at->get_object();
        const auto offset = count_in(event, "offset");
        const auto* const data = event.if_contains("data");
        if (offset <= read_ || data == nullptr || !data->is_object()) continue;
        read_ = offset;
        book_.apply(text_in(event, "type"), data->get_object(), offset);
    }
}

/// What is written from now on comes by itself.
void Places::follow(const json::object& page) {
    const auto head = count_in(page, "head");
    json::value from = "start";
    if (head > 0) from = {{"epoch", text_in(page, "epoch")}, {"offset", head}};
    host_.command("subscribe", {{"topic", topic_}, {"from", std::move(from)}, {"conflate_ms", 0}},
                  [this](const Result<json::object>& begun) {
                      if (!begun) return owner_.on_place(begun.error(), false);
                      come();
                  });
}

void Places::come() {
    has_come_ = true;
    proved_us_ = host_.now_us();
    sent_ = proven_ = recorded_ = book_.resume_at();
    const auto& turns = book_.turns();
    const bool has_missed = !turns.empty() && turns.begin()->first > std::max<std::uint64_t>(sent_.turn, 1);
    handed_ = book_.last_turn();
    write("place.came");
    // Whoever asked for a turn may have died before it started the task.
    for (const auto& [number, turn] : turns) {
        if (turn.state == Turn::State::asked && !turn.start.empty()) start(turn, false);
    }
    owner_.on_place(sent_, has_missed);
}

void Places::begin(std::string key, json::object start, OnBegun on_begun) {
    for (const auto& [number, turn] : book_.turns()) {
        if (!key.empty() && turn.key == key) return on_begun(Begun{turn, false});
    }
    const auto number = book_.last_turn() + 1;
    auto task = host_.new_id("");
    json::object record{{"turn", number}, {"task", task}, {"key", std::move(key)}, {"start", std::move(start)}};
    book_.carry(record);
    asked_ = Asked{number, std::move(task), std::move(on_begun)};
    // Of those who ask for the same turn one is first, and only its record is kept: the topic tells all which.
    host_.command(
        "publish",
        {{"topic", topic_}, {"type", "turn"}, {"data", std::move(record)}, {"key", "turn-" + std::to_string(number)}},
        [this, number](const Result<json::object>& stored) {
            if (!asked_ || asked_->number != number) return;
            if (!stored) return answer(stored.error());
            // The log has forgotten a turn whose key it still knows.
            if (count_in(*stored, "offset") <= read_) answer(Error{Errc::unavailable, "try again"});
        });
}

void Places::answer(const Result<Begun>& begun) {
    const auto on_begun = std::move(asked_->on_begun);
    asked_.reset();
    on_begun(begun);
}

bool Places::on_event(const NativeEvent& event) {
    if (event.topic != topic_) return false;
    if (event.offset <= read_) return true;
    read_ = event.offset;
    const auto& record = event.fields();
    book_.apply(event.type, record, event.offset);
    if (event.type == "turn") take_note_of(count_in(record, "turn"));
    if (event.type == "turn.failed") {
        const auto* const turn = book_.find(count_in(record, "turn"));
        const Error why{errc_from_string(text_in(record, "code")), std::string(text_in(record, "message")), {}};
        if (turn != nullptr) owner_.on_turn_failed(Turn(*turn), why);
    }
    if (!has_come_) return true;
    const bool is_own = text_in(record, "conn") == connection_;
    if (event.type == "place.came" && is_own) {
        came_ = event.offset;
        take_us_ = host_.now_us() + settings_.take_over_ms * 1000;
    } else if (event.type == "place.came" || has_taken(record, connection_)) {
        // A newcomer takes over the places of those who do not say that they are still there.
        write("place.here");
    }
    return true;
}

bool Places::on_push(const json::object& push) {
    const auto* const gap = push.if_contains("gap");
    if (gap == nullptr || !gap->is_object() || text_in(gap->get_object(), "topic") != topic_) return false;
    if (text_in(gap->get_object(), "reason") == "epoch_changed") read_ = 0;
    read([this](const Result<json::object>& page) {
        if (page) fold(*page);
        if (has_come_) catch_up();
    });
    return true;
}

/// After records were missed.
void Places::catch_up() {
    while (handed_ < book_.last_turn()) {
        const auto next = book_.turns().upper_bound(handed_);
        take_note_of(next->first);
    }
    write("place.here");
}

void Places::take_note_of(std::uint64_t number) {
    const auto* const found = book_.find(number);
    if (found == nullptr || number <= handed_) return;
    handed_ = number;
    const Turn turn = *found;
    const bool is_asked = asked_ && asked_->number <= number;
    const bool is_mine = is_asked && asked_->task == turn.task;
    if (is_mine) {
        start(turn, true);
    } else {
        begin_us_ = host_.now_us() + settings_.begin_ms * 1000;
    }
    owner_.on_turn(turn);
    if (is_asked && !is_mine) answer(Begun{turn, false});
}

/// A task that is there already is not started again: its name is the same.
void Places::start(const Turn& turn, bool is_mine) {
    auto fields = turn.start;
    fields["task"] = turn.task;
    host_.command("start", std::move(fields), [this, turn, is_mine](const Result<json::object>& started) {
        if (started || started.error().code == Errc::conflict) {
            book_.note_begun(turn.number);
            if (is_mine && asked_) answer(Begun{turn, true});
            return;
        }
        fail(turn, started.error());
        auto failed = turn;
        failed.state = Turn::State::failed;
        if (is_mine && asked_) answer(Begun{std::move(failed), true});
    });
}

/// It may have been started nevertheless, when the answer was lost.
void Places::fail(const Turn& turn, const Error& error) {
    host_.command("cancel", {{"task", turn.task}, {"reason", "the start failed"}});
    json::object record{{"turn", turn.number}, {"code", to_string(error.code)}, {"message", error.message}};
    book_.carry(record);
    publish("turn.failed", std::move(record), "failed-" + std::to_string(turn.number));
}

void Places::sent(const Place& place) {
    const bool is_other_log = sent_.turn == place.turn && sent_.epoch != place.epoch;
    if (sent_.is_before(place) || is_other_log) sent_ = place;
    if (place.offset > 0) book_.note_begun(place.turn);
}

void Places::on_proven(std::uint64_t proof) {
    if (!proof_ || proof < proof_->number) return;
    proven_ = proof_->place;
    proof_.reset();
    if (recorded_.is_before(proven_)) write("place.here");
}

std::optional<std::int64_t> Places::next_us() const {
    std::optional<std::int64_t> next;
    const auto wish = [&next](std::int64_t at_us) { next = next ? std::min(*next, at_us) : at_us; };
    if (!proof_ && proven_.is_before(sent_)) wish(proved_us_ + settings_.prove_ms * 1000);
    if (take_us_) wish(*take_us_);
    if (begin_us_) wish(*begin_us_);
    return next;
}

void Places::on_time() {
    const auto now_us = host_.now_us();
    if (!proof_ && proven_.is_before(sent_) && proved_us_ + settings_.prove_ms * 1000 <= now_us) {
        proved_us_ = now_us;
        proof_ = Proof{host_.prove(), sent_};
    }
    if (take_us_ && *take_us_ <= now_us) {
        take_us_.reset();
        if (!to_take().empty()) write("place.here");
    }
    if (begin_us_ && *begin_us_ <= now_us) {
        begin_us_.reset();
        const auto* const turn = book_.find(book_.last_turn());
        const bool is_asked = turn != nullptr && turn->state == Turn::State::asked && !turn->start.empty();
        if (is_asked && !asked_) start(*turn, false);
    }
}

/// Those who were there before and have not said so since.
json::array Places::to_take() const {
    json::array taken;
    for (const auto& [connection, standing] : book_.open()) {
        if (connection == connection_ || standing.seen >= came_) continue;
        taken.push_back(json::array{connection, standing.seen});
    }
    return taken;
}

void Places::write(std::string_view type) {
    const bool has_left = type == "place.left";
    const auto& at = has_left ? sent_ : proven_;
    json::object record{{"conn", connection_}, {"at", PlaceBook::as_json(at)}};
    if (came_ > 0 && !take_us_) record["took"] = to_take();
    book_.carry(record);
    recorded_ = at;
    // What is said once per connection is worth being said again when its answer is lost.
    publish(type, std::move(record), type == "place.here" ? std::string() : connection_ + "-" + std::string(type));
}

void Places::publish(std::string_view type, json::object record, const std::string& key) {
    json::object fields{{"topic", topic_}, {"type", type}, {"data", std::move(record)}};
    if (!key.empty()) fields["key"] = key;
    host_.command("publish", std::move(fields));
}

/// What was sent to a client that then said goodbye has arrived, as far as anybody can tell; of any other only what is
/// proven has.
void Places::on_closed(std::uint16_t code) {
    if (!has_come_) return;
    take_us_.reset();
    if (close_code::is_clean(code)) return write("place.left");
    if (!to_take().empty()) write("place.here");
}

}  // namespace longwire::edge
