#include <optional>

#include "clients/cli/client_settings.h"
#include "clients/cli/cluster_reads.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_status.h"
#include "clients/cli/fields.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/terminal.h"
#include "clients/cli/top/full_screen.h"
#include "clients/cli/top/top_rates.h"
#include "clients/cli/top/top_view.h"
#include "protocol/node/clock.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

constexpr std::int64_t kActiveTasksMax = 1'000;  // read of each state: a longer list is of no use to an eye
constexpr std::int64_t kYoungestMax = 100;

struct TopSettings {
    ClientSettings client;
    double interval_s = 1;
    bool once = false;
};

Result<TopSample> read_sample(const ClientSettings& settings, const WaitHook& hook) {
    TopSample sample;
    sample.time_us = now_us();
    LW_TRY(sample.youngest, list_tasks(settings, {.limit = kYoungestMax}, hook));
    LW_TRY(sample.pending, list_tasks(settings, {.state = "PENDING", .limit = kActiveTasksMax + 1}, hook));
    LW_TRY(sample.running, list_tasks(settings, {.state = "RUNNING", .limit = kActiveTasksMax + 1}, hook));
    LW_TRY(const json::object workers, get_json(settings, "/v1/workers", hook));
    const auto cut = [](auto& tasks, bool& has_more) {
        has_more = tasks.size() > kActiveTasksMax;
        if (has_more) tasks.resize(kActiveTasksMax);
    };
    cut(sample.pending, sample.has_more_pending);
    cut(sample.running, sample.has_more_running);
    if (const auto* const list = array_at(workers, "workers")) {
        for (const auto& worker : *list) {
            if (worker.is_object()) sample.workers.push_back(worker.get_object());
        }
    }
    return sample;
}

/// Reads the cluster again and again, and shows what there is in the way that fits where it goes.
class Top {
  public:
    explicit Top(const TopSettings& settings) : settings_(settings) {
        if (stdout_is_terminal() && !settings.client.json && !settings.once) screen_.emplace();
    }

    int run() {
        const auto hook = interrupt_.hook([this] { tick(); });
        const WaitHook until_quit{.go_on = [this, &hook] { return hook.go_on() && !has_quit_; },
                                  .wake_fd = hook.wake_fd};
        for (int round = 1;; ++round) {
            auto sample = read_sample(settings_.client, until_quit);
            if (interrupt_.happened() || has_quit_) return kDone;
            // A live view outlives a restart; what is read by programs ends with the reason.
            if (!sample && (!screen_ || sample.error().code != Errc::unavailable)) {
                screen_.reset();
                return report(sample.error());
            }
            trouble_ = sample ? std::string() : describe(sample.error());
            if (sample) {
                sample_ = std::move(*sample);
                rates_.take(sample_);
            }
            // The first sample has no rates yet.
            if ((!settings_.once || round == 2) && !show()) return kDone;
            if (settings_.once && round == 2) return kDone;
            if (!wait_with_hook(until_quit, static_cast<long>(settings_.interval_s * 1000))) return kDone;
        }
    }

  private:
    void tick() {
        if (!screen_) return;
        has_quit_ = has_quit_ || screen_->pressed("qQ");
        // A terminal whose size has changed is drawn again at once.
        if (sample_.time_us != 0 && std::pair(terminal_width(), terminal_height()) != size_) show();
    }

    bool show() {
        if (settings_.client.json) return write_out(compact_json(top_json(sample_, rates_)) + "\n");
        size_ = {terminal_width(), terminal_height()};
        TopFrame frame{SIZE_MAX, 0, now_us(), settings_.client.urls.front(), trouble_};
        if (!screen_) {
            std::string text;
            for (const auto& line : top_lines(sample_, rates_, frame, Paint(false))) text += line + "\n";
            return write_out(settings_.once ? text : text + "\n");
        }
        std::tie(frame.width, frame.height) = size_;
        return screen_->show(top_lines(sample_, rates_, frame, paint_for(true)));
    }

    const TopSettings& settings_;
    Interrupt interrupt_;
    std::optional<FullScreen> screen_;
    TopSample sample_;
    TopRates rates_;
    std::string trouble_;
    std::pair<std::size_t, std::size_t> size_;
    bool has_quit_ = false;
};

}  // namespace

int run_top(const Arguments& arguments) {
    TopSettings settings;
    Config config("longwire top", "Watches tasks, workers and rates, live. q ends it.", false);
    config.real(only_flag("interval-s", "time between two looks, in s", "S", 'i'), settings.interval_s, 0.1, 3600);
    config.toggle(only_flag("once", "look twice, to have rates, show it, and end"), settings.once);
    declare_client_settings(config, settings.client);
    if (const auto status = config.parse(arguments)) return *status;
    return Top(settings).run();
}

}  // namespace longwire::cli
