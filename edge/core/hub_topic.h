#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edge/core/batch_ring.h"
#include "edge/core/topic_ledger.h"
#include "edge/core/watcher.h"
#include "protocol/shared_text.h"
#include "protocol/tally.h"
#include "protocol/topic.h"

namespace longwire::edge {

/// What a topic has got and given since it is held.
struct TopicTallies {
    Tally received;
    Tally given;
};

/// A topic that is watched, or was until just now. Of the hub's own files.
struct HubTopic {
    SharedText path;
    bool is_ready = false;
    std::uint64_t epoch = 0;
    std::uint64_t last = 0;
    std::uint64_t tail = 0;
    BatchRing ring;
    std::vector<HubWatch*> watches;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> fetches;  // after, token
    std::int64_t idle_since_us = 0;                                // where there are no watches
    std::unique_ptr<TopicTallies> tallies;                         // null while nothing has come

    std::string_view name() const { return split_path(*path).topic; }
};

}  // namespace longwire::edge
