#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>

#include "bench/load/clock.h"
#include "bench/load/works/steady.h"
#include "bench/load/works/works.h"

namespace longwire::load {
namespace {

constexpr double kCloseEnough = 1.1;  // between the highest rate that passed and the lowest that did not
constexpr double kStepWarmSMax = 0.5;
constexpr double kGuessSMax = 1.5;

bool passes(const Rig& rig, const Steady& steady) {
    const double wanted = steady.rate * static_cast<double>(rig.watchers_per_topic);
    return steady.missing == 0 && steady.unpublished == 0 && steady.cut == 0 && rig.swarm.all_are_ready() &&
           steady.p99_ms <= rig.settings.p99_ms_max && steady.deliveries_per_s >= 0.95 * wanted;
}

/// After a rate that was too high: until those that were cut are back, and what was queued is through.
Status recover(Rig& rig) {
    LW_TRY([[maybe_unused]] const bool are_back,
           rig.until([&] { return rig.swarm.all_are_ready(); }, now_ns() + 5 * kNsPerS));
    return rig.for_ns(300 * kNsPerMs);
}

double next_rate(double tried, double passed, double failed) {
    if (passed > 0 && failed > 0) return std::sqrt(passed * failed);
    return passed > 0 ? tried * 1.3 : tried * 0.75;
}

}  // namespace

Result<boost::json::object> run_highest(Rig& rig) {
    LW_TRY_STATUS(rig.open_all());
    const double warm_s = std::min(kStepWarmSMax, rig.settings.step_s);
    LW_TRY(const double guess, guess_highest(rig, warm_s, std::min(kGuessSMax, rig.settings.step_s)));
    LW_TRY_STATUS(recover(rig));
    boost::json::array steps;
    boost::json::object best;
    double passed = 0;
    double failed = 0;
    double rate = std::max(guess * 0.9, 1.0);
    for (std::size_t step = 0; step < rig.settings.steps_max; ++step) {
        LW_TRY(auto steady, publish_steadily(rig, rate, warm_s, rig.settings.step_s));
        const bool is_well = passes(rig, steady);
        steps.push_back(boost::json::object{{"rate", rate}, {"p99_ms", steady.p99_ms}, {"passes", is_well}});
        if (is_well) {
            passed = rate;
            best = std::move(steady.report);
        } else {
            failed = rate;
            LW_TRY_STATUS(recover(rig));
        }
        if (passed > 0 && failed > 0 && failed / passed < kCloseEnough) break;
        rate = next_rate(rate, passed, failed);
    }
    best["highest_rate"] = passed;
    best["highest_deliveries_per_s"] = passed * static_cast<double>(rig.watchers_per_topic);
    best["guess"] = guess;
    best["steps"] = std::move(steps);
    return best;
}

}  // namespace longwire::load
