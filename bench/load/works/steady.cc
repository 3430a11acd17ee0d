#include "bench/load/works/steady.h"

#include <cmath>

#include "bench/load/clock.h"
#include "bench/load/works/usage.h"

namespace longwire::load {
namespace {

std::int64_t ns_of(double s) {
    return std::llround(s * static_cast<double>(kNsPerS));
}

boost::json::object latencies_of(const Histogram& latencies) {
    return {{"p50", milliseconds(latencies.percentile(.5))},
            {"p90", milliseconds(latencies.percentile(.9))},
            {"p99", milliseconds(latencies.percentile(.99))},
            {"p999", milliseconds(latencies.percentile(.999))},
            {"longest", milliseconds(latencies.longest())}};
}

}  // namespace

Result<Steady> publish_steadily(Rig& rig, double rate, double warm_s, double measured_s) {
    constexpr std::int64_t kGraceNs = 500 * kNsPerMs;  // for what the server did not take at once
    auto& swarm = rig.swarm;
    auto& publisher = rig.publisher;
    const auto& counts = swarm.counts();
    swarm.begin_after(publisher.published_by_topic());
    const auto events_before = counts.events;
    const auto published_before = publisher.published();
    const auto cut_before = counts.cut;

    const auto begin_ns = now_ns() + 10 * kNsPerMs;
    const auto measured_from_ns = begin_ns + ns_of(warm_s);
    const auto measured_to_ns = measured_from_ns + ns_of(measured_s);
    Pace pace(begin_ns, rate, static_cast<std::uint64_t>(std::llround(rate * (warm_s + measured_s))));
    swarm.record(measured_from_ns, measured_to_ns);
    LW_TRY_STATUS(rig.for_ns(measured_from_ns - now_ns(), &pace));
    const Usage usage(rig);
    LW_TRY_STATUS(rig.for_ns(measured_to_ns - now_ns(), &pace));
    const auto deliveries = usage.deliveries();
    const auto wall_s = usage.wall_s();
    LW_TRY([[maybe_unused]] const bool all, rig.until([&] { return pace.is_over(); }, now_ns() + kGraceNs, &pace));
    const auto due = rig.deliveries_of(publisher.published() - published_before);
    LW_TRY([[maybe_unused]] const bool have_come, rig.drain(events_before + due));

    Steady steady;
    steady.rate = rate;
    steady.deliveries_per_s = static_cast<double>(deliveries) / wall_s;
    steady.p99_ms = milliseconds(swarm.latencies().percentile(.99));
    steady.missing = swarm.missing(publisher.published_by_topic());
    steady.unpublished = pace.left();
    steady.cut = counts.cut - cut_before;
    steady.report = {{"rate", rate}, {"deliveries_per_s", steady.deliveries_per_s}};
    usage.report(steady.report);
    steady.report["latency_ms"] = latencies_of(swarm.latencies());
    steady.report["unpublished"] = steady.unpublished;
    rig.report_trouble(steady.report, steady.missing);
    return steady;
}

Result<double> guess_highest(Rig& rig, double warm_s, double measured_s) {
    constexpr std::int64_t kStallNs = 500 * kNsPerMs;
    auto& publisher = rig.publisher;
    const auto& counts = rig.swarm.counts();
    rig.swarm.begin_after(publisher.published_by_topic());
    auto events_before = counts.events;
    auto published_before = publisher.published();
    const auto window = rig.deliveries_of(rig.settings.window);
    const auto begin_ns = now_ns();
    const auto warm_ns = begin_ns + ns_of(warm_s);
    const auto end_ns = warm_ns + ns_of(measured_s);
    std::uint64_t warm_events = 0;
    std::int64_t warm_end_ns = 0;
    while (now_ns() < end_ns) {
        if (warm_end_ns == 0 && now_ns() >= warm_ns) {
            warm_end_ns = now_ns();
            warm_events = counts.events;
        }
        const auto under_way = [&] {
            const auto sent = rig.deliveries_of(publisher.published() - published_before);
            const auto come = counts.events - events_before;
            return sent > come ? sent - come : 0;
        };
        const auto due_ns = now_ns();
        while (under_way() < window && !publisher.is_backed_up()) publisher.publish(due_ns);
        publisher.flush();
        const auto before = counts.events;
        LW_TRY(const bool go_on, rig.until([&] { return counts.events > before; }, now_ns() + kStallNs));
        if (go_on) continue;
        // What is under way is lost: begin again.
        events_before = counts.events;
        published_before = publisher.published();
    }
    const auto come = counts.events - warm_events;
    const auto measured_ns = now_ns() - warm_end_ns;
    const auto due = rig.deliveries_of(publisher.published() - published_before);
    LW_TRY([[maybe_unused]] const bool have_come, rig.drain(events_before + due));
    return static_cast<double>(come) / static_cast<double>(rig.watchers_per_topic) / seconds(measured_ns);
}

}  // namespace longwire::load
