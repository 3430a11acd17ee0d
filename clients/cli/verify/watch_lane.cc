#include <algorithm>
#include <boost/json.hpp>
#include <limits>

#include "clients/cli/backoff.h"
#include "clients/cli/fields.h"
#include "clients/cli/net/native_client.h"
#include "clients/cli/verify/load.h"
#include "clients/cli/verify/task_story.h"
#include "protocol/node/clock.h"
#include "protocol/node/random_id.h"
#include "protocol/topic.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

class LaneWatcher {
  public:
    LaneWatcher(Load& load, Lane& lane, std::size_t client, bool starts, Findings& findings)
        : load_(load),
          lane_(lane),
          starts_(starts),
          findings_(findings),
          client_(load.addresses_for(client), load.token, hook()) {}

    void run() {
        while (!must_end()) {
            task_ = lane_.task(round_);
            check_ = {};
            story_ = {};
            is_started_ = !starts_;
            while (!story_.has_ended() && !must_end() && refusal_.empty()) {
                if (const Status status = follow(); !status) reconnect(status.error());
            }
            findings_.pushed += check_.counts();
            findings_.produced += story_.counts();
            if (starts_) findings_.made += story_.counts().events;
            if (!story_.has_ended()) break;
            ++findings_.tasks;
            if (starts_ && load_.is_over) lane_.last_round = round_;
            ++round_;
        }
        findings_.has_finished = lane_has_ended();
        if (!findings_.has_finished) {
            findings_.stuck_at = task_ + " after " + std::to_string(check_.offset()) + refusal_;
        }
        client_.close();
    }

  private:
    WaitHook hook() {
        return {.go_on = [this] { return !must_end(); }};
    }
    bool lane_has_ended() const { return lane_.last_round >= 0 && round_ > lane_.last_round; }
    bool must_end() const { return load_.has_ended || lane_has_ended(); }

    void reconnect(Error why) {
        if (must_end()) return;
        if (is_connected_) ++findings_.reconnects;
        is_connected_ = false;
        if (why.code != Errc::unavailable && why.retry_after_ms == 0) {
            refusal_ = ": " + describe(why);
            return;
        }
        Backoff backoff(50, 1'000);
        while (!must_end()) {
            const auto delay_ms = std::max(with_jitter(backoff.next_ms(), random_u64()), why.retry_after_ms);
            if (!wait_with_hook(hook(), delay_ms)) return;
            const Status status = client_.connect();
            if (status) return;
            why = status.error();
        }
    }

    /// Until the task's end, or the connection's.
    Status follow() {
        if (!is_started_) {
            LW_TRY_STATUS(client_.call(start_command()));
            is_started_ = true;
        }
        const auto topic = task_topic(task_);
        json::object subscribe{{"cmd", "subscribe"}, {"topic", topic}, {"from", "start"}};
        if (!check_.epoch().empty()) {
            subscribe["from"] = json::object{{"epoch", check_.epoch()}, {"offset", check_.offset()}};
        }
        LW_TRY(const json::object answer, client_.call(subscribe));
        is_connected_ = true;
        if (load_.drop_every_ms > 0) drop_us_ = now_us() + with_jitter(load_.drop_every_ms * 2, random_u64()) * 500;
        check_.on_subscribed(text_at(answer, "epoch"),
                             static_cast<std::uint64_t>(number_at(answer, "offset").value_or(0)));
        while (!story_.has_ended()) {
            LW_TRY(const Push push, client_.next_push());
            take(push);
            if (now_us() > drop_us_) return Error{Errc::unavailable, "dropped"};
        }
        LW_TRY_STATUS(client_.call({{"cmd", "unsubscribe"}, {"topic", topic}}));
        return {};
    }

    json::object start_command() const {
        return {{"cmd", "start"},
                {"kind", "demo.count"},
                {"task", task_},
                {"input", {{"n", lane_.events}, {"interval_ms", lane_.interval_ms}}},
                {"max_attempts", 100}};
    }

    void take(const Push& push) {
        const auto& object = push.object;
        const auto at = [](const json::object& from, std::string_view key) {
            return static_cast<std::uint64_t>(number_at(from, key).value_or(0));
        };
        if (const auto* const gap = object_at(object, "gap")) {
            story_.on_thinned();
            if (text_at(*gap, "reason") == "epoch_changed") return check_.on_new_epoch(text_at(*gap, "epoch"));
            return check_.on_gap(at(*gap, "from"), at(*gap, "to"));
        }
        if (const auto* const merged = object_at(object, "merged")) {
            story_.on_thinned();
            return check_.on_merged(at(*merged, "from"), at(*merged, "to"), at(*merged, "left"));
        }
        if (!object.contains("offset")) return;  // a notice
        const auto arrived_us = now_us();
        const auto time_us = number_at(object, "time_us").value_or(0);
        const auto offset = at(object, "offset");
        check_.on_event(offset);
        story_.on_event(object);
        if (!lane_.agreed.agrees(task_ + check_.epoch(), offset, push.text)) ++findings_.differing;
        findings_.delivery.add(arrived_us - time_us);
        note_recovery(time_us, arrived_us);
    }

    void note_recovery(std::int64_t time_us, std::int64_t arrived_us) {
        auto& recovered = findings_.recovery_us;
        while (recovered.size() < load_.kills.size() && time_us > load_.kills[recovered.size()].time_us) {
            recovered.push_back(arrived_us - load_.kills[recovered.size()].time_us);
        }
    }

    Load& load_;
    Lane& lane_;
    bool starts_;
    Findings& findings_;
    NativeClient client_;
    int round_ = 0;
    std::string task_;
    bool is_started_ = false;
    bool is_connected_ = false;
    std::int64_t drop_us_ = std::numeric_limits<std::int64_t>::max();
    std::string refusal_;
    SequenceCheck check_;
    TaskStory story_;
};

}  // namespace

Findings& Findings::operator+=(const Findings& other) {
    pushed += other.pushed;
    produced += other.produced;
    differing += other.differing;
    tasks += other.tasks;
    made += other.made;
    reconnects += other.reconnects;
    delivery += other.delivery;
    return *this;
}

void watch_lane(Load& load, Lane& lane, std::size_t client, bool starts, Findings& findings) {
    LaneWatcher(load, lane, client, starts, findings).run();
}

}  // namespace longwire::cli
