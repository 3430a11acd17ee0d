#include "broker/core/ended_topics.h"

#include "protocol/topic.h"

namespace longwire::broker {
namespace {

constexpr std::size_t kTopicsAtOnceMax = 64;

}  // namespace

void EndedTopics::note(const Task& task) {
    if (retain_ms_ > 0 && is_terminal(task.status)) ended_.insert({task.ended_us, task.realm, task.id});
}

std::vector<Trimmed> EndedTopics::take_due(std::int64_t now_us, const TailOf& tail_of) {
    std::vector<Trimmed> due;
    while (!ended_.empty() && due.size() < kTopicsAtOnceMax) {
        if (now_us - ended_.begin()->ended_us < retain_ms_ * 1000) break;
        const auto& ended = *ended_.begin();
        const auto tail = tail_of(ended);
        if (!tail) break;
        if (*tail != 0) due.push_back({topic_path(ended.realm, task_topic(ended.task)), *tail});
        ended_.erase(ended_.begin());
    }
    return due;
}

}  // namespace longwire::broker
