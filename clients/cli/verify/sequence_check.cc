#include "clients/cli/verify/sequence_check.h"

#include <algorithm>

namespace longwire::cli {

SequenceCounts& SequenceCounts::operator+=(const SequenceCounts& other) {
    events += other.events;
    lost += other.lost;
    duplicated += other.duplicated;
    reordered += other.reordered;
    merged += other.merged;
    gaps += other.gaps;
    new_epochs += other.new_epochs;
    return *this;
}

void SequenceCheck::on_subscribed(const std::string& epoch, std::uint64_t offset) {
    merged_to_ = merged_left_ = 0;
    if (epoch == epoch_) return skip_to(offset + 1);
    if (!epoch_.empty()) ++counts_.new_epochs;
    epoch_ = epoch;
    seen_ = offset;
}

/// What lies between is lost, unless it is of a merged stretch.
void SequenceCheck::skip_to(std::uint64_t offset) {
    if (offset <= seen_ + 1) return;
    (offset <= merged_to_ ? counts_.merged : counts_.lost) += offset - seen_ - 1;
}

void SequenceCheck::on_event(std::uint64_t offset) {
    ++counts_.events;
    if (offset <= seen_) {
        ++(offset == seen_ ? counts_.duplicated : counts_.reordered);
        return;
    }
    skip_to(offset);
    seen_ = offset;
    if (merged_left_ > 0 && --merged_left_ == 0 && seen_ < merged_to_) {
        counts_.merged += merged_to_ - seen_;
        seen_ = merged_to_;
    }
}

void SequenceCheck::on_gap(std::uint64_t from, std::uint64_t to) {
    if (to <= seen_) return;
    skip_to(from);
    counts_.gaps += to - std::max(from - 1, seen_);
    seen_ = to;
}

void SequenceCheck::on_new_epoch(const std::string& epoch) {
    if (epoch == epoch_) return;
    ++counts_.new_epochs;
    epoch_ = epoch;
    seen_ = merged_to_ = merged_left_ = 0;
}

void SequenceCheck::on_merged(std::uint64_t from, std::uint64_t to, std::uint64_t left) {
    if (from <= seen_) ++counts_.reordered;
    skip_to(from);
    seen_ = std::max(seen_, from - 1);
    merged_to_ = to;
    merged_left_ = left;
    if (left > 0 || to <= seen_) return;
    counts_.merged += to - seen_;
    seen_ = to;
}

}  // namespace longwire::cli
