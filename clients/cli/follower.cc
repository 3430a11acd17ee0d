#include "clients/cli/follower.h"

#include <algorithm>

#include "clients/cli/backoff.h"
#include "clients/cli/fields.h"
#include "protocol/node/clock.h"
#include "protocol/node/random_id.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

constexpr std::int64_t kFirstDelayMs = 200;
constexpr std::int64_t kMostDelayMs = 10'000;

bool may_pass(const Error& error) {
    return error.retry_after_ms > 0 || error.code == Errc::unavailable;
}

}  // namespace

Follower::Follower(NativeClient& client, WaitHook hook, Tell tell, std::int64_t give_up_s)
    : client_(client), hook_(std::move(hook)), tell_(std::move(tell)), give_up_s_(give_up_s) {}

void Follower::follow_topic(std::string topic, json::value from) {
    topics_.emplace_back(std::move(topic), std::move(from));
}

void Follower::follow_filter(std::string filter) {
    filters_.push_back(std::move(filter));
}

ResumeState* Follower::find(const std::string& topic) {
    const auto found =
        std::find_if(topics_.begin(), topics_.end(), [&](const ResumeState& one) { return one.topic() == topic; });
    return found == topics_.end() ? nullptr : &*found;
}

Status Follower::subscribe_all() {
    for (ResumeState& topic : topics_) {
        LW_TRY(const json::object answer, client_.call(topic.subscribe_command()));
        if (const auto news = topic.on_subscribed(answer)) tell_(*news);
    }
    for (const std::string& filter : filters_) {
        LW_TRY_STATUS(client_.call({{"cmd", "subscribe"}, {"filter", filter}}));
    }
    return {};
}

Status Follower::connect_again(const Error& why) {
    tell_(why.message + "; connecting again");
    Backoff backoff(kFirstDelayMs, kMostDelayMs);
    const std::int64_t give_up_us = now_us() + give_up_s_ * 1'000'000;
    Error last = why;
    while (give_up_s_ == 0 || now_us() < give_up_us) {
        const std::int64_t delay_ms = std::max(with_jitter(backoff.next_ms(), random_u64()), last.retry_after_ms);
        if (!wait_with_hook(hook_, delay_ms)) return last;
        Status status = client_.connect();
        if (status) status = subscribe_all();
        if (status) {
            tell_("connected to " + client_.address().url() + " again");
            if (!filters_.empty()) tell_("what matched a filter while the connection was cut does not come");
            return {};
        }
        last = status.error();
        if (!may_pass(last)) return last;
    }
    return last;
}

/// Whether a person has not seen this push yet. Sets `again` if events are missing before it.
bool Follower::is_news(const Push& push, bool& again) {
    const json::object& object = push.object;
    if (const json::object* gap = object_at(object, "gap")) {
        if (ResumeState* topic = find(text_at(*gap, "topic"))) {
            const auto news = topic->on_gap(*gap);
            if (news) tell_(*news);
            again = topic->is_stale();
            // A new epoch has been told with the answer to the subscribe; who acts upon gaps must see it all the same.
            return news.has_value() || (!again && text_at(*gap, "reason") == "epoch_changed");
        }
        const std::string filter = text_at(*gap, "filter");
        tell_((filter.empty() ? text_at(*gap, "topic") : filter) + ": events are missing (" + text_at(*gap, "reason") +
              ")");
        return true;
    }
    if (const json::object* merged = object_at(object, "merged")) {
        if (ResumeState* topic = find(text_at(*merged, "topic"))) topic->on_merged(*merged);
        return true;
    }
    if (const std::string notice = text_at(object, "notice"); !notice.empty()) {
        if (notice == "draining") tell_("the edge is about to stop; the connection will move");
        return false;
    }
    ResumeState* topic = find(text_at(object, "topic"));
    const auto offset = number_at(object, "offset");
    if (topic == nullptr || !offset || object.contains("snapshot")) return true;
    switch (topic->on_event(*offset)) {
        case ResumeState::Verdict::fresh:
            return true;
        case ResumeState::Verdict::repeated:
            return false;
        case ResumeState::Verdict::hole:
            again = true;
            return false;
    }
    return false;
}

Status Follower::run(const std::function<bool(const Push&)>& on_push) {
    Status status = subscribe_all();
    while (true) {
        if (!status) {
            if (!may_pass(status.error()) || (hook_.go_on && !hook_.go_on())) return status.error();
            LW_TRY_STATUS(connect_again(status.error()));
        }
        auto push = client_.next_push();
        if (!push) {
            status = push.error();
            continue;
        }
        status = {};
        bool again = false;
        if (is_news(*push, again) && !on_push(*push)) return {};
        if (again) status = Error{Errc::unavailable, "events are missing"};
    }
}

}  // namespace longwire::cli
