#include "tests/simulation/follower.h"

#include <algorithm>

#include "protocol/epoch.h"
#include "protocol/msgpack_fields.h"
#include "tests/simulation/snapshot_rules.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {

void Follower::require_it(bool is_kept, const std::string& what) const {
    require(is_kept, [&] { return who_ + " at " + path_ + " offset " + std::to_string(next_) + ": " + what; });
}

std::uint64_t Follower::tail(std::uint64_t epoch) const {
    const auto* topic = model_.truth().find(path_, epoch);
    return topic == nullptr ? 1 : topic->first();
}

edge::From Follower::from() const {
    if (!has_begun_) return wish_.from;
    return {edge::From::Kind::after, 0, epoch_, next_ - 1};
}

void Follower::asks(std::uint64_t id) {
    asked_ = id;
    stretch_.reset();
    if (wants_snapshot()) has_begun_ = false;
}

void Follower::begins(std::string_view ok) {
    asked_ = 0;
    const auto fields = MsgpackFields::parse(ok, "ok").value();
    const auto epoch = read_epoch(fields.string("epoch").value()).value();
    const auto after = static_cast<std::uint64_t>(fields.integer("offset", 0, INT64_MAX).value());
    if (has_begun_) {
        const bool resumed = fields.boolean_or("resumed", false).value();
        is_at_new_epoch_ = false;
        return require_it(resumed == (epoch == epoch_), "was not told whether it goes on");
    }
    require_it(after <= latest_begin(epoch), "begins too late, behind " + std::to_string(after));
    has_begun_ = true;
    epoch_ = epoch;
    next_ = after + 1;
}

/// Behind which offset a first watch may begin at the latest. An edge that has not heard the newest begins earlier.
std::uint64_t Follower::latest_begin(std::uint64_t epoch) const {
    const auto* topic = model_.truth().find(path_, epoch);
    if (topic == nullptr) return 0;
    switch (wish_.from.kind) {
        case edge::From::Kind::start:
            return topic->first() - 1;
        case edge::From::Kind::last:
            return std::max(topic->head() - std::min(wish_.from.count, topic->head()), topic->first() - 1);
        default:
            return topic->head();
    }
}

void Follower::require_begun(std::string_view what) const {
    require_it(!wants_snapshot(), "was given " + std::string(what) + " before its snapshot");
}

/// What follows goes on behind the snapshot, even where that has been trimmed meanwhile or there is another log.
void Follower::takes(const SnapshotPush& push) {
    if (asked_ != 0 || !has_begun_) return;
    require_it(wants_snapshot() && push.epoch == epoch_ && push.offset + 1 == next_, "was given a snapshot");
    check_snapshot(model_, who_, path_, push.snapshot);
    const auto fields = MsgpackFields::parse(push.snapshot, "snapshot").value();
    const auto offset = static_cast<std::uint64_t>(fields.integer("offset", 1, INT64_MAX).value());
    const auto epoch = read_epoch(fields.string("epoch").value()).value();
    require_it(epoch == epoch_ ? offset <= push.offset : model_.wipes() > 0,
               "goes on before its snapshot, which is of offset " + std::to_string(offset));
    epoch_ = epoch;
    next_ = offset + 1;
    has_snapshot_ = true;
}

void Follower::takes(const EventPush& push) {
    if (asked_ != 0 || !has_begun_) return;
    require_begun("an event");
    if (std::exchange(is_at_new_epoch_, false)) {
        require_it(push.offset >= next_ && push.offset <= tail(epoch_),
                   "was not given the new epoch from its beginning");
        next_ = push.offset;
    }
    const auto* topic = model_.truth().find(path_, epoch_);
    require_it(topic != nullptr && push.offset >= 1 && push.offset <= topic->head(),
               "was given offset " + std::to_string(push.offset) + ", which is not durable");
    if (stretch_) {
        stretch_->takes(push);
        next_ = stretch_->next();
        if (stretch_->is_over()) stretch_.reset();
        return;
    }
    require_it(push.offset == next_, "was given offset " + std::to_string(push.offset));
    require_it(push.shown == topic->at(next_).shown, "was given another event than the one in the log");
    ++next_;
}

void Follower::merges(const MergedPush& merged) {
    if (asked_ != 0 || !has_begun_) return;
    require_begun("merged events");
    require_it(wish_.conflate_ms != 0, "was sent merged events, and wants every one");
    require_it(!stretch_ && merged.from == next_ && !is_at_new_epoch_,
               "was told of merged events from " + std::to_string(merged.from));
    const auto* topic = model_.truth().find(path_, epoch_);
    require_it(topic != nullptr, "was told of merged events of nothing");
    stretch_.emplace(*topic, merged);
}

void Follower::misses(const GapPush& gap) {
    if (asked_ != 0 || !has_begun_) return;
    require_begun("a gap");
    if (stretch_) {
        stretch_->misses(gap);
        next_ = stretch_->next();
        return;
    }
    const auto told = "was told a gap from " + std::to_string(gap.from) + " to " + std::to_string(gap.to);
    if (gap.reason == edge::GapReason::epoch_changed) {
        require_it(gap.from == next_ || is_at_new_epoch_, told);
        return begin_epoch(gap);
    }
    if (std::exchange(is_at_new_epoch_, false)) next_ = gap.from;
    require_it(gap.from == next_ && gap.reason == edge::GapReason::trimmed, told);
    require_it(is_gone(gap), told + " of events that are still kept");
    next_ = gap.to + 1;
}

/// What the log no longer has or could not read.
bool Follower::is_gone(const GapPush& gap) const {
    const auto* topic = model_.truth().find(path_, epoch_);
    if (topic == nullptr || gap.to > topic->head()) return false;
    auto offset = gap.from;
    while (offset <= gap.to && topic->is_gone(offset)) ++offset;
    return offset > gap.to;
}

void Follower::begin_epoch(const GapPush& gap) {
    const auto* old = model_.truth().find(path_);
    require_it(gap.epoch != epoch_ && (old == nullptr || old->epoch != epoch_),
               "was told of a new epoch, and the old one goes on");
    epoch_ = gap.epoch;
    next_ = 1;
    is_at_new_epoch_ = true;
}

bool Follower::has_caught_up() const {
    if (!has_begun_ || asked_ != 0 || stretch_ || wants_snapshot()) return false;
    const auto* topic = model_.truth().find(path_);
    if (topic == nullptr) return true;
    if (topic->epoch != epoch_) return false;
    return topic->head() + 1 == next_ || (is_at_new_epoch_ && topic->tail > topic->head());
}

}  // namespace longwire::simulation
