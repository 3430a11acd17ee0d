#include "edge/stats_board.h"

namespace longwire::edge {

ShardStats& ShardStats::operator+=(const ShardStats& other) {
    topics += other.topics;
    ring_bytes += other.ring_bytes;
    members += other.members;
    too_slow += other.too_slow;
    received += other.received;
    given += other.given;
    filtered += other.filtered;
    differences.received += other.differences.received;
    differences.given += other.differences.given;
    ages += other.ages;
    slow.insert(slow.end(), other.slow.begin(), other.slow.end());
    return *this;
}

}  // namespace longwire::edge
