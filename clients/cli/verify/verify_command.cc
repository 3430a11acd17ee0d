#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <list>
#include <optional>
#include <thread>

#include "clients/cli/client_settings.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_status.h"
#include "clients/cli/fields.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/net/http_client.h"
#include "clients/cli/table.h"
#include "clients/cli/terminal.h"
#include "clients/cli/verify/killer.h"
#include "clients/cli/verify/load.h"
#include "clients/cli/verify/verify_report.h"
#include "protocol/node/clock.h"
#include "protocol/node/random_id.h"

namespace longwire::cli {
namespace {

struct VerifySettings {
    ClientSettings client;
    std::int64_t for_s = 20;
    std::int64_t rate = 1'000;
    std::size_t tasks = 8;
    std::size_t watchers = 50;
    std::size_t publishers = 2;
    std::int64_t task_s = 5;
    std::int64_t settle_s = 60;
    std::int64_t drop_every_ms = 0;
    std::vector<std::string> kill;
    std::int64_t kill_every_ms = 3'000;
    std::string kill_order = "in-turn";
    std::string data = "./longwire-data";
    std::uint64_t seed = 0;
};

Status check_settings(const VerifySettings& settings) {
    if (settings.rate > static_cast<std::int64_t>(settings.tasks) * 1000) {
        return bad_request("rate", "a task makes at most 1000 events per second; give more --tasks");
    }
    if (settings.watchers < settings.tasks) return bad_request("watchers", "each task needs at least one");
    return {};
}

class Verification {
  public:
    explicit Verification(const VerifySettings& settings)
        : settings_(settings),
          killer_(settings.data, settings.kill,
                  settings.kill_order == "random" ? Killer::Order::at_random : Killer::Order::in_turn, settings.seed) {
        load_.addresses = settings.client.addresses();
        load_.token = settings.client.token;
        load_.drop_every_ms = settings.drop_every_ms;
    }

    int run() {
        if (const Status there = check_cluster(); !there) return report(there.error());
        const std::string run = random_id("verify-", 8);
        const auto interval_ms =
            std::max<std::int64_t>(1, static_cast<std::int64_t>(settings_.tasks) * 1000 / settings_.rate);
        for (std::size_t i = 0; i < settings_.tasks; ++i) {
            auto& lane = lanes_.emplace_back();
            lane.prefix = run + "-" + std::to_string(i) + "-";
            lane.interval_ms = interval_ms;
            lane.events = std::max<std::int64_t>(1, settings_.task_s * 1000 / interval_ms);
        }
        findings_.resize(settings_.watchers + settings_.publishers);
        begun_us_ = now_us();
        start_threads(run);
        while_it_runs();
        load_.is_over = true;
        interrupt_.emplace();
        wait_for_the_end();
        load_.has_ended = true;
        for (auto& thread : threads_) thread.join();
        const VerifyReport all(findings_, load_.kills, now_us() - begun_us_, was_interrupted_);
        write_out(settings_.client.json ? compact_json(all.to_json()) + "\n" : all.to_text());
        if (was_interrupted_) return kInterrupted;
        return all.is_exact() ? kDone : kFailed;
    }

  private:
    Status check_cluster() {
        if (!settings_.kill.empty()) LW_TRY_STATUS(killer_.check());
        for (const auto& address : load_.addresses) {
            LW_TRY(const auto answer, http_get(address, "/readyz", settings_.client.token, 5'000));
            if (answer.status != 200) return Error{Errc::unavailable, address.url() + " is not ready: " + answer.body};
        }
        return {};
    }

    void start_threads(const std::string& run) {
        std::size_t client = 0;
        for (; client < settings_.watchers; ++client) {
            auto lane = std::next(lanes_.begin(), static_cast<std::ptrdiff_t>(client % lanes_.size()));
            threads_.emplace_back([this, lane, client] {
                watch_lane(load_, *lane, client, client < lanes_.size(), findings_[client]);
                ++finished_;
            });
        }
        for (; client < findings_.size(); ++client) {
            threads_.emplace_back([this, topic = "room/" + run + "-" + std::to_string(client), client] {
                publish_numbered(load_, topic, 20, client, findings_[client]);
                ++finished_;
            });
        }
    }

    /// A signal ends the load before its time; a second one ends the wait for what is under way, too.
    void while_it_runs() {
        const auto hook = interrupt_->hook();
        const auto end_us = begun_us_ + settings_.for_s * 1'000'000;
        auto kill_us = begun_us_ + settings_.kill_every_ms * 1'000;
        bool goes_on = true;
        while (now_us() < end_us && goes_on && finished_ < threads_.size()) {
            const auto next_us = settings_.kill.empty() ? end_us : std::min(end_us, kill_us);
            goes_on = wait_with_hook(hook, std::max<std::int64_t>(next_us - now_us(), 0) / 1000 + 1);
            if (!goes_on || settings_.kill.empty() || now_us() < kill_us || now_us() >= end_us) continue;
            kill_us += settings_.kill_every_ms * 1'000;
            const auto before = load_.kills.size();
            if (const Status killed = killer_.kill_next(load_.kills); !killed) tell(killed.error().message);
            if (load_.kills.size() > before) tell("killed " + load_.kills[before].process);
        }
    }

    void wait_for_the_end() {
        const auto give_up_us = now_us() + settings_.settle_s * 1'000'000;
        const auto hook = interrupt_->hook();
        while (finished_ < threads_.size() && now_us() < give_up_us && !was_interrupted_) {
            was_interrupted_ = !wait_with_hook(hook, 100);
        }
    }

    const VerifySettings& settings_;
    std::optional<Interrupt> interrupt_{std::in_place};
    Killer killer_;
    Load load_;
    std::list<Lane> lanes_;
    std::vector<Findings> findings_;
    std::vector<std::thread> threads_;
    std::atomic<std::size_t> finished_ = 0;
    std::int64_t begun_us_ = 0;
    bool was_interrupted_ = false;
};

}  // namespace

int run_verify(const Arguments& arguments) {
    VerifySettings settings;
    Config config("longwire verify",
                  "Loads a running cluster with tasks and watching clients, kills what you name, and holds what every\n"
                  "client got against the contract: each event once, in order. Exit status 0: not one was lost, came\n"
                  "twice or out of order.",
                  false);
    config.number(only_flag("for-s", "how long new tasks are started, in s", "S"), settings.for_s, 1, 86'400);
    config.number(only_flag("rate", "events per second of all tasks together", "N"), settings.rate, 1, 1'000'000);
    config.number(only_flag("tasks", "tasks at once", "N"), settings.tasks, 1, 1'000);
    config.number(only_flag("task-s", "how long a task takes, in s", "S"), settings.task_s, 1, 3'600);
    config.number(only_flag("watchers", "clients that watch them", "N"), settings.watchers, 1, 2'000);
    config.number(only_flag("publishers", "clients that publish", "N"), settings.publishers, 0, 100);
    config.number(only_flag("settle-s", "longest wait for the last events, in s", "S"), settings.settle_s, 1, 3'600);
    config.number(only_flag("drop-every-ms", "how often each client loses its connection, about; 0: never", "MS"),
                  settings.drop_every_ms, 0, 3'600'000);
    config.list(only_flag("kill", "processes to be killed: broker, edge, edge-2, worker, …", "NAME"), settings.kill,
                [](const std::string&) -> Status { return {}; });
    config.number(only_flag("kill-every-ms", "time between two kills", "MS"), settings.kill_every_ms, 100, 3'600'000);
    config.choice(only_flag("kill-order", "in-turn or random", "ORDER"), settings.kill_order, {"in-turn", "random"});
    config.text(only_flag("data", "the data folder of the longwire up whose processes are killed", "DIR"),
                settings.data);
    config.number(only_flag("seed", "of the random order", "N"), settings.seed);
    declare_client_settings(config, settings.client);
    config.check([&settings] { return check_settings(settings); });
    if (const auto status = config.parse(arguments)) return *status;
    return Verification(settings).run();
}

}  // namespace longwire::cli
