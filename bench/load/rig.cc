#include "bench/load/rig.h"

#include <sys/resource.h>

#include <algorithm>

#include "bench/load/clock.h"

namespace longwire::load {
namespace {

constexpr std::int64_t kLongestWaitNs = 5 * kNsPerMs;
constexpr std::int64_t kOpeningNs = 60 * kNsPerS;
constexpr std::int64_t kSilenceNs = 1'500 * kNsPerMs;  // after which what is missing is not waited for

std::int64_t ns_of(double s) {
    return static_cast<std::int64_t>(s * static_cast<double>(kNsPerS));
}

/// One descriptor for each watcher.
Status allow_descriptors(std::size_t watchers) {
    constexpr std::size_t kOthers = 64;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    if (watchers + kOthers <= limit.rlim_cur) return {};
    return bad_request("watchers", "a process may have " + std::to_string(limit.rlim_cur) + " descriptors here");
}

}  // namespace

Result<std::unique_ptr<Rig>> Rig::make(const Settings& settings) {
    if (settings.topics == 0 || settings.watchers == 0 || settings.watchers % settings.topics != 0) {
        return bad_request("watchers", "must be a multiple of the topics");
    }
    LW_TRY_STATUS(allow_descriptors(settings.watchers));
    LW_TRY(const auto* watch, protocol_of(settings.protocol));
    const bool is_same = settings.publish_protocol.empty();
    LW_TRY(const auto* publish, protocol_of(is_same ? settings.protocol : settings.publish_protocol));
    LW_TRY(const auto watched, parse_server_address(settings.watch_url));
    const auto& publish_url = settings.publish_url.empty() ? settings.watch_url : settings.publish_url;
    LW_TRY(const auto published_to, parse_server_address(publish_url));
    LW_TRY(auto servers, ServerProcesses::of(settings.server_pids));
    return std::make_unique<Rig>(settings, *watch, *publish, std::move(servers), watched, published_to);
}

Rig::Rig(const Settings& asked, const ProtocolTraits& watch, const ProtocolTraits& publish, ServerProcesses processes,
         const ServerAddress& watched_at, const ServerAddress& published_at)
    : settings(asked),
      watch_traits(watch),
      publish_traits(publish),
      servers(std::move(processes)),
      watched(watched_at),
      published_to(published_at),
      watchers_per_topic(asked.watchers / asked.topics),
      swarm(loop, watched, watch, settings),
      publisher(loop, published_to, publish, settings) {}

Result<bool> Rig::until(const std::function<bool()>& is_so, std::int64_t deadline_ns, Pace* pace) {
    while (true) {
        swarm.step();
        const auto now = now_ns();
        if (pace != nullptr) publish_due(*pace, now);
        if (!publisher.failure().empty()) return Error{Errc::unavailable, publisher.failure()};
        if (is_so()) return true;
        if (now >= deadline_ns) return false;
        auto wake_ns = std::min(deadline_ns, now + kLongestWaitNs);
        if (pace != nullptr && !pace->is_over()) wake_ns = std::min(wake_ns, pace->wake_ns(last_look_ns_));
        loop.turn(swarm.has_work() ? now : wake_ns);
    }
}

void Rig::publish_due(Pace& pace, std::int64_t now) {
    if (pace.is_over() || now < pace.wake_ns(last_look_ns_)) return;
    while (pace.is_due(now) && !publisher.is_backed_up()) {
        publisher.publish(pace.next_ns());
        pace.give();
    }
    publisher.flush();
    last_look_ns_ = now;
}

Status Rig::for_ns(std::int64_t ns, Pace* pace) {
    LW_TRY([[maybe_unused]] const bool never, until([] { return false; }, now_ns() + ns, pace));
    return {};
}

Status Rig::open_publisher() {
    publisher.open();
    LW_TRY(const bool is_ready, until([&] { return publisher.is_ready(); }, now_ns() + kOpeningNs));
    if (!is_ready) return Error{Errc::unavailable, "the server does not take the publisher"};
    return {};
}

Status Rig::open_all() {
    swarm.open_all(settings.opening_max);
    LW_TRY(const bool are_ready, until([&] { return swarm.all_are_ready(); }, now_ns() + kOpeningNs));
    if (!are_ready) {
        return Error{Errc::unavailable, std::to_string(swarm.ready()) + " of " + std::to_string(swarm.size()) +
                                            " have subscribed; " + swarm.first_trouble()};
    }
    if (!publisher.is_ready()) LW_TRY_STATUS(open_publisher());
    return for_ns(static_cast<std::int64_t>(settings.settle_ms) * kNsPerMs);
}

Result<bool> Rig::drain(std::uint64_t events) {
    const auto& counts = swarm.counts();
    const auto end_ns = now_ns() + ns_of(settings.drain_s);
    while (counts.events < events && now_ns() < end_ns) {
        const auto before = counts.events;
        LW_TRY(const bool came, until([&] { return counts.events > before; }, now_ns() + kSilenceNs));
        if (!came) return false;
    }
    return counts.events >= events;
}

void Rig::report_trouble(boost::json::object& report, std::uint64_t missing) const {
    const auto& counts = swarm.counts();
    report["lost"] = missing;
    report["doubled"] = counts.doubled;
    report["out_of_order"] = counts.late;
    report["stray"] = counts.stray;
    report["gaps"] = counts.gaps;
    report["cut"] = counts.cut;
    report["failed_connects"] = counts.failed;
    report["refused"] = counts.refused + publisher.refused();
    const auto& trouble = swarm.first_trouble().empty() ? publisher.first_refusal() : swarm.first_trouble();
    if (!trouble.empty()) report["first_trouble"] = trouble;
    report["exact"] = missing + counts.doubled + counts.late + counts.stray + counts.cut + publisher.refused() == 0;
}

}  // namespace longwire::load
