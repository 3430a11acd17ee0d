#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "edge/edge_sums.h"
#include "protocol/node/metrics.h"

namespace longwire::edge {

/// What /metrics shows of an edge, read when it is asked for.
///
/// Thread: text() from any; watch() once, before.
class EdgeMetrics {
  public:
    void watch(const EdgeParts& parts) { parts_.emplace(parts); }

    std::string text();

  private:
    std::optional<EdgeParts> parts_;
    std::mutex mutex_;
    Metrics metrics_;
};

}  // namespace longwire::edge
