#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "edge/core/event_batch.h"

namespace longwire::edge {

/// The newest batches of one topic, oldest first. There may be holes between them. An empty one is a null pointer,
/// because most topics of an edge that watches many are quiet.
class BatchRing {
  public:
    /// `batch` must end later than those that are kept.
    void push(EventBatchPtr batch);
    void drop_oldest();
    void clear();

    /// The batch with this event; null if it is not kept.
    EventBatchPtr find(std::uint64_t offset) const;

    bool empty() const { return kept_ == nullptr; }
    std::size_t bytes() const { return kept_ ? kept_->bytes : 0; }

  private:
    struct Kept {
        std::vector<EventBatchPtr> batches;
        std::size_t oldest = 0;  // those before it have been dropped
        std::size_t bytes = 0;
    };

    std::unique_ptr<Kept> kept_;  // null while empty
};

}  // namespace longwire::edge
