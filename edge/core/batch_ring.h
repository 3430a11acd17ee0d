#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "edge/core/event_batch.h"

namespace longwire::edge {

/// The newest batches of one topic, oldest first. There may be holes between them. An empty one owns no memory, because
/// most topics of an edge that watches many are quiet.
class BatchRing {
  public:
    /// `batch` must end later than those that are kept.
    void push(EventBatchPtr batch);
    void drop_oldest();
    void clear();

    /// The batch with this event; null if it is not kept.
    EventBatchPtr find(std::uint64_t offset) const;

    bool empty() const { return oldest_ == batches_.size(); }
    std::size_t bytes() const { return bytes_; }

  private:
    std::vector<EventBatchPtr> batches_;
    std::size_t oldest_ = 0;  // those before it have been dropped
    std::size_t bytes_ = 0;
};

}  // namespace longwire::edge
