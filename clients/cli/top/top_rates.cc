#include "clients/cli/top/top_rates.h"

#include <algorithm>

#include "clients/cli/fields.h"

namespace longwire::cli {

void TopRates::take(const TopSample& sample) {
    std::map<std::string, Seen> now;
    std::int64_t newest_created_us = newest_created_us_;
    std::map<std::string, std::int64_t> created;
    for (const auto* const tasks : {&sample.running, &sample.pending, &sample.youngest}) {
        for (const auto& task : *tasks) {
            const auto state = text_at(task, "state");
            const auto id = text_at(task, "task");
            // What was read later is newer.
            now[id] = {number_at(task, "offset").value_or(0), state == "RUNNING" || state == "PENDING",
                       number_at(task, "ended_us").value_or(0)};
            created[id] = number_at(task, "created_us").value_or(0);
            newest_created_us = std::max(newest_created_us, created[id]);
        }
    }
    const bool is_complete = !sample.has_more_running && !sample.has_more_pending;
    const double seconds = static_cast<double>(sample.time_us - time_us_) / 1e6;
    if (time_us_ != 0 && seconds > 0) {
        double events = 0;
        double ended = 0;
        by_task_.clear();
        for (const auto& [id, task] : now) {
            const auto before = seen_.find(id);
            const bool is_new = before == seen_.end() && created[id] > newest_created_us_;
            if (before == seen_.end() && !is_new) continue;
            const auto from = is_new ? 0 : before->second.offset;
            const auto count = static_cast<double>(std::max<std::int64_t>(task.offset - from, 0));
            by_task_[id] = count / seconds;
            events += count;
            const bool was_over = !is_new && !before->second.is_active && before->second.ended_us == task.ended_us;
            if (!task.is_active && !was_over) ++ended;
        }
        for (const auto& [id, task] : seen_) {
            if (task.is_active && is_complete && !now.contains(id)) ++ended;
        }
        events_per_s_ = events / seconds;
        ended_per_s_ = ended / seconds;
    }
    time_us_ = sample.time_us;
    seen_ = std::move(now);
    newest_created_us_ = newest_created_us;
}

std::optional<double> TopRates::events_per_s(const std::string& task) const {
    const auto found = by_task_.find(task);
    if (found == by_task_.end()) return std::nullopt;
    return found->second;
}

}  // namespace longwire::cli
