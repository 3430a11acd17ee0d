#include "clients/cli/up/supervisor.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "clients/cli/exit_status.h"
#include "protocol/node/clock.h"

namespace longwire::cli {
namespace {

constexpr int kEarlyDeathsMax = 5;
constexpr std::int64_t kGraceMs = 5'000;

std::int64_t now_ms() {
    return now_us() / 1000;
}

/// Settings of `up` itself and of one node, which its children must not take for theirs.
const std::vector<std::string>& own_variables() {
    static const std::vector<std::string> names{
        "LONGWIRE_HTTP",    "LONGWIRE_DATA", "LONGWIRE_EDGES", "LONGWIRE_AUTH",   "LONGWIRE_BIN_DIR",
        "LONGWIRE_CONSOLE", "LONGWIRE_URL",  "LONGWIRE_TOKEN", "LONGWIRE_CONFIG", "LONGWIRE_NODE"};
    return names;
}

}  // namespace

Supervisor::Supervisor(std::vector<ChildPlan> plan, std::string bin_dir, std::function<void(const std::string&)> log,
                       std::function<void(const ClusterState&)> on_change)
    : bin_dir_(std::move(bin_dir)),
      log_(std::move(log)),
      on_change_(std::move(on_change)),
      signals_({SIGINT, SIGTERM, SIGHUP, SIGCHLD}) {
    for (ChildPlan& one : plan) {
        auto child = std::make_unique<Child>();
        child->plan = std::move(one);
        children_.push_back(std::move(child));
    }
}

void Supervisor::tell_change() const {
    ClusterState state{getpid(), {}};
    for (const auto& child : children_) {
        state.processes.push_back({child->plan.name, child->process.lives() ? child->process.pid() : 0, child->url});
    }
    on_change_(state);
}

void Supervisor::start(Child& child, std::int64_t now) {
    child.life.on_started(now);
    const Status started =
        child.process.start(bin_dir_ + "/" + child.plan.program, child.plan.arguments, own_variables());
    if (started) return tell_change();
    const std::int64_t delay_ms = child.life.on_died(now);
    log_(child.plan.name + " could not be started: " + started.error().message + "; again in " +
         std::to_string(delay_ms) + " ms");
}

void Supervisor::start_due(std::int64_t now) {
    for (const auto& child : children_) {
        const auto due = child->life.due_ms();
        if (due && *due <= now) start(*child, now);
    }
}

void Supervisor::on_stdout_line(Child& child, std::string_view line) {
    constexpr std::string_view kReady = "ready";
    const bool says_ready = line == kReady || line.starts_with("ready ");
    if (!says_ready || child.life.state() != ChildLife::State::starting) {
        log_(child.plan.name + " | " + std::string(line));
        return;
    }
    child.life.on_ready();
    if (child.plan.stage == Stage::edge && line.size() > kReady.size() + 1) {
        child.url = line.substr(kReady.size() + 1);
        // Started again, it must come back where its clients look for it, also if any port was good at first.
        const std::size_t colon = child.url.rfind(':');
        HostPort address =
            split_host_port(*(std::find(child.plan.arguments.begin(), child.plan.arguments.end(), "--http") + 1));
        if (address.port == 0 && colon != std::string::npos) {
            address.port = split_host_port(child.url.substr(child.url.find("://") + 3)).port;
            child.plan.set("--http", join_host_port(address));
        }
    }
    tell_change();
    log_(child.plan.name + " is ready" + (child.url.empty() ? "" : ": " + child.url));
}

void Supervisor::relay(Child& child) {
    child.process.read_stderr([&](std::string_view line) { log_(child.plan.name + " | " + std::string(line)); });
    child.process.read_stdout([&](std::string_view line) { on_stdout_line(child, line); });
}

void Supervisor::reap(Child& child, std::int64_t now) {
    std::string how;
    int status = -1;
    if (!child.process.has_ended(how, status)) return;
    tell_change();
    relay(child);
    if (ending_) {
        child.life.end();
        log_(child.plan.name + " " + how);
        return;
    }
    const std::int64_t delay_ms = child.life.on_died(now);
    const bool hopeless = status == kUsage || status == 127 || child.life.early_deaths() >= kEarlyDeathsMax;
    if (!child.life.was_ever_ready() && hopeless) {
        child.life.end();
        start_failure_ = Error{Errc::internal, child.plan.name + " " + how + " before it was ready"};
        return;
    }
    log_(child.plan.name + " " + how + "; started again in " + std::to_string(delay_ms) + " ms");
}

void Supervisor::wait_for_news(std::int64_t most_ms) {
    std::int64_t wait_ms = most_ms;
    const std::int64_t now = now_ms();
    std::vector<pollfd> waiting{{signals_.fd(), POLLIN, 0}};
    for (const auto& child : children_) {
        if (const auto due = child->life.due_ms()) wait_ms = std::min(wait_ms, std::max<std::int64_t>(*due - now, 0));
        waiting.push_back({child->process.stdout_fd(), POLLIN, 0});  // a negative one is passed over
        waiting.push_back({child->process.stderr_fd(), POLLIN, 0});
    }
    poll(waiting.data(), waiting.size(), static_cast<int>(wait_ms));
}

bool Supervisor::take_signals() {
    while (const auto signal = signals_.next()) {
        if (*signal != SIGCHLD) ++signals_to_end_;
    }
    return signals_to_end_ > 0;
}

bool Supervisor::turn(std::int64_t most_ms) {
    if (!ending_) start_due(now_ms());
    wait_for_news(most_ms);
    const bool asked_to_end = take_signals();
    for (const auto& child : children_) {
        relay(*child);
        reap(*child, now_ms());
    }
    return !asked_to_end;
}

Status Supervisor::start_all(std::int64_t timeout_ms) {
    const std::int64_t end_ms = now_ms() + timeout_ms;
    while (true) {
        std::string missing;
        for (const auto& child : children_) {
            if (child->life.state() == ChildLife::State::ready) continue;
            missing += (missing.empty() ? "" : ", ") + child->plan.name;
        }
        if (missing.empty()) return {};
        const std::int64_t left_ms = end_ms - now_ms();
        if (left_ms <= 0) {
            return Error{Errc::internal, "not ready in " + std::to_string(timeout_ms / 1000) + " s: " + missing};
        }
        if (!turn(left_ms)) return Error{Errc::unavailable, "ended before it was ready"};
        if (start_failure_) return *start_failure_;
    }
}

void Supervisor::run() {
    constexpr std::int64_t kLongWaitMs = 60'000;
    while (turn(kLongWaitMs)) {
    }
}

void Supervisor::end_stage(Stage stage) {
    const auto any_lives = [&] {
        return std::any_of(children_.begin(), children_.end(),
                           [&](const auto& child) { return child->plan.stage == stage && child->process.lives(); });
    };
    const auto signal_all = [&](int signal) {
        for (const auto& child : children_) {
            if (child->plan.stage == stage) child->process.send_signal(signal);
        }
    };
    const int signals_before = signals_to_end_;
    signal_all(SIGTERM);
    const std::int64_t kill_ms = now_ms() + kGraceMs;
    while (any_lives() && now_ms() < kill_ms && signals_to_end_ == signals_before) turn(kill_ms - now_ms());
    if (!any_lives()) return;
    log_("what has not ended by itself is killed");
    signal_all(SIGKILL);
    while (any_lives()) turn(kGraceMs);
}

void Supervisor::end_all() {
    ending_ = true;
    for (const auto& child : children_) {
        if (!child->process.lives()) child->life.end();
    }
    for (const Stage stage : {Stage::edge, Stage::worker, Stage::broker}) end_stage(stage);
}

std::vector<std::string> Supervisor::edge_urls() const {
    std::vector<std::string> urls;
    for (const auto& child : children_) {
        if (child->plan.stage == Stage::edge) urls.push_back(child->url);
    }
    return urls;
}

}  // namespace longwire::cli
