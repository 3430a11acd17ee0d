#include "bench/load/works/usage.h"

#include <algorithm>

#include "bench/load/clock.h"

namespace longwire::load {
namespace {

std::uint64_t all_events(const Rig& rig) {
    return rig.swarm.counts().events + rig.swarm.counts().doubled;
}

}  // namespace

Usage::Usage(const Rig& rig)
    : rig_(rig),
      begun_ns_(now_ns()),
      servers_ns_(rig.servers.cpu_ns()),
      own_ns_(own_cpu_ns()),
      machine_ns_(machine_cpu_ns()),
      events_(all_events(rig)) {}

std::uint64_t Usage::deliveries() const {
    return all_events(rig_) - events_;
}

double Usage::server_cpu_s() const {
    return seconds(rig_.servers.cpu_ns() - servers_ns_);
}

double Usage::wall_s() const {
    return seconds(now_ns() - begun_ns_);
}

std::int64_t Usage::others_cpu_ns() const {
    const auto ours = own_cpu_ns() - own_ns_ + rig_.servers.cpu_ns() - servers_ns_;
    return std::max<std::int64_t>(machine_cpu_ns() - machine_ns_ - ours, 0);
}

void Usage::report(boost::json::object& report) const {
    const double wall = wall_s();
    report["wall_s"] = wall;
    report["deliveries"] = deliveries();
    report["server_cpu_s"] = server_cpu_s();
    if (deliveries() > 0) report["s_per_million"] = server_cpu_s() / static_cast<double>(deliveries()) * 1e6;
    report["generator_cores"] = seconds(own_cpu_ns() - own_ns_) / wall;
    report["others_cores"] = seconds(others_cpu_ns()) / wall;
}

}  // namespace longwire::load
