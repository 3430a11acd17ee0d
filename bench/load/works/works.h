#pragma once

#include <boost/json/object.hpp>

#include "bench/load/rig.h"

/// The works: each uses a rig once, and reports what it has found as the fields of one object. Errors: unavailable,
/// when the server has failed so that there is nothing to be told.
namespace longwire::load {

/// Events at a steady rate, each of which has to reach each watcher of its topic once and in order.
Result<boost::json::object> run_paced(Rig& rig);

/// The highest rate of which all arrives, 99 of 100 events within p99_ms_max.
Result<boost::json::object> run_highest(Rig& rig);

/// What a connection costs on which nothing happens.
Result<boost::json::object> run_idle(Rig& rig);

/// All watchers are lost at once and come back after a while, all at once, while events go on.
Result<boost::json::object> run_storm(Rig& rig);

/// Watchers come back all at once, so many events behind. Needs a protocol that resumes.
Result<boost::json::object> run_replay(Rig& rig);

}  // namespace longwire::load
