#include "clients/cli/resume_state.h"

#include <algorithm>

#include "clients/cli/fields.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

std::string range_text(std::int64_t from, std::int64_t to) {
    if (from == to) return "event " + std::to_string(from);
    return "events " + std::to_string(from) + " to " + std::to_string(to);
}

}  // namespace

ResumeState::ResumeState(std::string topic, json::value from) : topic_(std::move(topic)), from_(std::move(from)) {}

json::object ResumeState::subscribe_command() const {
    json::object command{{"cmd", "subscribe"}, {"topic", topic_}, {"conflate_ms", 0}};
    if (epoch_.empty()) {
        command["from"] = from_;
    } else {
        command["from"] = json::object{{"epoch", epoch_}, {"offset", offset_}};
    }
    return command;
}

std::optional<std::string> ResumeState::on_subscribed(const json::object& answer) {
    const std::string epoch = text_at(answer, "epoch");
    const std::int64_t offset = number_at(answer, "offset").value_or(0);
    merged_to_ = 0;
    merged_left_ = 0;
    is_stale_ = false;
    new_epoch_known_ = false;
    if (epoch_.empty() || epoch == epoch_) {
        if (epoch_.empty()) offset_ = offset;
        epoch_ = epoch;
        return std::nullopt;
    }
    const std::string told = topic_ + ": the topic has begun anew; what came after event " + std::to_string(offset_) +
                             " of the old one is not known";
    epoch_ = epoch;
    offset_ = offset;
    hole_at_ = 0;
    new_epoch_known_ = true;
    return told;
}

ResumeState::Verdict ResumeState::on_event(std::int64_t offset) {
    if (offset <= offset_) return Verdict::repeated;
    // A hole that is still there after a new subscription is the topic's own; waiting for it would never end.
    if (offset > offset_ + 1 && offset > merged_to_ && offset != hole_at_) {
        hole_at_ = offset;
        return Verdict::hole;
    }
    offset_ = offset;
    hole_at_ = 0;
    if (merged_left_ > 0 && --merged_left_ == 0) offset_ = std::max(offset_, merged_to_);
    return Verdict::fresh;
}

std::optional<std::string> ResumeState::on_gap(const json::object& gap) {
    const std::int64_t from = number_at(gap, "from").value_or(0);
    const std::int64_t to = number_at(gap, "to").value_or(0);
    const std::string reason = text_at(gap, "reason");
    if (reason == "epoch_changed") {  // its offsets are the old epoch's
        if (new_epoch_known_) return std::nullopt;
        is_stale_ = true;
        return std::nullopt;
    }
    if (to <= offset_) return std::nullopt;
    offset_ = to;
    return topic_ + ": " + range_text(from, to) + " will not come (" + reason + ")";
}

void ResumeState::on_merged(const json::object& merged) {
    merged_to_ = number_at(merged, "to").value_or(0);
    merged_left_ = number_at(merged, "left").value_or(0);
    if (merged_left_ == 0) offset_ = std::max(offset_, merged_to_);
}

}  // namespace longwire::cli
