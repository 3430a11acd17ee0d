#include "tests/simulation/filter_follower.h"

#include <algorithm>

#include "protocol/topic.h"
#include "protocol/topic_filter.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {

std::string FilterFollower::named(const std::string& path) const {
    return who_ + " by its filter " + filter_ + " at " + path;
}

void FilterFollower::asks(std::uint64_t id, std::uint64_t question) {
    asked_ = id;
    question_ = question;
    excused_ = kAll;
    places_.clear();
}

void FilterFollower::hears(std::uint64_t answer) {
    if (answer == asked_) asked_ = 0;
    if (answer != question_) return;
    question_ = 0;
    excused_ = model_.truth().events();
}

/// Whether any of these events should have come.
bool FilterFollower::is_expected(std::uint64_t epoch, const std::string& path, std::uint64_t from,
                                 std::uint64_t to) const {
    const auto* topic = model_.truth().find(path, epoch);
    return topic != nullptr && from <= to && to <= topic->head() && topic->at(to).number > excused_;
}

void FilterFollower::require_nothing_missed(std::uint64_t epoch, const std::string& path, std::uint64_t from,
                                            std::uint64_t to) const {
    require(!is_expected(epoch, path, from, to), [&] {
        return named(path) + " has missed offsets " + std::to_string(from) + " to " + std::to_string(to) +
               " and was told nothing";
    });
}

/// What comes next of the topic begins at this offset.
void FilterFollower::move_to(Place& place, std::uint64_t epoch, const std::string& path, std::uint64_t from) {
    if (place.epoch != 0 && place.epoch != epoch) {
        const auto* old = model_.truth().find(path, place.epoch);
        require_nothing_missed(place.epoch, path, place.last + 1, old == nullptr ? 0 : old->head());
        place = {};
    }
    place.epoch = epoch;
    require(from > place.last, [&] { return named(path) + " was told of offset " + std::to_string(from) + " twice"; });
    require_nothing_missed(epoch, path, place.last + 1, from - 1);
}

void FilterFollower::takes(const EventPush& push) {
    if (asked_ != 0) return;
    const auto path = topic_path("r", push.topic);
    const auto epoch = model_.truth().epoch_of(path, push.offset, push.shown);
    require(epoch.has_value(),
            [&] { return named(path) + " was given offset " + std::to_string(push.offset) + ", which is another"; });
    auto& place = places_[path];
    move_to(place, *epoch, path, push.offset);
    place.last = push.offset;
}

void FilterFollower::misses(const GapPush& gap) {
    if (asked_ != 0) return;
    const auto path = topic_path("r", gap.topic);
    const auto* topic = model_.truth().find(path);
    // Such a gap does not say in which log. Where logs have come and gone, the gap of the link tells of all.
    if (model_.wipes() > 0 || topic == nullptr) {
        places_.erase(path);
        excused_ = std::max(excused_, model_.truth().events());
        return;
    }
    const auto told = [&] {
        return named(path) + " was told a gap from " + std::to_string(gap.from) + " to " + std::to_string(gap.to);
    };
    auto& place = places_[path];
    move_to(place, topic->epoch, path, gap.from);
    require(gap.to <= topic->head(), told);
    const bool is_gone = gap.to < topic->tail || topic->unreadable.contains(gap.from);
    require(gap.reason == edge::GapReason::slow || (gap.reason == edge::GapReason::trimmed && is_gone), told);
    place.last = gap.to;
}

/// From now on there is no excuse any more. That of a lost link is pushed when the filter is in force again.
void FilterFollower::misses(const FilterGapPush& gap) {
    if (asked_ != 0) return;
    require(gap.filter == filter_, [&] { return who_ + " was told a gap of a filter that it has not got"; });
    excused_ = std::max(excused_, model_.truth().events());
}

bool FilterFollower::has_caught_up() const {
    if (question_ != 0) return false;
    for (const auto& [path, topic] : model_.truth().topics()) {
        if (!filter_matches(filter_, split_path(path).topic)) continue;
        const auto place = places_.find(path);
        const bool is_known = place != places_.end() && place->second.epoch == topic->epoch;
        const auto last = is_known ? place->second.last : 0;
        if (is_expected(topic->epoch, path, last + 1, topic->head())) return false;
    }
    return true;
}

}  // namespace longwire::simulation
