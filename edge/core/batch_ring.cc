#include "edge/core/batch_ring.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace longwire::edge {

void BatchRing::push(EventBatchPtr batch) {
    if (!kept_) kept_ = std::make_unique<Kept>();
    kept_->bytes += batch->bytes();
    kept_->batches.push_back(std::move(batch));
}

void BatchRing::drop_oldest() {
    auto& [batches, oldest, bytes] = *kept_;
    bytes -= batches[oldest]->bytes();
    batches[oldest++].reset();
    if (oldest == batches.size()) return clear();
    // What has been dropped is moved over when it is half of all, so that each batch is moved once on average.
    if (oldest * 2 < batches.size()) return;
    batches.erase(batches.begin(), batches.begin() + static_cast<std::ptrdiff_t>(oldest));
    oldest = 0;
}

void BatchRing::clear() {
    kept_.reset();
}

EventBatchPtr BatchRing::find(std::uint64_t offset) const {
    if (!kept_) return nullptr;
    const auto begin = kept_->batches.begin() + static_cast<std::ptrdiff_t>(kept_->oldest);
    const auto later =
        std::upper_bound(begin, kept_->batches.end(), offset,
                         [](std::uint64_t wanted, const EventBatchPtr& b) { return wanted < b->first(); });
    if (later == begin) return nullptr;
    const auto& batch = *std::prev(later);
    return offset <= batch->last() ? batch : nullptr;
}

}  // namespace longwire::edge
