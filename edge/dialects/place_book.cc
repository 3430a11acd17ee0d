#include "edge/dialects/place_book.h"

#include <algorithm>
#include <boost/json/value.hpp>

#include "edge/dialects/loose_fields.h"
#include "protocol/epoch.h"

namespace longwire::edge {
namespace {

namespace json = boost::json;

constexpr std::size_t kClosedMax = 64;
constexpr std::uint64_t kNumberMax = std::uint64_t{1} << 53;

std::uint64_t number_in(const json::value& value) {
    boost::system::error_code error;
    const auto number = value.is_number() ? value.to_number<std::uint64_t>(error) : 0;
    return error || number > kNumberMax ? 0 : number;
}

std::uint64_t numbered_in(const json::object& record, std::string_view name) {
    const auto* const value = record.if_contains(name);
    return value == nullptr ? 0 : number_in(*value);
}

std::string text_in(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : std::string();
}

/// [turn, epoch, offset, …] from number `from` on.
Place place_in(const json::array& fields, std::size_t from = 0) {
    if (fields.size() < from + 3) return {};
    const auto epoch = read_epoch(text_in(fields[from + 1]));
    return {number_in(fields[from]), epoch ? *epoch : 0, number_in(fields[from + 2])};
}

std::string_view name_of(Turn::State state) {
    return state == Turn::State::begun ? "begun" : state == Turn::State::failed ? "failed" : "asked";
}

Turn::State state_named(std::string_view name) {
    return name == "begun" ? Turn::State::begun : name == "failed" ? Turn::State::failed : Turn::State::asked;
}

}  // namespace

json::array PlaceBook::as_json(const Place& place) {
    return {place.turn, epoch_text(place.epoch), place.offset};
}

const Turn* PlaceBook::find(std::uint64_t turn) const {
    const auto found = turns_.find(turn);
    return found == turns_.end() ? nullptr : &found->second;
}

Place PlaceBook::resume_at() const {
    if (open_.empty()) return left_.value_or(Place{});
    return std::min_element(open_.begin(), open_.end(),
                            [](const auto& a, const auto& b) { return a.second.at.is_before(b.second.at); })
        ->second.at;
}

void PlaceBook::note_begun(std::uint64_t turn) {
    const auto found = turns_.find(turn);
    if (found != turns_.end() && found->second.state == Turn::State::asked) found->second.state = Turn::State::begun;
}

void PlaceBook::apply(std::string_view type, const json::object& record, std::uint64_t offset) {
    learn(record);
    if (type == "turn") {
        apply_turn(record);
    } else if (type == "turn.failed") {
        const auto found = turns_.find(numbered_in(record, "turn"));
        if (found != turns_.end()) found->second.state = Turn::State::failed;
    } else if (type.starts_with("place.")) {
        apply_place(type, record, offset);
    }
    keep_bounds();
}

/// What its writer knew. It may be older than what is known here, never wrong: then it adds nothing.
void PlaceBook::learn(const json::object& record) {
    for (const auto& entry : array_in(record, "open")) {
        if (!entry.is_array() || entry.get_array().size() < 5) continue;
        if (open_.size() >= 2 * bounds_.connections_max) break;  // no record of ours has so many
        const auto& fields = entry.get_array();
        auto connection = text_in(fields[0]);
        const Standing standing{place_in(fields, 1), number_in(fields[4])};
        const bool is_closed = std::any_of(closed_.begin(), closed_.end(), [&](const auto& one) {
            return one.first == connection && one.second >= standing.seen;
        });
        if (!is_closed && !connection.empty()) open_.try_emplace(std::move(connection), standing);
    }
    const auto& left = array_in(record, "left");
    if (!left.empty() && (!left_ || left_->is_before(place_in(left)))) left_ = place_in(left);
    for (const auto& entry : array_in(record, "turns")) {
        if (!entry.is_array() || entry.get_array().size() < 4) continue;
        const auto& fields = entry.get_array();
        const auto state = state_named(text_in(fields[3]));
        Turn turn{number_in(fields[0]), text_in(fields[1]), text_in(fields[2]), state, {}};
        if (turn.number == 0 || turn.task.empty()) continue;
        const bool is_forgotten = turns_.size() >= bounds_.turns_max && turn.number < turns_.begin()->first;
        if (is_forgotten) continue;
        const auto [known, is_new] = turns_.try_emplace(turn.number, turn);
        if (!is_new && known->second.state == Turn::State::asked) known->second.state = state;
    }
}

void PlaceBook::apply_turn(const json::object& record) {
    Turn turn{numbered_in(record, "turn"),
              std::string(text_in(record, "task")),
              std::string(text_in(record, "key")),
              Turn::State::asked,
              {}};
    if (turn.number == 0 || turn.task.empty()) return;
    if (const auto* const start = record.if_contains("start"); start != nullptr && start->is_object()) {
        turn.start = start->get_object();
    }
    turns_.try_emplace(turn.number, std::move(turn));  // the first of a number counts
}

void PlaceBook::apply_place(std::string_view type, const json::object& record, std::uint64_t offset) {
    const std::string connection(text_in(record, "conn"));
    if (connection.empty()) return;
    const auto at = place_in(array_in(record, "at"));
    for (const auto& turn : turns_) {
        if (turn.first < at.turn || (turn.first == at.turn && at.offset > 0)) note_begun(turn.first);
    }
    if (type == "place.left") {
        close(connection, offset);
        if (!left_ || left_->is_before(at)) left_ = at;
    } else {
        open_[connection] = {at, offset};
    }
    // One that has written since it was looked at is there after all.
    for (const auto& entry : array_in(record, "took")) {
        if (!entry.is_array() || entry.get_array().size() < 2) continue;
        const auto found = open_.find(text_in(entry.get_array()[0]));
        if (found == open_.end() || found->first == connection) continue;
        if (found->second.seen <= number_in(entry.get_array()[1])) close(std::string(found->first), offset);
    }
}

void PlaceBook::close(const std::string& connection, std::uint64_t offset) {
    open_.erase(connection);
    closed_.emplace_back(connection, offset);
    if (closed_.size() > kClosedMax) closed_.pop_front();
}

void PlaceBook::keep_bounds() {
    while (open_.size() > bounds_.connections_max) {
        open_.erase(std::max_element(open_.begin(), open_.end(),
                                     [](const auto& a, const auto& b) { return a.second.at.is_before(b.second.at); }));
    }
    const auto oldest = resume_at().turn;
    while (turns_.size() > 1 && (turns_.begin()->first < oldest || turns_.size() > bounds_.turns_max)) {
        turns_.erase(turns_.begin());
    }
}

void PlaceBook::carry(json::object& record) const {
    json::array open;
    for (const auto& [connection, standing] : open_) {
        auto entry = as_json(standing.at);
        entry.insert(entry.begin(), json::value(connection));
        entry.push_back(standing.seen);
        open.push_back(std::move(entry));
    }
    record["open"] = std::move(open);
    if (left_) record["left"] = as_json(*left_);
    json::array turns;
    for (const auto& [number, turn] : turns_) {
        turns.push_back(json::array{number, turn.task, turn.key, name_of(turn.state)});
    }
    record["turns"] = std::move(turns);
}

}  // namespace longwire::edge
