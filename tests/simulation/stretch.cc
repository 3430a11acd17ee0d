#include "tests/simulation/stretch.h"

#include "protocol/event_types.h"
#include "protocol/msgpack_fields.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

constexpr std::uint64_t kLogsAlwaysSent = 20;

std::string text_of(const EventPush& push) {
    return std::string(MsgpackFields::parse(push.data, "data").value().string_or("text", {}).value());
}

std::string at(const char* what, std::uint64_t offset) {
    return std::string("in a merged stretch ") + what + " at offset " + std::to_string(offset);
}

}  // namespace

Stretch::Stretch(const TopicTruth& topic, const MergedPush& merged)
    : topic_(topic), to_(merged.to), left_(merged.left), next_(merged.from) {
    require(merged.from <= merged.to && merged.to <= topic.head(),
            [&] { return at("ends before it begins, or too late,", merged.to); });
    require(merged.events == merged.to + 1 - merged.from && merged.left >= 1 && merged.left < merged.events,
            [&] { return at("counts wrong", merged.from); });
}

void Stretch::spare(std::uint64_t offset) {
    const auto& event = topic_.at(offset);
    require(event.sparing != Sparing::never, [&] { return at("was not sent what always is", offset); });
    require(event.sparing != Sparing::joined, [&] { return at("lost a piece of text", offset); });
    if (event.sparing == Sparing::newer) outdated_[event.subject] = offset;
}

std::string Stretch::passed_over(const EventPush& push) {
    const auto& newest = topic_.at(push.offset);
    std::string text;
    for (auto offset = next_; offset < push.offset; ++offset) {
        const auto& event = topic_.at(offset);
        if (event.sparing == Sparing::joined && newest.sparing == Sparing::joined) {
            require(event.attempt == newest.attempt, [&] { return at("joined two texts", offset); });
            text += event.text;
            continue;
        }
        require(event.sparing != Sparing::log, [&] { return at("was not told of a log left out", offset); });
        spare(offset);
    }
    return text;
}

void Stretch::takes(const EventPush& push) {
    require(push.offset >= next_ && push.offset <= to_, [&] { return at("was given an event", push.offset); });
    const auto& event = topic_.at(push.offset);
    const auto before = passed_over(push);
    if (before.empty()) {
        require(push.shown == event.shown, [&] { return at("was given another event than the one", push.offset); });
    } else {
        require(push.type == event_type::kTextDelta && text_of(push) == before + event.text,
                [&] { return at("was given another text than that which ends", push.offset); });
    }
    if (event.sparing == Sparing::newer) outdated_.erase(event.subject);
    if (event.sparing == Sparing::log) ++logs_;
    next_ = push.offset + 1;
    if (--left_ == 0) check_end();
}

void Stretch::misses(const GapPush& gap) {
    require(gap.reason == edge::GapReason::slow && gap.from == next_ && gap.to >= gap.from && gap.to <= to_,
            [&] { return at("was told a gap", gap.from); });
    for (auto offset = gap.from; offset <= gap.to; ++offset) {
        spare(offset);
        if (topic_.at(offset).sparing != Sparing::log) continue;
        require(logs_ == 0, [&] { return at("was spared a newer log than one it got", offset); });
        has_left_out_logs_ = true;
    }
    next_ = gap.to + 1;
}

void Stretch::check_end() const {
    require(next_ == to_ + 1, [&] { return at("was given all pushes and yet nothing", to_); });
    require(outdated_.empty(), [&] { return at("was not given what is newer than", outdated_.begin()->second); });
    require(!has_left_out_logs_ || logs_ >= kLogsAlwaysSent,
            [&] { return at("was spared too many logs before", to_); });
}

}  // namespace longwire::simulation
