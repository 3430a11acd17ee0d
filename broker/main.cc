#include <cstdio>
#include <cstdlib>
#include <memory>

#include "broker/broker_config.h"
#include "broker/log/memory_log.h"
#include "broker/log/rocks_log.h"
#include "broker/shell.h"
#include "protocol/node/config.h"
#include "protocol/node/random_id.h"
#include "protocol/node/signals.h"

namespace longwire::broker {
namespace {

Result<std::unique_ptr<CommitLog>> open_log(const BrokerConfig& config) {
    if (config.log == "memory") {
        return std::unique_ptr<CommitLog>(std::make_unique<MemoryLog>(static_cast<std::size_t>(config.memory_bytes)));
    }
    RocksLogOptions options;
    options.directory = config.data_dir;
    options.durability = config.durability == "fsync" ? Durability::fsync : Durability::os;
    options.lifecycle_durability = config.lifecycle_durability == "fsync" ? Durability::fsync : Durability::os;
    options.retain_bytes = static_cast<std::uint64_t>(config.retain_bytes);
    options.retain_ms = config.retain_ms;
    options.cache_bytes = static_cast<std::size_t>(config.cache_bytes);
    options.reserve_bytes = static_cast<std::uint64_t>(config.reserve_bytes);
    options.recover = config.recover;
    return open_rocks_log(options);
}

int check(const std::string& directory) {
    const auto checked = check_rocks_log(directory);
    if (!checked) {
        std::fprintf(stderr, "%s: %s\n", directory.c_str(), describe(checked.error()).c_str());
        return 1;
    }
    std::printf("%s: %s\n", directory.c_str(), checked->c_str());
    return 0;
}

}  // namespace
}  // namespace longwire::broker

int main(int argc, char** argv) {
    longwire::broker::BrokerConfig config;
    if (const auto status = longwire::broker::read_config(argc, argv, config)) return *status;
    if (config.check) return longwire::broker::check(config.data_dir);
    if (config.logging.node.empty()) config.logging.node = longwire::random_id("broker-", 6);
    longwire::set_up_logging(config.logging);
    longwire::Signals signals;

    longwire::broker::Broker::Options options;
    options.name = config.logging.node;
    options.program = "longwire-broker " + std::string(longwire::program_version());
    options.partitions = config.partitions;
    options.producer_window_bytes = static_cast<std::size_t>(config.producer_window_bytes);
    options.retain_ended_ms = config.retain_ended_ms;
    options.scheduler.lease_ms = config.lease_ms;
    options.scheduler.cancel_grace_ms = config.cancel_grace_ms;
    options.scheduler.queued_per_kind_max = static_cast<std::size_t>(config.queued_per_kind_max);
    options.scheduler.disconnect_grace_ms = config.disconnect_grace_ms;
    options.scheduler.queue_age_max_ms = config.queue_age_max_ms;
    options.scheduler.kind_limits = *longwire::broker::read_kind_limits(config.kind_limits);
    options.scheduler.tasks_kept_max = static_cast<std::size_t>(config.tasks_kept_max);
    options.outputs_bytes_max = static_cast<std::size_t>(config.outputs_bytes_max);
    options.presence.grace_ms = config.presence_grace_ms;
    options.presence.members_per_topic_max = static_cast<std::size_t>(config.members_per_topic_max);
    options.presence.members_max = static_cast<std::size_t>(config.members_max);

    auto log = longwire::broker::open_log(config);
    if (!log) {
        longwire::log_error("cannot start", {{"error", describe(log.error())}});
        return 1;
    }
    auto shell = longwire::broker::Shell::open(
        {config.events, config.workers, config.edges, config.tap, config.metrics}, options, std::move(*log));
    if (!shell) {
        longwire::log_error("cannot start", {{"error", describe(shell.error())}});
        return 1;
    }
    std::printf("ready %s\n", options.name.c_str());
    std::fflush(stdout);
    const auto ended = (*shell)->run(signals.fd());
    if (!ended) {
        longwire::log_error("cannot go on", {{"error", describe(ended.error())}});
        return 1;
    }
    if (!(*shell)->can_close()) {
        longwire::log_warn("stopped while a write waits for room on the disk: nobody was told that it is kept");
        std::_Exit(0);
    }
    longwire::log_info("stopped");
    return 0;
}
