#include "bench/load/clock.h"
#include "bench/load/works/usage.h"
#include "bench/load/works/works.h"

namespace longwire::load {
namespace {

/// Publishes what watchers will be behind by, and waits until it is all taken.
Status publish_all(Rig& rig, std::uint64_t events, std::int64_t deadline_ns) {
    constexpr std::uint64_t kUnderWayMax = 1'024;
    auto& publisher = rig.publisher;
    const auto last = publisher.accepted() + events;
    const auto first = publisher.published();
    while (publisher.accepted() < last) {
        const auto now = now_ns();
        if (now >= deadline_ns || publisher.refused() > 0) {
            return Error{Errc::unavailable, "events were not taken: " + publisher.first_refusal()};
        }
        while (publisher.published() - first < events && !publisher.is_backed_up() &&
               publisher.published() < publisher.accepted() + kUnderWayMax) {
            publisher.publish(now);
        }
        publisher.flush();
        const auto accepted = publisher.accepted();
        LW_TRY([[maybe_unused]] const bool some,
               rig.until([&] { return publisher.accepted() > accepted; }, deadline_ns));
    }
    return {};
}

}  // namespace

Result<boost::json::object> run_replay(Rig& rig) {
    const auto& settings = rig.settings;
    auto& swarm = rig.swarm;
    if (!rig.watch_traits.resumes) return bad_request("protocol", "does not resume");
    if (!rig.publish_traits.accepts) return bad_request("publish-protocol", "does not say what was taken");
    const auto patience_ns = static_cast<std::int64_t>(settings.patience_s * static_cast<double>(kNsPerS));
    if (settings.from_beginning) {
        LW_TRY_STATUS(rig.open_publisher());
    } else {
        LW_TRY_STATUS(rig.open_all());
        // A first event, so that everyone has a place to go on from.
        LW_TRY_STATUS(publish_all(rig, settings.topics, now_ns() + patience_ns));
        LW_TRY([[maybe_unused]] const bool come, rig.drain(swarm.size()));
        swarm.drop_all();
    }
    const auto publish_ns = now_ns();
    LW_TRY_STATUS(publish_all(rig, settings.behind * settings.topics, publish_ns + patience_ns));
    const auto published_ns = now_ns();

    const Usage usage(rig);
    const auto rss_before_kib = rig.servers.rss_kib();
    swarm.open_all(swarm.size());
    LW_TRY(const bool are_ready, rig.until([&] { return swarm.all_are_ready(); }, published_ns + patience_ns));
    const auto subscribed_s = usage.wall_s();
    const auto due = rig.deliveries_of(rig.publisher.published());
    LW_TRY(const bool is_complete, rig.until([&] { return swarm.counts().events >= due; }, now_ns() + patience_ns));
    boost::json::object report{{"behind", settings.behind},
                               {"published_per_s", static_cast<double>(settings.behind * settings.topics) /
                                                       seconds(published_ns - publish_ns)},
                               {"all_subscribed", are_ready},
                               {"subscribed_s", subscribed_s},
                               {"all_complete", is_complete},
                               {"complete_s", usage.wall_s()},
                               {"deliveries_per_s", static_cast<double>(usage.deliveries()) / usage.wall_s()}};
    usage.report(report);
    report["rss_kib_before"] = rss_before_kib;
    report["rss_kib_after"] = rig.servers.rss_kib();
    // What comes twice comes late.
    LW_TRY_STATUS(rig.for_ns(static_cast<std::int64_t>(settings.settle_ms) * kNsPerMs));
    rig.report_trouble(report, swarm.missing(rig.publisher.published_by_topic()));
    return report;
}

}  // namespace longwire::load
