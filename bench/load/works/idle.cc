#include "bench/load/clock.h"
#include "bench/load/works/usage.h"
#include "bench/load/works/works.h"

namespace longwire::load {

Result<boost::json::object> run_idle(Rig& rig) {
    LW_TRY_STATUS(rig.open_publisher());
    const auto before_kib = rig.servers.rss_kib();
    const Usage opening(rig);
    LW_TRY_STATUS(rig.open_all());
    const auto opening_cpu_s = opening.server_cpu_s();
    const auto fresh_kib = rig.servers.rss_kib();
    // What a server takes for a connection at its first message, and keeps, is part of what it costs.
    for (std::size_t i = 0; i < rig.settings.idle_events * rig.settings.topics; ++i) {
        rig.publisher.publish(now_ns());
    }
    rig.publisher.flush();
    LW_TRY([[maybe_unused]] const bool have_come, rig.drain(rig.deliveries_of(rig.publisher.published())));
    LW_TRY_STATUS(rig.for_ns(kNsPerS));
    const Usage idling(rig);
    LW_TRY_STATUS(rig.for_ns(static_cast<std::int64_t>(rig.settings.measured_s * static_cast<double>(kNsPerS))));

    const auto watchers = static_cast<double>(rig.swarm.size());
    const auto after_kib = rig.servers.rss_kib();
    boost::json::object report{{"kib_per_connection", static_cast<double>(after_kib - before_kib) / watchers},
                               {"kib_per_fresh_connection", static_cast<double>(fresh_kib - before_kib) / watchers},
                               {"rss_kib_before", before_kib},
                               {"rss_kib_after", after_kib},
                               {"opening_cpu_s", opening_cpu_s},
                               {"idle_cpu_per_s", idling.server_cpu_s() / idling.wall_s()}};
    rig.report_trouble(report, rig.swarm.missing(rig.publisher.published_by_topic()));
    return report;
}

}  // namespace longwire::load
