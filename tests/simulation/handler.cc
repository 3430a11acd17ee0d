#include "tests/simulation/handler.h"

#include <utility>

#include "protocol/event_types.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"
#include "tests/simulation/payload.h"

namespace longwire::simulation {
namespace {

constexpr std::int64_t kEventsMax = 12;
constexpr std::int64_t kManyEventsMax = 80;
constexpr std::int64_t kBusyPauseUsMax = 20'000;

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
      is_busy_(environment.random.chance(0.1)),
      events_left_(environment.random.between(0, is_busy_ ? kManyEventsMax : kEventsMax)),
      pause_us_max_(is_busy_                         ? kBusyPauseUsMax
                    : environment.random.chance(0.3) ? 100
                                                     : environment.scenario.work_us_max),
      waits_for_input_(environment.random.chance(0.2)),
      ignores_cancel_(environment.random.chance(0.1)) {}

std::int64_t Handler::work() {
    if (has_ended_) return -1;
    if (is_cancelled_ && !ignores_cancel_) return end(), -1;
    if (events_left_ > 0) {
        --events_left_;
        emit();
        return environment_.random.between(0, pause_us_max_);
    }
    if (!waits_for_input_ || !inputs_.empty()) return end(), -1;
    return -1;
}

void Handler::emit() {
    auto& random = environment_.random;
    const auto id = environment_.new_id();
    const auto padding = random.below(environment_.scenario.padding_bytes_max + 1);
    if (random.chance(0.2)) is_talking_ = !is_talking_;
    if (is_talking_ && random.chance(0.8)) {
        return events.push_back({event_type::kTextDelta, text_payload_of(id, padding), id, false, false});
    }
    const auto luck = random.below(10);
    if (luck < 2) {
        events.push_back({event_type::kAgentStatus, status_payload_of(id, random.below(2)), id, false, false});
        return;
    }
    const auto type = luck < 4 ? event_type::kTaskProgress : luck < 5 ? event_type::kArtifact : event_type::kLog;
    events.push_back({type, payload_of(id, padding), id, false, false});
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
    const auto path = topic_path(start_.realm, task_topic(start_.task));
    const auto last = inputs_.empty() ? 0 : inputs_.back();
    environment_.model.check_input(path, start_.attempt, last, offset, id_of(data));
    inputs_.push_back(offset);
}

}  // namespace longwire::simulation
