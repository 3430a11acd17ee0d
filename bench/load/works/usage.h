#pragma once

#include <boost/json/object.hpp>
#include <cstdint>

#include "bench/load/rig.h"

namespace longwire::load {

/// What servers, we and others on the machine have used from some moment on.
class Usage {
  public:
    /// From now on.
    explicit Usage(const Rig& rig);

    std::uint64_t deliveries() const;
    double server_cpu_s() const;
    double wall_s() const;

    /// server_cpu_s, s_per_million, wall_s; how busy the generator and others on the machine were, in cores.
    void report(boost::json::object& report) const;

  private:
    std::int64_t others_cpu_ns() const;

    const Rig& rig_;
    std::int64_t begun_ns_;
    std::int64_t servers_ns_;
    std::int64_t own_ns_;
    std::int64_t machine_ns_;
    std::uint64_t events_;
};

}  // namespace longwire::load
