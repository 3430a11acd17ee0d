#include "tests/simulation/faults.h"

#include <string>

namespace longwire::simulation {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kAtOnceUs = 20'000;

}  // namespace

void Faults::begin() {
    if (environment_.scenario.fault_us_max != 0) next();
}

void Faults::next() {
    environment_.schedule.in(environment_.random.between(1'000, environment_.scenario.fault_us_max), [this] {
        if (environment_.is_calm) return;
        strike();
        next();
    });
}

void Faults::strike() {
    auto& random = environment_.random;
    auto& node = *random.pick(world_.nodes());
    switch (random.below(11)) {
        case 0:
        case 1:
            return cut_a_link();
        case 2:
            return stall_a_link();
        case 3:
            return isolate_a_node();
        case 4:
            return crash_a_worker();
        case 5:
            return crash_an_edge();
        case 6:
            return crash_the_broker();
        case 7:
            return node.freeze(random.between(1'000, 6 * kSecond));
        case 8:
            return node.step_clock(random.between(1'000, 4 * kSecond));
        case 9:
            return trouble_the_disk();
        default:
            if (world_.broker().is_alive()) world_.broker().stall_disk(random.between(1'000, 2 * kSecond));
    }
}

void Faults::cut_a_link() {
    auto& [dialler, listener, link] = world_.links()[environment_.random.below(world_.links().size())];
    environment_.trace.tell("network", [&, d = dialler, l = listener] { return "cuts " + d + " from " + l; });
    link->cut();
}

void Faults::stall_a_link() {
    stall(world_.links()[environment_.random.below(world_.links().size())], 4 * kSecond);
}

void Faults::stall(NamedLink& named, std::int64_t for_us_max) {
    auto& [dialler, listener, link] = named;
    const auto for_us = environment_.random.between(1'000, for_us_max);
    environment_.trace.tell("network", [&, d = dialler, l = listener] {
        return "holds up what is between " + d + " and " + l + " for " + std::to_string(for_us / 1000) + " ms";
    });
    link->stall(for_us);
}

void Faults::isolate_a_node() {
    const auto& name = environment_.random.pick(world_.nodes())->name();
    const auto for_us = environment_.random.between(100'000, 5 * kSecond);
    const bool is_cut = environment_.random.chance(0.5);
    environment_.trace.tell("network",
                            [&] { return "isolates " + name + " for " + std::to_string(for_us / 1000) + " ms"; });
    for (auto& [dialler, listener, link] : world_.links()) {
        if (dialler != name && listener != name) continue;
        if (is_cut) link->cut();
        link->stall(for_us);
    }
}

void Faults::restart(Node& node, std::int64_t after_us_max) {
    environment_.schedule.in(environment_.random.between(1'000, after_us_max), [&node] {
        if (!node.is_alive()) node.start();
    });
}

void Faults::crash_a_worker() {
    auto& worker = *environment_.random.pick(world_.workers());
    if (!worker.is_alive()) return;
    auto& random = environment_.random;
    if (random.chance(0.2)) return worker.drain();
    if (random.chance(0.5)) {
        worker.crash();
        return restart(worker, 5 * kSecond);
    }
    // What it says last on one way comes when its next life has long begun on another.
    for (auto& named : world_.links()) {
        if (named.dialler == worker.name() && random.chance(0.4)) stall(named, kSecond);
    }
    environment_.schedule.in(random.between(0, kSecond / 2), [this, &worker] {
        if (environment_.is_calm || !worker.is_alive()) return;
        worker.crash();
        restart(worker, kAtOnceUs);
    });
}

void Faults::crash_an_edge() {
    auto& edge = *environment_.random.pick(world_.edges());
    if (!edge.is_alive()) return;
    edge.crash();
    restart(edge, 2 * kSecond);
}

void Faults::crash_the_broker() {
    auto& broker = world_.broker();
    if (!broker.is_alive()) return;
    const bool has_power = environment_.scenario.durability != Durability::power || environment_.random.chance(0.5);
    has_power ? broker.crash() : broker.lose_power();
    restart(broker, 3 * kSecond);
}

void Faults::trouble_the_disk() {
    auto& random = environment_.random;
    if (random.chance(0.5)) return world_.broker().damage_disk();
    if (world_.broker().is_alive()) world_.broker().fill_disk(random.between(1'000, 3 * kSecond));
}

void Faults::heal() {
    environment_.is_calm = true;
    environment_.calm_since_us = environment_.schedule.now_us();
    environment_.trace.tell("network", [] { return "and all is well from now on"; });
    world_.broker().make_room();
    for (auto* node : world_.nodes()) node->is_alive() ? node->thaw() : node->start();
}

}  // namespace longwire::simulation
