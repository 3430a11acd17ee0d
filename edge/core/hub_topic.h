#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edge/core/batch_ring.h"
#include "edge/core/topic_ledger.h"
#include "edge/core/watcher.h"
#include "protocol/topic.h"

namespace longwire::edge {

/// A topic that is watched, or was until just now. Of the hub's own files.
struct HubTopic {
    std::string path;
    bool is_ready = false;
    std::uint64_t epoch = 0;
    std::uint64_t last = 0;
    std::uint64_t tail = 0;
    BatchRing ring;
    std::vector<HubWatch*> watches;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> fetches;  // after, token
    std::int64_t idle_since_us = 0;                                // where there are no watches
    Tally received;
    Tally given;

    std::string_view name() const { return split_path(path).topic; }
};

/// The watch of this id; the end if there is none. `watches` are sorted.
std::vector<std::unique_ptr<HubWatch>>::iterator find_by_id(std::vector<std::unique_ptr<HubWatch>>& watches,
                                                            std::uint64_t id);

}  // namespace longwire::edge
