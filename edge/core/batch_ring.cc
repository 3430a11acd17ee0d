#include "edge/core/batch_ring.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace longwire::edge {

void BatchRing::push(EventBatchPtr batch) {
    bytes_ += batch->bytes();
    batches_.push_back(std::move(batch));
}

void BatchRing::drop_oldest() {
    bytes_ -= batches_[oldest_]->bytes();
    batches_[oldest_++].reset();
    if (empty()) return clear();
    // What has been dropped is moved over when it is half of all, so that each batch is moved once on average.
    if (oldest_ * 2 < batches_.size()) return;
    batches_.erase(batches_.begin(), batches_.begin() + static_cast<std::ptrdiff_t>(oldest_));
    oldest_ = 0;
}

void BatchRing::clear() {
    batches_ = {};
    oldest_ = 0;
    bytes_ = 0;
}

EventBatchPtr BatchRing::find(std::uint64_t offset) const {
    const auto begin = batches_.begin() + static_cast<std::ptrdiff_t>(oldest_);
    const auto later =
        std::upper_bound(begin, batches_.end(), offset,
                         [](std::uint64_t wanted, const EventBatchPtr& b) { return wanted < b->first(); });
    if (later == begin) return nullptr;
    const auto& batch = *std::prev(later);
    return offset <= batch->last() ? batch : nullptr;
}

}  // namespace longwire::edge
