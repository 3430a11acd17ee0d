#pragma once

#include <boost/json/object.hpp>
#include <cstdint>

#include "bench/load/rig.h"

namespace longwire::load {

/// What came of a steady rate for a while.
struct Steady {
    double rate = 0;
    double deliveries_per_s = 0;
    double p99_ms = 0;
    std::uint64_t missing = 0;
    std::uint64_t unpublished = 0;  // because the server did not take it in time
    std::uint64_t cut = 0;
    boost::json::object report;  // all of it
};

/// Publishes `rate` events a second for warm_s and then measured_s, of which alone latencies are taken, and waits until
/// all has arrived. What was missing before counts no more.
Result<Steady> publish_steadily(Rig& rig, double rate, double warm_s, double measured_s);

/// How many events a second arrive when so many are always under way; 0 if hardly any do.
Result<double> guess_highest(Rig& rig, double warm_s, double measured_s);

}  // namespace longwire::load
