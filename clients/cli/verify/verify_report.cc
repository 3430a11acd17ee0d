#include "clients/cli/verify/verify_report.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "clients/cli/table.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

constexpr std::size_t kStuckToldMax = 10;

std::string milliseconds(std::int64_t us) {
    if (us >= 10'000) return std::to_string(us / 1000) + " ms";
    const auto tenths = std::lround(static_cast<double>(us) / 100);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
}

std::vector<std::string> times_row(std::string name, std::string count, const LatencyHistogram& times) {
    return {std::move(name), std::move(count), milliseconds(times.percentile(0.5)),
            milliseconds(times.percentile(0.99)), milliseconds(times.max_us())};
}

std::vector<std::string> counts_row(std::string name, const SequenceCounts& counts) {
    std::vector<std::string> row{std::move(name)};
    for (const auto count :
         {counts.events, counts.lost, counts.duplicated, counts.reordered, counts.merged, counts.gaps}) {
        row.push_back(std::to_string(count));
    }
    return row;
}

json::object counts_json(const SequenceCounts& counts) {
    return {{"events", counts.events},        {"lost", counts.lost},     {"duplicated", counts.duplicated},
            {"reordered", counts.reordered},  {"merged", counts.merged}, {"gaps", counts.gaps},
            {"new_epochs", counts.new_epochs}};
}

json::object times_json(const LatencyHistogram& times) {
    return {{"count", times.count()},
            {"p50_us", times.percentile(0.5)},
            {"p99_us", times.percentile(0.99)},
            {"max_us", times.max_us()}};
}

}  // namespace

VerifyReport::VerifyReport(const std::vector<Findings>& findings, const KillLog& kills, std::int64_t took_us,
                           bool was_interrupted)
    : took_us_(took_us), was_interrupted_(was_interrupted) {
    for (std::size_t i = 0; i < kills.size(); ++i) ++recovery_[kills[i].process].kills;
    for (const auto& one : findings) {
        all_ += one;
        if (!one.has_finished) stuck_.push_back(one.stuck_at);
        for (std::size_t i = 0; i < one.recovery_us.size(); ++i) {
            recovery_[kills[i].process].times.add(one.recovery_us[i]);
        }
    }
}

bool VerifyReport::is_exact() const {
    return all_.pushed.is_exact() && all_.produced.is_exact() && all_.differing == 0 && stuck_.empty();
}

/// Of all tasks together, from the first start to the last end.
std::uint64_t VerifyReport::events_per_s() const {
    return all_.made * 1'000'000 / static_cast<std::uint64_t>(std::max<std::int64_t>(took_us_, 1));
}

std::string VerifyReport::to_text() const {
    std::string text = format_table({{"", "events", "lost", "duplicated", "reordered", "merged", "told as gap"},
                                     counts_row("by offset", all_.pushed),
                                     counts_row("by producer", all_.produced)});
    std::vector<std::vector<std::string>> times{{"", "count", "p50", "p99", "max"}};
    times.push_back(times_row("delivery", std::to_string(all_.delivery.count()), all_.delivery));
    for (const auto& [process, recovery] : recovery_) {
        times.push_back(times_row(process + " killed", std::to_string(recovery.kills), recovery.times));
    }
    text += "\n" + format_table(times) + "\n";
    text += std::to_string(all_.tasks) + " tasks watched to their ends, " + std::to_string(all_.reconnects) +
            " reconnects, " + std::to_string(took_us_ / 1'000'000) + " s, " + std::to_string(events_per_s()) +
            " events/s made\n";
    if (all_.differing > 0) text += std::to_string(all_.differing) + " events differed between watchers\n";
    for (std::size_t i = 0; i < std::min(stuck_.size(), kStuckToldMax); ++i)
        text += "not finished: " + stuck_[i] + "\n";
    if (was_interrupted_) return text + "interrupted before everyone had seen the end\n";
    return text + (is_exact() ? "the contract held\n" : "THE CONTRACT DID NOT HOLD\n");
}

json::object VerifyReport::to_json() const {
    json::object recovery;
    for (const auto& [process, one] : recovery_) {
        auto times = times_json(one.times);
        times["kills"] = one.kills;
        recovery[process] = std::move(times);
    }
    return {{"exact", is_exact()},
            {"pushed", counts_json(all_.pushed)},
            {"produced", counts_json(all_.produced)},
            {"differing", all_.differing},
            {"tasks", all_.tasks},
            {"reconnects", all_.reconnects},
            {"events_per_s", events_per_s()},
            {"not_finished", json::array(stuck_.begin(), stuck_.end())},
            {"delivery", times_json(all_.delivery)},
            {"recovery", std::move(recovery)},
            {"took_us", took_us_}};
}

}  // namespace longwire::cli
