#include "edge/dialects/tracking/lister.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <unordered_set>
#include <utility>

#include "protocol/epoch.h"

namespace longwire::edge::tracking {
namespace {

/// An agent may have worked on several tasks. What it said of the last one is how it is doing. Lists begin with the
/// youngest task.
std::vector<AgentStatus> newest_of_each(std::vector<AgentStatus> statuses) {
    std::stable_sort(statuses.begin(), statuses.end(),
                     [](const AgentStatus& a, const AgentStatus& b) { return a.time_us > b.time_us; });
    std::unordered_set<std::string> told;
    std::erase_if(statuses, [&](const AgentStatus& status) { return !told.insert(status.agent_id).second; });
    return statuses;
}

}  // namespace

Place place_of(const json::object& snapshot) {
    const auto epoch = read_epoch(text_in(snapshot, "epoch"));
    const auto offset = std::max<std::int64_t>(integer_in(snapshot, "offset"), 0);
    return {epoch ? *epoch : 0, static_cast<std::uint64_t>(offset)};
}

void TaskLister::list() {
    must_list_ = true;
    on_time();
}

void TaskLister::on_time() {
    if (must_list_ && !is_listing_ && next_list_us_ <= host_.now_us()) begin();
}

std::optional<std::int64_t> TaskLister::next_us() const {
    if (must_list_ && !is_listing_) return next_list_us_;
    if (asks_ == 0 && next_ask_us_ > host_.now_us()) return next_ask_us_;
    return std::nullopt;
}

void TaskLister::begin() {
    must_list_ = false;
    is_listing_ = true;
    next_list_us_ = host_.now_us() + kRestUs;
    book_.begin_list();
    ask_page(0, {});
}

void TaskLister::ask_page(std::size_t state, std::string_view after) {
    json::object fields{{"limit", kStates[state].empty() ? kYoungest : kPageTasks}};
    if (!kStates[state].empty()) fields["state"] = kStates[state];
    if (!after.empty()) fields["after"] = after;
    host_.command("tasks", std::move(fields),
                  [this, state](const Result<json::object>& page) { on_page(state, page); });
}

void TaskLister::on_page(std::size_t state, const Result<json::object>& page) {
    if (!page) {
        is_listing_ = false;
        must_list_ = true;
        next_list_us_ = host_.now_us() + std::max(page.error().retry_after_ms * 1000, kRestUs);
        return on_news_({});
    }
    for (const auto& task : array_in(*page, "tasks")) {
        if (task.is_object()) book_.on_snapshot(task.get_object(), host_.now_us(), listed_);
    }
    const auto next = text_in(*page, "next");
    const bool is_last_state = state + 1 == kStates.size();
    if (!next.empty() && !is_last_state && !book_.is_full()) {
        ask_page(state, next);
    } else if (!is_last_state) {
        ask_page(state + 1, {});
    } else {
        is_listing_ = false;
        has_listed_ = true;
        book_.end_list();
        on_news_(newest_of_each(std::exchange(listed_, {})));
    }
}

void TaskLister::ask_wanted() {
    if (is_listing_ || must_list_ || asks_ >= kAsksMax || host_.now_us() < next_ask_us_) return;
    for (const auto& task : book_.take_wanted(kAsksMax - asks_)) ask(task);
}

void TaskLister::ask(const std::string& task) {
    ++asks_;
    host_.command("state", {{"task", task}}, [this, task](const Result<json::object>& snapshot) {
        --asks_;
        std::vector<AgentStatus> news;
        if (snapshot) {
            book_.on_snapshot(*snapshot, host_.now_us(), news);
        } else if (snapshot.error().code == Errc::not_found) {
            book_.on_unknown(task);
        } else {
            book_.on_unanswered(task);
            next_ask_us_ = host_.now_us() + std::max(snapshot.error().retry_after_ms * 1000, kRestUs);
        }
        on_news_(std::move(news));
    });
}

}  // namespace longwire::edge::tracking
