#include <algorithm>
#include <iostream>

#include "clients/cli/backoff.h"
#include "clients/cli/client_settings.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_status.h"
#include "clients/cli/fields.h"
#include "clients/cli/follower.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/task_view.h"
#include "clients/cli/terminal.h"
#include "protocol/node/clock.h"
#include "protocol/node/random_id.h"
#include "protocol/topic.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

constexpr std::int64_t kDrawUs = 30'000;  // no eye follows more; what is left is drawn at the next tick

constexpr std::int64_t kFirstDelayMs = 200;
constexpr std::int64_t kMostDelayMs = 2'000;
constexpr std::int64_t kRetryForUs = 15'000'000;

struct StartSettings {
    ClientSettings client;
    std::string input;
    std::string task;
    std::string key;
    std::string parent;
    std::string webhook;
    double timeout_s = 0;
    double ttl_s = 0;
    double delay_s = 0;
    std::int32_t max_attempts = 0;  // 0: the cluster's default
    std::int32_t priority = 0;
    bool hold = false;
    bool follow = false;
};

void declare(Config& config, StartSettings& settings, std::vector<std::string>& words) {
    constexpr double kLongest = 30.0 * 86400;  // what a cluster takes
    config.words("KIND", words, 1, 1);
    config.text(only_flag("input", "the task's input: JSON, @FILE, or - for stdin", "JSON", 'i'), settings.input);
    config.toggle(only_flag("follow", "watch it until it ends", "", 'f'), settings.follow);
    config.text(only_flag("task", "the wanted id", "ID"), settings.task);
    config.text(only_flag("key", "a start with the same key again gives the same task", "KEY"), settings.key);
    config.text(only_flag("parent", "the task that this one is part of", "ID"), settings.parent);
    config.text(only_flag("webhook", "the URL that is told how each of its runs ends", "URL"), settings.webhook);
    config.real(only_flag("timeout-s", "longest run, in s; 0 for no bound", "S"), settings.timeout_s, 0, kLongest);
    config.real(only_flag("ttl-s", "longest wait in the queue, in s; 0 for no bound", "S"), settings.ttl_s, 0,
                kLongest);
    config.real(only_flag("delay-s", "not before so many s from now", "S"), settings.delay_s, 0, kLongest);
    config.number(only_flag("max-attempts", "runs of a task that fails; 0 for the cluster's default", "N"),
                  settings.max_attempts, 0, 100);
    config.number(only_flag("priority", "higher goes first", "N"), settings.priority, -100, 100);
    config.toggle(only_flag("hold", "make it, but wait for `longwire run`"), settings.hold);
    declare_client_settings(config, settings.client);
    declare_reconnect_settings(config, settings.client);
}

Result<json::object> start_request(const StartSettings& settings, const std::string& kind) {
    json::object command{{"cmd", "start"}, {"kind", kind}};
    if (!settings.input.empty()) {
        LW_TRY(command["input"], read_json_argument("--input", settings.input));
    }
    if (!settings.task.empty()) command["task"] = settings.task;
    if (!settings.parent.empty()) command["parent"] = settings.parent;
    if (!settings.webhook.empty()) command["webhook"] = settings.webhook;
    if (settings.timeout_s > 0) command["timeout_s"] = settings.timeout_s;
    if (settings.ttl_s > 0) command["ttl_s"] = settings.ttl_s;
    if (settings.delay_s > 0) command["delay_s"] = settings.delay_s;
    if (settings.max_attempts > 0) command["max_attempts"] = settings.max_attempts;
    if (settings.priority != 0) command["priority"] = settings.priority;
    if (settings.hold) command["hold"] = true;
    // With a key of its own, a start whose answer was lost can be sent again without starting two tasks.
    command["key"] = settings.key.empty() ? random_id("cli-") : settings.key;
    return command;
}

/// Asks what may be asked twice, on a connected client. If the cluster is there but not able just now, or the
/// connection is cut before the answer, tries again for a while.
Result<json::object> ask(NativeClient& client, const json::object& command, const WaitHook& hook) {
    auto answer = client.call(command);
    Backoff backoff(kFirstDelayMs, kMostDelayMs);
    const std::int64_t give_up_us = now_us() + kRetryForUs;
    while (!answer && answer.error().code == Errc::unavailable && now_us() < give_up_us) {
        const std::int64_t delay_ms = with_jitter(backoff.next_ms(), random_u64());
        if (!wait_with_hook(hook, std::max(delay_ms, answer.error().retry_after_ms))) break;
        if (const Status connected = client.connect(); connected) answer = client.call(command);
    }
    return answer;
}

/// The command's key makes it safe to ask again.
Result<json::object> send_start(NativeClient& client, const json::object& command, const WaitHook& hook) {
    LW_TRY_STATUS(client.connect());
    return ask(client, command, hook);
}

class FollowedTask {
  public:
    FollowedTask(NativeClient& client, std::string task, const StartSettings& settings, Interrupt& interrupt)
        : client_(client),
          task_(std::move(task)),
          settings_(settings),
          interrupt_(interrupt),
          live_(stdout_is_terminal() && !settings.client.json),
          view_(paint_for(live_)) {}

    /// Ends of runs before `run` are history.
    int follow(std::int64_t run) {
        wanted_run_ = run;
        const WaitHook hook = interrupt_.hook([this] { redraw(); });
        Follower follower(
            client_, hook, [this](const std::string& news) { tell_news(news); }, settings_.client.give_up_s);
        follower.follow_topic(task_topic(task_), "start");
        const Status status = follower.run([this](const Push& push) { return on_push(push); });
        if (live_) screen_.clear();
        if (end_) return finish();
        if (lost_) return report(*lost_);
        if (interrupt_.happened() || reader_gone_) return say_how_to_go_on();
        return report(status ? Error{Errc::internal, "the task's end was not seen"} : status.error());
    }

    /// Called while waiting, too: the time that has passed is part of the line.
    void redraw() {
        if (!live_ || !begun_) return;
        const std::size_t width = terminal_width() - 1;
        const std::string text = view_.unfinished_line(width);
        std::vector<std::string> live;
        if (!text.empty()) live.push_back(text);
        live.push_back(view_.status_line(now_us(), width));
        drawn_us_ = now_us();
        reader_gone_ = !screen_.draw(view_.take_lines(), live) || reader_gone_;
    }

  private:
    bool on_push(const Push& push) {
        begun_ = true;
        if (live_) {
            view_.on_push(push.object);
            if (now_us() - drawn_us_ > kDrawUs) redraw();
        } else {
            reader_gone_ = !write_out(push.text + "\n") || reader_gone_;
        }
        if (const auto run = run_of_push(push.object)) run_ = *run;
        if (run_ >= wanted_run_) end_ = end_of_push(push.object);
        // The end may be among the events that will not come.
        if (!end_ && push.object.contains("gap")) {
            const auto snapshot = client_.call({{"cmd", "state"}, {"task", task_}});
            if (snapshot) {
                run_ = number_at(*snapshot, "run").value_or(run_);
                end_ = end_of_snapshot(*snapshot);
            }
            // A broker that has lost its log knows nothing of the task: its end will never come.
            if (!snapshot && snapshot.error().code == Errc::not_found) lost_ = snapshot.error();
        }
        return !end_ && !lost_ && !reader_gone_;
    }

    int finish() {
        if (live_) {
            view_.finish_text();
            write_out(view_.take_lines() + view_.end_line(*end_) + "\n");
        }
        client_.close();
        return end_->exit_status();
    }

    int say_how_to_go_on() {
        std::cerr << "longwire: stopped watching; the task goes on. To go on watching: longwire tail --from start "
                  << task_topic(task_) << "; to end it: longwire cancel " << task_ << "\n";
        return kInterrupted;
    }

    void tell_news(const std::string& news) {
        if (live_) {
            screen_.tell(news);
        } else {
            tell(news);
        }
    }

    NativeClient& client_;
    std::string task_;
    const StartSettings& settings_;
    Interrupt& interrupt_;
    bool live_;
    std::int64_t wanted_run_ = 1;
    std::int64_t run_ = 0;
    bool begun_ = false;
    bool reader_gone_ = false;
    std::int64_t drawn_us_ = 0;
    TaskView view_;
    Screen screen_;
    std::optional<TaskEnd> end_;
    std::optional<Error> lost_;
};

/// The run that a task is in. A task that is new is in its first.
Result<std::int64_t> current_run(NativeClient& client, const json::object& started, const WaitHook& hook) {
    if (const json::value* created = started.if_contains("created"); created != nullptr && *created == true) return 1;
    LW_TRY(const json::object snapshot, ask(client, {{"cmd", "state"}, {"task", text_at(started, "task")}}, hook));
    return number_at(snapshot, "run").value_or(1);
}

int start_and_follow(const StartSettings& settings, const json::object& command) {
    Interrupt interrupt;
    FollowedTask* followed = nullptr;
    const auto each_tick = [&followed] {
        if (followed != nullptr) followed->redraw();
    };
    NativeClient client(settings.client.addresses(), settings.client.token, interrupt.hook(each_tick));
    const auto answer = send_start(client, command, interrupt.hook());
    if (!answer) return interrupt.happened() ? kInterrupted : report(answer.error());

    const std::string task = text_at(*answer, "task");
    const bool for_people = stdout_is_terminal() && !settings.client.json;
    (for_people ? std::cout : std::cerr) << "task " << task << '\n' << std::flush;
    const auto run = current_run(client, *answer, interrupt.hook());
    if (!run) return report(run.error());
    FollowedTask task_view(client, task, settings, interrupt);
    followed = &task_view;
    const int status = task_view.follow(*run);
    followed = nullptr;
    return status;
}

}  // namespace

int run_start(const Arguments& arguments) {
    StartSettings settings;
    std::vector<std::string> words;
    Config config("longwire start",
                  "Starts a task and prints its id. With --follow its exit status is the task's: 0 COMPLETED,\n"
                  "1 FAILED or EXPIRED, 3 CANCELLED; 4 if the cluster cannot be reached. In a pipe, --follow writes\n"
                  "one JSON line per event.",
                  false);
    declare(config, settings, words);
    if (const auto status = config.parse(arguments)) return *status;

    const auto command = start_request(settings, words.front());
    if (!command) {
        tell(command.error().field + ": " + command.error().message);
        return kUsage;
    }
    if (settings.follow) return start_and_follow(settings, *command);

    NativeClient client(settings.client.addresses(), settings.client.token);
    const auto answer = send_start(client, *command, {});
    if (!answer) return report(answer.error());
    client.close();
    std::cout << (settings.client.json ? compact_json(*answer) : text_at(*answer, "task")) << '\n' << std::flush;
    return kDone;
}

}  // namespace longwire::cli
