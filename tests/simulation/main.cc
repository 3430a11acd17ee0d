#include <unistd.h>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/simulation/scenario.h"
#include "tests/simulation/story.h"

namespace longwire::simulation {
namespace {

constexpr std::string_view kUsage =
    "simulation: a Longwire cluster in virtual time, with everything that can go wrong, by seed\n"
    "  --seed N         tells the story of one seed\n"
    "  --seeds FROM-TO  those of many\n"
    "  --steps N        how much its clients do (65)\n"
    "  --jobs N         stories at a time (2)\n"
    "  --trace          prints what happens\n"
    "  --twice          tells each story twice, and fails unless both are the same\n"
    "  --keep-going     tells the others, too, when one has failed\n"
    "  --must-fail      succeeds when a story breaks the contract\n";

struct Options {
    std::uint64_t first = 1;
    std::uint64_t last = 1;
    std::size_t steps = 65;
    std::size_t jobs = 2;
    bool is_told = false;
    bool is_told_twice = false;
    bool goes_on = false;
    bool must_fail = false;
};

bool read_number(std::string_view text, auto& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

std::optional<Options> read_options(const std::vector<std::string_view>& arguments) {
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto name = arguments[i];
        if (name == "--trace") {
            options.is_told = true;
        } else if (name == "--twice") {
            options.is_told_twice = true;
        } else if (name == "--keep-going") {
            options.goes_on = true;
        } else if (name == "--must-fail") {
            options.must_fail = true;
        } else {
            if (++i == arguments.size()) return std::nullopt;
            const auto value = arguments[i];
            const auto dash = value.find('-');
            const bool is_good =
                name == "--seed"    ? read_number(value, options.first) && read_number(value, options.last)
                : name == "--seeds" ? dash != value.npos && read_number(value.substr(0, dash), options.first) &&
                                          read_number(value.substr(dash + 1), options.last)
                : name == "--steps" ? read_number(value, options.steps)
                : name == "--jobs"  ? read_number(value, options.jobs) && options.jobs > 0
                                    : false;
            if (!is_good) return std::nullopt;
        }
    }
    return options;
}

thread_local std::uint64_t seed_under_way = 0;

/// The product ends the process where one of its own assumptions does not hold: that has a seed, too.
void on_abort(int signal) {
    char text[96];
    const int size =
        std::snprintf(text, sizeof text, "seed %llu ended the process: replay with --seed %llu --trace\n",
                      static_cast<unsigned long long>(seed_under_way), static_cast<unsigned long long>(seed_under_way));
    const auto ignored = write(STDERR_FILENO, text, static_cast<std::size_t>(size));
    static_cast<void>(ignored);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

/// Tells all stories, several at a time; stops after the first that fails unless told to go on.
class Teller {
  public:
    explicit Teller(const Options& options) : options_(options), next_(options.first) {}

    bool tell() {
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < options_.jobs; ++i) threads.emplace_back([this] { work(); });
        for (auto& thread : threads) thread.join();
        return !has_failed_;
    }

    std::uint64_t told() const { return told_; }
    double virtual_hours() const { return static_cast<double>(took_us_) / 3.6e9; }

  private:
    void work() {
        for (auto seed = next_++; seed <= options_.last && (!has_failed_ || options_.goes_on); seed = next_++) {
            seed_under_way = seed;
            const auto scenario = scenario_of(seed, options_.steps);
            const auto ending = tell_story(scenario, options_.is_told);
            ++told_;
            took_us_ += ending.took_us;
            if (!ending.violation.empty()) {
                fail(seed, ending.violation);
            } else if (options_.is_told_twice && tell_story(scenario, false).digest != ending.digest) {
                fail(seed, "a second telling was another story");
            }
        }
    }

    void fail(std::uint64_t seed, const std::string& why) {
        const std::lock_guard lock(mutex_);
        has_failed_ = true;
        std::printf("seed %llu: %s\n  replay: simulation --seed %llu --steps %zu --trace\n",
                    static_cast<unsigned long long>(seed), why.c_str(), static_cast<unsigned long long>(seed),
                    options_.steps);
        std::fflush(stdout);
    }

    const Options& options_;
    std::atomic<std::uint64_t> next_;
    std::atomic<std::uint64_t> told_{0};
    std::atomic<std::int64_t> took_us_{0};
    std::atomic<bool> has_failed_{false};
    std::mutex mutex_;  // of the output
};

}  // namespace
}  // namespace longwire::simulation

int main(int argc, char** argv) {
    using namespace longwire::simulation;  // tidy: allow(using-namespace) this is its main
    const auto options = read_options({argv + 1, argv + argc});
    if (!options) {
        std::fputs(kUsage.data(), stderr);
        return 2;
    }
    std::signal(SIGABRT, on_abort);
    std::signal(SIGSEGV, on_abort);
    Teller teller(*options);
    const bool is_kept = teller.tell();
    std::printf("%llu stories, %.1f hours of virtual time: %s\n", static_cast<unsigned long long>(teller.told()),
                teller.virtual_hours(), is_kept ? "the contract was kept" : "the contract was broken");
    return is_kept != options->must_fail ? 0 : 1;
}
