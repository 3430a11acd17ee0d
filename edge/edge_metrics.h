#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "edge/link_thread.h"
#include "edge/net/server.h"
#include "edge/shard_app.h"
#include "protocol/node/metrics.h"

namespace longwire::edge {

/// What /metrics shows of an edge, read when it is asked for.
///
/// Thread: text() from any; watch() once, before.
class EdgeMetrics {
  public:
    struct Sources {
        const net::Server& server;
        const LinkThread& link;
        const std::vector<ShardApp*>& apps;
    };

    void watch(const Sources& sources) { sources_.emplace(sources); }

    std::string text();

  private:
    std::optional<Sources> sources_;
    std::mutex mutex_;
    Metrics metrics_;
};

}  // namespace longwire::edge
