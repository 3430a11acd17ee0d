#include "edge/dialects/tracking/tracking.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "edge/core/client_api.h"
#include "edge/dialects/fields.h"
#include "edge/dialects/tracking/lister.h"
#include "edge/dialects/tracking/logs.h"
#include "edge/dialects/tracking/reader.h"
#include "edge/dialects/tracking/sessions.h"
#include "protocol/event_types.h"

namespace longwire::edge {
namespace {

using tracking::AgentStatus;

constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::size_t kClientIdBytesMax = 256;
constexpr std::uint16_t kGoingAway = 1001;

struct Settings {
    std::string client_id_pattern = R"(^client_\d+_[a-z0-9]+$)";
    std::int64_t status_ms = 100;
    std::int64_t sessions_ms = 100;
    std::int64_t ended_ms = 60'000;
    std::int64_t ping_ms = 30'000;
    std::int64_t silence_ms = 90'000;
    std::int64_t messages_per_minute = 60;
    std::int64_t sessions_max = 1'000;
    std::int64_t tasks_max = 20'000;
    std::int64_t logs_max = 200;
    std::int64_t logs_gather_ms = 50;
};

/// The messages of a client within any minute.
class MinuteLimit {
  public:
    explicit MinuteLimit(std::int64_t most) : most_(static_cast<std::size_t>(most)) {}

    /// Whether a message is within the limit.
    bool take(std::int64_t now_us) {
        while (!taken_us_.empty() && taken_us_.front() + kMinuteUs <= now_us) taken_us_.pop_front();
        if (taken_us_.size() >= most_) return false;
        taken_us_.push_back(now_us);
        return true;
    }

    /// Whether the client is to be told now that it is above the limit: once in every minute that it is.
    bool must_tell(std::int64_t now_us) {
        if (told_us_ && *told_us_ >= taken_us_.front()) return false;
        told_us_ = now_us;
        return true;
    }

    std::int64_t retry_after_ms(std::int64_t now_us) const { return (taken_us_.front() + kMinuteUs - now_us) / 1000; }

  private:
    std::size_t most_;
    std::deque<std::int64_t> taken_us_;
    std::optional<std::int64_t> told_us_;
};

class Dashboard final : public Translator {
  public:
    Dashboard(Host& host, const Settings& settings, bool is_welcome)
        : host_(host),
          settings_(settings),
          is_welcome_(is_welcome),
          book_({settings.ended_ms * 1000, static_cast<std::size_t>(settings.tasks_max),
                 static_cast<std::size_t>(settings.sessions_max)}),
          lister_(host, book_, [this](auto news) { on_news(std::move(news)); }),
          pace_(settings.status_ms * 1000),
          limit_(settings.messages_per_minute),
          reader_(host, book_, static_cast<std::size_t>(settings.logs_max)),
          stream_(host, settings.logs_gather_ms * 1000) {}

    void on_open() override {
        if (!is_welcome_) return close(close_code::kPolicy, "Invalid client ID");
        heard_us_ = host_.now_us();
        subscribe();
        rest();
    }

    void on_message(const json::value& message) override {
        if (is_within_limit()) obey(message);
        rest();
    }

    void on_garbage(const Error& error) override {
        if (is_within_limit()) refuse({Errc::bad_request, error.message, error.field});
        rest();
    }

    void on_event(const NativeEvent& event) override;
    void on_push(const json::object& push) override;
    void on_time() override;

  private:
    void subscribe();
    bool is_within_limit();
    void obey(const json::value& message);
    void start_logs(const std::string& session);
    void stop_logs();
    void on_news(std::vector<AgentStatus> news);
    void say(AgentStatus status);
    void show_sessions();
    void keep_heartbeat();
    void refuse(const Error& error) { host_.send(tracking::error_message(error, {}, host_.now_us())); }
    void close(std::uint16_t code, std::string_view reason);
    void rest();

    Host& host_;
    const Settings& settings_;
    bool is_welcome_;
    tracking::SessionBook book_;
    tracking::TaskLister lister_;
    tracking::StatusPace pace_;
    MinuteLimit limit_;
    tracking::SessionReader reader_;
    tracking::LogStream stream_;
    std::vector<AgentStatus> farewells_;
    std::uint64_t logs_turn_ = 0;  // of starts and stops: an answer to one before the newest comes too late
    bool has_told_left_out_ = false;
    std::int64_t heard_us_ = 0;
    std::int64_t pings_ = 0;  // since then
    std::optional<std::int64_t> subscribe_us_;
    std::optional<std::int64_t> shown_us_;  // when the list of sessions was sent last
    bool must_show_ = false;
    bool is_over_ = false;
    std::int64_t wake_us_ = INT64_MAX;
};

/// All that comes; what there is already is listed behind it, so that nothing lies between the two.
void Dashboard::subscribe() {
    host_.command("subscribe", {{"filter", "task/+"}}, [this](const Result<json::object>& begun) {
        if (begun) {
            lister_.list();
        } else if (begun.error().code == Errc::forbidden || begun.error().code == Errc::unauthorized) {
            refuse(begun.error());
            close(begun.error().code == Errc::forbidden ? close_code::kForbidden : close_code::kUnauthorized,
                  "not allowed");
        } else {
            refuse(begun.error());
            subscribe_us_ = host_.now_us() + std::max<std::int64_t>(begun.error().retry_after_ms, 1000) * 1000;
        }
        rest();
    });
}

bool Dashboard::is_within_limit() {
    const auto now_us = host_.now_us();
    heard_us_ = now_us;
    pings_ = 0;
    if (limit_.take(now_us)) return true;
    if (limit_.must_tell(now_us)) {
        refuse({Errc::rate_limited, "More than " + std::to_string(settings_.messages_per_minute) + " messages a minute",
                "", std::max<std::int64_t>(limit_.retry_after_ms(now_us), 1)});
    }
    return false;
}

void Dashboard::obey(const json::value& message) {
    Fields fields(message);
    const auto type = fields.text("type");
    const bool is_known = type == "pong" || type == "stop_log_streaming";
    const bool is_asking = type == "get_session_logs" || type == "get_session_state" || type == "start_log_streaming";
    const std::string session(is_asking ? fields.text("session_id") : std::string_view());
    if (const auto& mistake = fields.mistake()) {
        return refuse({Errc::bad_request, mistake->text(), mistake->field});
    }
    if (!is_known && !is_asking) {
        return refuse({Errc::bad_request, "Unknown message type: " + std::string(tracking::shortened(type)), "type"});
    }
    if (type == "get_session_state") reader_.send_state(session);
    if (type == "get_session_logs") reader_.send_logs(session);
    if (type == "start_log_streaming") start_logs(session);
    if (type == "stop_log_streaming") stop_logs();
}

void Dashboard::start_logs(const std::string& session) {
    reader_.read_tree(session, [this, session, turn = ++logs_turn_](const std::vector<json::object>& tasks) {
        if (turn != logs_turn_) return;
        stream_.start(session);
        for (const auto& task : tasks) {
            book_.on_snapshot(task, host_.now_us(), farewells_);
            const auto place = tracking::place_of(task);
            stream_.follow(text_in(task, "task"), place.epoch, place.offset);
        }
        on_news(std::exchange(farewells_, {}));
    });
}

void Dashboard::stop_logs() {
    ++logs_turn_;
    stream_.stop();
}

void Dashboard::on_event(const NativeEvent& event) {
    if (event.task.empty() || !book_.on_event(event, farewells_)) return;
    if (event.type == event_type::kAgentStatus) {
        auto status = tracking::read_status(event);
        book_.on_status(status);
        if (pace_.admit(status.agent_id, host_.now_us())) {
            host_.send_event(event, tracking::render_status);
        } else {
            pace_.hold(std::move(status));
        }
    } else if (event.type == event_type::kAgentHandoff) {
        host_.send_event(event, tracking::render_handoff);
    }
    if (stream_.follows(event.topic) || stream_.is_of(book_.session_of(event.task))) {
        stream_.on_event(event);
        stream_.follow(event.task, event.epoch, event.offset);
    }
    if (!farewells_.empty()) on_news(std::exchange(farewells_, {}));
    rest();
}

void Dashboard::on_push(const json::object& push) {
    const auto& gap = object_in(push, "gap");
    if (gap.empty()) return;
    stream_.on_gap(gap);
    lister_.list();
    rest();
}

void Dashboard::on_news(std::vector<AgentStatus> news) {
    show_sessions();
    for (auto& status : news) say(std::move(status));
    rest();
}

void Dashboard::say(AgentStatus status) {
    if (!pace_.admit(status.agent_id, host_.now_us())) return pace_.hold(std::move(status));
    host_.send(tracking::status_message(status));
}

/// The first list waits until all is known that there is.
void Dashboard::show_sessions() {
    if (!lister_.has_listed()) return;
    if (book_.has_left_out() && !std::exchange(has_told_left_out_, true)) {
        refuse({Errc::too_many, "There are more tasks than a dashboard follows: not all sessions are listed"});
    }
    must_show_ = book_.take_change() || must_show_ || !shown_us_;
    const auto now_us = host_.now_us();
    if (!must_show_ || (shown_us_ && now_us < *shown_us_ + settings_.sessions_ms * 1000)) return;
    must_show_ = false;
    shown_us_ = now_us;
    host_.send({{"type", "active_sessions"}, {"timestamp", tracking::seconds(now_us)}, {"data", book_.list()}});
}

void Dashboard::keep_heartbeat() {
    const auto now_us = host_.now_us();
    if (now_us >= heard_us_ + settings_.silence_ms * 1000) return close(kGoingAway, "Nothing heard from the client");
    if (now_us < heard_us_ + (pings_ + 1) * settings_.ping_ms * 1000) return;
    ++pings_;
    host_.send({{"type", "ping"}, {"timestamp", tracking::seconds(now_us)}});
}

void Dashboard::on_time() {
    const auto now_us = host_.now_us();
    wake_us_ = INT64_MAX;
    const auto expires_us = host_.who().expires_us;
    if (expires_us != 0 && expires_us <= now_us) {
        refuse({Errc::expired, "The token has expired"});
        return close(close_code::kUnauthorized, "expired");
    }
    if (subscribe_us_ && *subscribe_us_ <= now_us) {
        subscribe_us_.reset();
        subscribe();
    }
    keep_heartbeat();
    for (const auto& status : pace_.take_due(now_us)) host_.send(tracking::status_message(status));
    stream_.on_time();
    book_.expire(now_us);
    lister_.on_time();
    rest();
}

void Dashboard::close(std::uint16_t code, std::string_view reason) {
    is_over_ = true;
    host_.close(code, reason);
}

/// Ends each turn: shows what has changed, asks for what is missing, and says when it wants to be woken.
void Dashboard::rest() {
    if (is_over_) return;
    show_sessions();
    lister_.ask_wanted();
    auto wake_us =
        std::min(heard_us_ + (pings_ + 1) * settings_.ping_ms * 1000, heard_us_ + settings_.silence_ms * 1000);
    const auto wake_by = [&](std::optional<std::int64_t> time_us) {
        if (time_us) wake_us = std::min(wake_us, *time_us);
    };
    wake_by(pace_.next_us());
    wake_by(stream_.next_us());
    wake_by(book_.next_expiry_us());
    wake_by(lister_.next_us());
    wake_by(subscribe_us_);
    if (must_show_ && shown_us_) wake_by(*shown_us_ + settings_.sessions_ms * 1000);
    if (host_.who().expires_us != 0) wake_by(host_.who().expires_us);
    if (wake_us >= wake_us_) return;  // being woken early does no harm
    wake_us_ = wake_us;
    host_.wake_at(wake_us);
}

Status check_pattern(const std::string& pattern) {
    try {
        const std::regex read(pattern);
    } catch (const std::regex_error& error) {
        return bad_request("tracking-client-id-pattern", "must be a regular expression of ECMAScript");
    }
    return {};
}

class Tracking final : public Product {
  public:
    std::string_view name() const override { return "tracking"; }

    void declare(SettingSink& sink) override {
        auto& s = settings_;
        sink.text({"tracking-client-id-pattern", "the client ids that are let in, a regular expression", "REGEX"},
                  s.client_id_pattern, check_pattern);
        sink.number({"tracking-status-ms", "least time between two statuses of an agent, in ms", "MS"}, s.status_ms, 0,
                    60'000);
        sink.number({"tracking-sessions-ms", "least time between two lists of sessions, in ms", "MS"}, s.sessions_ms, 0,
                    60'000);
        sink.number({"tracking-ended-ms", "how long a session stays listed when it has ended, in ms", "MS"}, s.ended_ms,
                    0, 86'400'000);
        sink.number({"tracking-ping-ms", "a client's silence before it is pinged, and between pings, in ms", "MS"},
                    s.ping_ms, 100, 3'600'000);
        sink.number({"tracking-silence-ms", "a client's silence before it is closed with 1001, in ms", "MS"},
                    s.silence_ms, 100, 86'400'000);
        sink.number({"tracking-messages-per-minute", "a client's messages; further ones are ignored", "N"},
                    s.messages_per_minute, 1, 1'000'000);
        sink.number({"tracking-sessions-max", "most sessions in a list; the newest are shown", "N"}, s.sessions_max, 1,
                    100'000);
        sink.number({"tracking-tasks-max", "most tasks that a dashboard follows at a time", "N"}, s.tasks_max, 1,
                    1'000'000);
        sink.number({"tracking-logs-max", "most entries that get_session_logs is answered with", "N"}, s.logs_max, 1,
                    10'000);
        sink.number({"tracking-logs-gather-ms", "how long entries are gathered for one message, in ms", "MS"},
                    s.logs_gather_ms, 0, 10'000);
    }

    std::vector<Route> routes() override {
        const auto pattern = std::make_shared<const std::regex>(settings_.client_id_pattern);
        return {{.kind = Route::Kind::websocket,
                 .path = "/ws/agent-tracking/{client_id}",
                 .translate = [this, pattern](Host& host, const Opening& opening) {
                     const auto id = opening.path("client_id");
                     const bool is_welcome =
                         id.size() <= kClientIdBytesMax && std::regex_match(id.begin(), id.end(), *pattern);
                     return std::make_unique<Dashboard>(host, settings_, is_welcome);
                 }}};
    }

  private:
    Settings settings_;
};

}  // namespace

std::unique_ptr<Product> make_tracking_product() {
    return std::make_unique<Tracking>();
}

}  // namespace longwire::edge
