#include "clients/cli/verify/task_story.h"

#include <algorithm>

#include "clients/cli/fields.h"
#include "clients/cli/task_view.h"
#include "protocol/event_types.h"

namespace longwire::cli {

void TaskStory::on_event(const boost::json::object& push) {
    const auto type = text_at(push, "type");
    const auto* const data = object_at(push, "data");
    if (type == event_type::kTaskStarted) {
        seen_ = 0;
        is_whole_ = true;
        return;
    }
    if (type == event_type::kLog && data != nullptr) {
        if (const auto i = number_at(*data, "i")) on_count(*i);
        return;
    }
    if (!end_of_push(push)) return;
    has_ended_ = true;
    const auto* const result = data == nullptr ? nullptr : object_at(*data, "result");
    const auto n = result == nullptr ? std::nullopt : number_at(*result, "n");
    if (n && is_whole_ && seen_ < *n) counts_.lost += static_cast<std::uint64_t>(*n - seen_);
}

void TaskStory::on_count(std::int64_t i) {
    ++counts_.events;
    if (!is_whole_) return;
    if (i > seen_ + 1) counts_.lost += static_cast<std::uint64_t>(i - seen_ - 1);
    if (i == seen_) ++counts_.duplicated;
    if (i < seen_) ++counts_.reordered;
    seen_ = std::max(seen_, i);
}

}  // namespace longwire::cli
