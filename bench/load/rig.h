#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <memory>

#include "bench/load/loop.h"
#include "bench/load/pace.h"
#include "bench/load/publisher.h"
#include "bench/load/server_address.h"
#include "bench/load/server_processes.h"
#include "bench/load/settings.h"
#include "bench/load/swarm.h"

namespace longwire::load {

/// What the works are made with: watchers and a publisher on one thread, and an eye on the server's processes.
struct Rig {
    /// Errors: bad_request, not_found.
    static Result<std::unique_ptr<Rig>> make(const Settings& settings);

    Rig(const Settings& asked, const ProtocolTraits& watch, const ProtocolTraits& publish, ServerProcesses processes,
        const ServerAddress& watched_at, const ServerAddress& published_at);

    /// Goes on until `is_so`, but not beyond `deadline_ns`: watchers are opened, what comes is counted, and what `pace`
    /// has due is published. Returns whether it is so. Errors: unavailable when the publisher's connection is lost.
    Result<bool> until(const std::function<bool()>& is_so, std::int64_t deadline_ns, Pace* pace = nullptr);
    /// The same for a time.
    Status for_ns(std::int64_t ns, Pace* pace = nullptr);

    /// Has the publisher ready. Errors: unavailable, in the server's words.
    Status open_publisher();
    /// Has all watchers subscribed, too.
    Status open_all();

    /// Waits until the watchers have got so many events since they were made. False when they don't come any more.
    Result<bool> drain(std::uint64_t events);

    /// How many events watchers get of so many that are published.
    std::uint64_t deliveries_of(std::uint64_t published) const { return published * watchers_per_topic; }

    /// What went wrong, as fields of a report; `missing` is what watchers lack of what they were to get.
    void report_trouble(boost::json::object& report, std::uint64_t missing) const;

    const Settings settings;
    const ProtocolTraits& watch_traits;
    const ProtocolTraits& publish_traits;
    const ServerProcesses servers;
    const ServerAddress watched;
    const ServerAddress published_to;
    const std::uint64_t watchers_per_topic;
    Loop loop;
    Swarm swarm;
    Publisher publisher;

  private:
    void publish_due(Pace& pace, std::int64_t now);

    std::int64_t last_look_ns_ = 0;
};

}  // namespace longwire::load
