#include "tests/simulation/follower.h"

#include <algorithm>

#include "tests/simulation/violation.h"

namespace longwire::simulation {

void Follower::require_it(bool is_kept, const std::string& what) const {
    require(is_kept, [&] { return who_ + " at " + path_ + " offset " + std::to_string(next_) + ": " + what; });
}

std::uint64_t Follower::tail(std::uint64_t epoch) const {
    const auto* topic = model_.truth().find(path_, epoch);
    return topic == nullptr ? 1 : topic->tail;
}

edge::From Follower::from() const {
    if (!has_begun_) return from_;
    return {edge::From::Kind::after, 0, epoch_, next_ - 1};
}

void Follower::begins(const edge::WatchStart& start) {
    if (has_begun_) return require_it(start.resumed == (start.epoch == epoch_), "was not told whether it goes on");
    require_it(start.after <= latest_begin(start), "begins too late, behind " + std::to_string(start.after));
    has_begun_ = true;
    epoch_ = start.epoch;
    next_ = start.after + 1;
}

/// Behind which offset a first watch may begin at the latest. An edge that has not heard the newest begins earlier.
std::uint64_t Follower::latest_begin(const edge::WatchStart& start) const {
    const auto* topic = model_.truth().find(path_, start.epoch);
    if (topic == nullptr) return 0;
    switch (from_.kind) {
        case edge::From::Kind::start:
            return topic->tail - 1;
        case edge::From::Kind::last:
            return std::max(topic->head() - std::min(from_.count, topic->head()), topic->tail - 1);
        default:
            return topic->head();
    }
}

void Follower::takes(const edge::EventBatch& batch, std::size_t from) {
    for (auto i = from; i < batch.size(); ++i) {
        const auto offset = batch.first() + i;
        require_it(batch.epoch() == epoch_ && offset == next_, "was given offset " + std::to_string(offset));
        model_.truth().check(who_, path_, epoch_, offset, batch.envelope(i));
        ++next_;
    }
}

void Follower::misses(const edge::Gap& gap) {
    const auto told = "was told a gap from " + std::to_string(gap.from) + " to " + std::to_string(gap.to);
    require_it(gap.from == next_, told);
    if (gap.reason == edge::GapReason::epoch_changed) return begin_epoch(gap);
    require_it(gap.reason == edge::GapReason::trimmed && gap.epoch == epoch_ && gap.after == gap.to, told);
    require_it(gap.to < tail(epoch_), told + " of events that are still kept");
    next_ = gap.to + 1;
}

void Follower::begin_epoch(const edge::Gap& gap) {
    const auto* old = model_.truth().find(path_);
    require_it(gap.epoch != epoch_ && (old == nullptr || old->epoch != epoch_),
               "was told of a new epoch, and the old one goes on");
    require_it(gap.after < tail(gap.epoch), "was not given the new epoch from its beginning");
    epoch_ = gap.epoch;
    next_ = gap.after + 1;
}

bool Follower::has_caught_up() const {
    if (!has_begun_) return false;
    const auto* topic = model_.truth().find(path_);
    return topic == nullptr || (topic->epoch == epoch_ && topic->head() + 1 == next_);
}

void FilterFollower::takes(const edge::EventBatch& batch) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
        model_.truth().check(who_, batch.path(), batch.epoch(), batch.first() + i, batch.envelope(i));
    }
    move_on(batch);
}

void FilterFollower::move_on(const edge::EventBatch& batch) {
    auto& place = places_[batch.path()];
    const auto name = [&](const char* what) {
        return who_ + " by its filter " + filter_ + ": " + what + " of " + batch.path() + ": from " +
               std::to_string(place.last) + " to " + std::to_string(batch.first());
    };
    if (place.epoch == batch.epoch()) {
        require(batch.first() > place.last, [&] { return name("an event twice"); });
        const auto* topic = model_.truth().find(batch.path(), batch.epoch());
        const bool is_next = batch.first() == place.last + 1 || (topic != nullptr && batch.first() <= topic->tail);
        const auto era = [&](std::uint64_t offset) { return model_.eras().era_of(edge_, batch.path(), offset); };
        require(is_next || era(place.last) != era(batch.first()), [&] { return name("a hole"); });
    }
    place = {batch.epoch(), batch.last()};
}

bool FilterFollower::has_caught_up(std::string_view path) const {
    const auto place = places_.find(path);
    const auto* topic = model_.truth().find(path);
    return topic == nullptr ||
           (place != places_.end() && place->second.epoch == topic->epoch && place->second.last == topic->head());
}

}  // namespace longwire::simulation
