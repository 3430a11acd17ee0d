#include "tests/simulation/handler.h"

#include <algorithm>
#include <utility>

#include "protocol/event_types.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"
#include "tests/simulation/payload.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

constexpr std::int64_t kEventsMax = 12;
constexpr std::int64_t kManyEventsMax = 80;
constexpr std::int64_t kBusyPauseUsMax = 20'000;
constexpr std::int64_t kCalmPauseUsMax = 100'000;
constexpr std::uint64_t kDepthMax = 2;
constexpr std::int64_t kPatienceUsMax = 5'000'000;
constexpr std::int64_t kLookUs = 100'000;
constexpr std::size_t kShortQueue = 100;

/// A child is started with nothing but the number of those that it descends from.
std::uint64_t depth_of(const std::string& input) {
    return input.empty() ? 0 : MsgpackReader(input).unsigned_integer();
}

std::string failure(std::uint64_t id, bool is_retryable) {
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(2);
    writer.field("id", id);
    writer.field("retryable", is_retryable);
    return payload;
}

}  // namespace

Handler::Handler(Environment& environment, worker::StartAttempt start)
    : environment_(environment),
      start_(std::move(start)),
      path_(topic_path(start_.realm, task_topic(start_.task))),
      depth_(depth_of(start_.input)),
      is_busy_(environment.random.chance(0.1)),
      events_left_(environment.random.between(0, is_busy_ ? kManyEventsMax : kEventsMax)),
      pause_us_max_(is_busy_                         ? kBusyPauseUsMax
                    : environment.random.chance(0.3) ? 100
                                                     : environment.scenario.work_us_max),
      waits_for_input_(environment.random.chance(0.2)),
      ignores_cancel_(environment.random.chance(0.1)),
      children_max_(depth_ < kDepthMax && environment.random.chance(0.2) ? 1 + environment.random.below(2) : 0),
      waits_for_children_(environment.random.chance(0.7)) {}

std::int64_t Handler::work() {
    if (has_ended_) return -1;
    if (is_cancelled_ && !ignores_cancel_) return end(), -1;
    if (children_.size() < children_max_ && (events_left_ == 0 || environment_.random.chance(0.3))) {
        start_child();
        return pause_us();
    }
    if (events_left_ > 0) {
        --events_left_;
        emit();
        return pause_us();
    }
    if (waits_for_input_ && inputs_.empty()) {
        if (!std::exchange(has_asked_, true)) ask_for_input();
        return -1;
    }
    if (waits_for_child()) return kLookUs;
    return end(), -1;
}

/// Once all is well there is nothing to wait for.
std::int64_t Handler::pause_us() const {
    const auto most = environment_.is_calm ? std::min(pause_us_max_, kCalmPauseUsMax) : pause_us_max_;
    return environment_.random.between(0, most);
}

void Handler::emit() {
    auto& random = environment_.random;
    const auto id = environment_.new_id();
    const auto padding = random.below(environment_.scenario.padding_bytes_max + 1);
    if (random.chance(0.2)) is_talking_ = !is_talking_;
    if (is_talking_ && random.chance(0.8)) {
        return events.push_back({event_type::kTextDelta, text_payload_of(id, padding), id, false, false});
    }
    const auto luck = is_busy_ ? random.below(30) : random.below(10);
    if (luck < 2) {
        events.push_back({event_type::kAgentStatus, status_payload_of(id, random.below(2)), id, false, false});
        return;
    }
    const auto type = luck < 4 ? event_type::kTaskProgress : luck < 5 ? event_type::kArtifact : event_type::kLog;
    events.push_back({type, payload_of(id, padding), id, false, false});
}

void Handler::ask_for_input() {
    const auto id = environment_.new_id();
    events.push_back({event_type::kTaskWaiting, payload_of(id, 0), id, false, false});
}

void Handler::end() {
    has_ended_ = true;
    const auto id = environment_.new_id();
    const auto luck = environment_.random.below(10);
    if (is_cancelled_ && !ignores_cancel_) {
        events.push_back({event_type::kTaskCancelled, payload_of(id, 0), id, false, true});
    } else if (luck < 7) {
        events.push_back({event_type::kTaskCompleted, payload_of(id, 0), id, false, true});
    } else {
        const bool is_retryable = luck < 9;
        events.push_back({event_type::kTaskFailed, failure(id, is_retryable), id, is_retryable, true});
    }
}

void Handler::give_input(std::uint64_t offset, std::string_view data) {
    const auto last = inputs_.empty() ? 0 : inputs_.back();
    environment_.model.check_input(path_, start_.attempt, last, offset, id_of(data));
    inputs_.push_back(offset);
}

// Children.

/// Each attempt calls its children the same.
void Handler::start_child() {
    const auto name = "child-" + std::to_string(children_.size());
    children_[name].patience_until_us = environment_.schedule.now_us() + environment_.random.between(0, kPatienceUsMax);
    std::string fields;
    MsgpackWriter writer(fields);
    writer.map(4);
    writer.field("kind", start_.kind);
    writer.field("task", "c" + std::to_string(environment_.new_id()));
    writer.field("input", depth_ + 1);
    writer.field("max_attempts", std::uint64_t{1} + environment_.random.below(3));
    wants.push_back({name, std::move(fields)});
}

void Handler::tell_child(const worker::ChildNews& news) {
    auto& child = children_.at(news.name);
    require(child.task.empty() || child.task == news.task,
            [&] { return path_ + " was told that its " + news.name + " is another than before"; });
    if (child.task.empty() && !news.refused) environment_.tasks.push_back(news.task);
    child.task = news.task;
    child.is_over = news.refused || news.has_ended();
}

/// Only so long for one that goes on, or that a full queue has no room for: it may be waiting for the place that this
/// one takes. But whether there is one, and that it has ended, it must be told.
bool Handler::waits_for_child() const {
    if (!waits_for_children_) return false;
    const bool is_always_answered = environment_.scenario.queued_max > kShortQueue;
    return std::any_of(children_.begin(), children_.end(), [&](const auto& entry) {
        const auto& child = entry.second;
        if (child.is_over) return false;
        const auto path = topic_path(start_.realm, task_topic(child.task));
        const auto* facts = child.task.empty() ? nullptr : environment_.model.decisions().task(path);
        const bool has_ended = facts != nullptr && !facts->is_open;
        const bool must_hear = child.task.empty() ? is_always_answered : has_ended;
        return must_hear || environment_.schedule.now_us() < child.patience_until_us;
    });
}

}  // namespace longwire::simulation
