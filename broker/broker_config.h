#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/core/task_queues.h"
#include "protocol/endpoints.h"
#include "protocol/node/log_setup.h"

namespace longwire::broker {

/// What an operator can set on a broker. The comments are the words of --help, see broker_config.cc.
struct BrokerConfig {
    std::vector<std::string> events{kEventsEndpoint};
    std::vector<std::string> workers{kWorkersEndpoint};
    std::vector<std::string> edges{kEdgesEndpoint};
    std::vector<std::string> tap{kTapEndpoint};
    std::string metrics;
    std::string log = "rocksdb";
    std::string data_dir = "longwire-data";
    std::string durability = "os";
    std::string lifecycle_durability = "os";
    std::int64_t retain_bytes = std::int64_t{10} << 30;
    std::int64_t retain_ms = 0;
    std::int64_t retain_ended_ms = 0;
    std::int64_t cache_bytes = 128 << 20;
    std::int64_t reserve_bytes = 64 << 20;
    bool check = false;
    bool recover = false;
    std::int64_t memory_bytes = std::int64_t{1} << 30;
    std::uint32_t partitions = 16;
    std::int64_t producer_window_bytes = 8 << 20;
    std::int64_t lease_ms = 4'000;
    std::int64_t cancel_grace_ms = 10'000;
    std::int64_t disconnect_grace_ms = 10'000;
    std::int64_t queued_per_kind_max = 100'000;
    std::int64_t queue_age_max_ms = 0;
    std::vector<std::string> kind_limits;
    std::int64_t tasks_kept_max = 200'000;
    std::int64_t outputs_bytes_max = 64 << 20;
    std::int64_t presence_grace_ms = 5'000;
    std::int64_t members_per_topic_max = 1'000;
    std::int64_t members_max = 100'000;
    LogSettings logging;
};

/// Reads the limits of kinds, each KIND=N; a later one for the same kind counts.
Result<TaskQueues::KindLimits> read_kind_limits(const std::vector<std::string>& settings);

/// Reads the settings. Holds an exit status where the program is to end now.
std::optional<int> read_config(int argc, const char* const* argv, BrokerConfig& config);

}  // namespace longwire::broker
