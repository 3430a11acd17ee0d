#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/hot/inputs.h"
#include "edge/core/event_batch.h"

namespace longwire::bench {

/// Makes batches of a topic whose offsets go on from one to the next.
class Batches {
  public:
    explicit Batches(std::size_t batch, std::size_t payload_bytes = kPayloadBytes)
        : bytes_(envelopes(batch, payload_bytes)), views_(bytes_.begin(), bytes_.end()) {}

    edge::EventBatchPtr next() {
        const auto first = std::exchange(next_, next_ + views_.size());
        return edge::EventBatch::make(path_, kEpoch, first, views_);
    }

  private:
    SharedText path_{kPath};  // as a router has it
    std::vector<std::string> bytes_;
    std::vector<std::string_view> views_;
    std::uint64_t next_ = 1;
};

}  // namespace longwire::bench
