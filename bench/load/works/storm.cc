#include "bench/load/clock.h"
#include "bench/load/works/usage.h"
#include "bench/load/works/works.h"

namespace longwire::load {

Result<boost::json::object> run_storm(Rig& rig) {
    const auto& settings = rig.settings;
    auto& swarm = rig.swarm;
    const auto ns_of = [](double s) { return static_cast<std::int64_t>(s * static_cast<double>(kNsPerS)); };
    LW_TRY_STATUS(rig.open_all());
    // More than enough: it goes on until all is seen.
    const double longest_s = settings.warm_s + settings.away_s + 2 * settings.patience_s;
    Pace pace(now_ns(), settings.rate, static_cast<std::uint64_t>(settings.rate * longest_s));
    LW_TRY_STATUS(rig.for_ns(ns_of(settings.warm_s), &pace));
    const auto rss_before_kib = rig.servers.rss_kib();

    const Usage usage(rig);
    const auto published_before = rig.publisher.published();
    swarm.drop_all();
    LW_TRY_STATUS(rig.for_ns(ns_of(settings.away_s), &pace));
    const auto missed = rig.publisher.published() - published_before;
    const auto back_ns = now_ns();
    const auto deadline_ns = back_ns + ns_of(settings.patience_s);
    swarm.open_all(swarm.size());
    LW_TRY(const bool are_ready, rig.until([&] { return swarm.all_are_ready(); }, deadline_ns, &pace));
    const auto ready_ns = now_ns();
    const bool resumes = rig.watch_traits.resumes;
    const auto have_all = [&] { return swarm.counts().events >= rig.deliveries_of(rig.publisher.published()); };
    bool is_complete = false;
    if (resumes) {
        LW_TRY(is_complete, rig.until(have_all, deadline_ns, &pace));
    }
    const auto complete_ns = now_ns();

    boost::json::object report{{"resumes", resumes},
                               {"missed_events", missed},
                               {"all_subscribed", are_ready},
                               {"subscribed_s", seconds(ready_ns - back_ns)}};
    if (resumes) {
        report["all_complete"] = is_complete;
        report["complete_s"] = seconds(complete_ns - back_ns);
    }
    usage.report(report);
    LW_TRY_STATUS(rig.for_ns(kNsPerS, &pace));
    LW_TRY([[maybe_unused]] const bool come, rig.drain(rig.deliveries_of(rig.publisher.published())));
    report["rss_kib_before"] = rss_before_kib;
    report["rss_kib_after"] = rig.servers.rss_kib();
    rig.report_trouble(report, swarm.missing(rig.publisher.published_by_topic()));
    return report;
}

}  // namespace longwire::load
