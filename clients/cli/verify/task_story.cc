#include "clients/cli/verify/task_story.h"

#include "clients/cli/fields.h"
#include "clients/cli/task_view.h"
#include "protocol/event_types.h"

namespace longwire::cli {

void TaskStory::on_event(const boost::json::object& push) {
    const auto type = text_at(push, "type");
    const auto* const data = object_at(push, "data");
    if (type == event_type::kTaskStarted) return begin_attempt();
    if (type == event_type::kLog && data != nullptr) {
        const auto i = number_at(*data, "i");
        if (i && is_whole_) attempt_.on_event(static_cast<std::uint64_t>(*i));
        return;
    }
    if (!end_of_push(push)) return;
    has_ended_ = true;
    const auto* const result = data == nullptr ? nullptr : object_at(*data, "result");
    const auto n = result == nullptr ? std::nullopt : number_at(*result, "n");
    if (n && is_whole_) attempt_.on_subscribed({}, static_cast<std::uint64_t>(*n));  // nothing more is to come
}

void TaskStory::begin_attempt() {
    before_ += attempt_.counts();
    attempt_ = {};
    is_whole_ = true;
}

SequenceCounts TaskStory::counts() const {
    auto all = before_;
    return all += attempt_.counts();
}

}  // namespace longwire::cli
