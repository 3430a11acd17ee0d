#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/link/producer_messages.h"

namespace longwire::link {

/// The broker's end of the producer link for one incarnation of one producer: lets each event through once and in
/// order, keeps the early ones, and knows what to ask for.
///
/// Bound: early events, in bytes; beyond it they are dropped and asked for again.
/// Thread:  one at a time; no locks inside.
class ProducerReceiver {
  public:
    struct Early {
        std::uint64_t sequence = 0;
        std::string path;
        std::string envelope;
    };

    ProducerReceiver(std::uint32_t partitions, std::size_t early_bytes_max)
        : partitions_(partitions), early_bytes_max_(early_bytes_max) {}

    /// The newest sequence of the partition that is in the log or on its way there; 0: none.
    std::uint64_t accepted(std::uint32_t partition) const { return partitions_[partition].accepted; }

    /// Takes up where the log ends: `sequence` of the partition is committed.
    void restore(const PartitionSequence& position);

    enum class Verdict { next, duplicate, early };

    /// An event has come in. `next` must be processed now, and take_early() asked afterwards; `early` has been kept (or
    /// dropped for want of room) and `duplicate` needs nothing.
    Verdict offer(const PartitionSequence& at, std::string_view path, std::string_view envelope);

    /// The event kept that is now next, if there is one.
    std::optional<Early> take_early(std::uint32_t partition);

    /// The worker says that it has published up to here.
    void published(const PartitionSequence& position);

    /// The event is in the log (or refused for good). True when this is news to be acknowledged.
    bool committed(const PartitionSequence& position);

    /// What is missing and was not asked for within the last `kAskAgainUs`. A hole is given `kPatienceUs` to fill by
    /// itself, since two ways lead here.
    std::vector<ResendRequest> missing(std::int64_t now_us);

    std::vector<PartitionSequence> positions() const;

    static constexpr std::int64_t kPatienceUs = 10'000;
    static constexpr std::int64_t kAskAgainUs = 250'000;

  private:
    struct Partition {
        std::uint64_t accepted = 0;
        std::uint64_t committed = 0;
        std::uint64_t published = 0;  // the highest number heard of
        std::map<std::uint64_t, Early> early;
        std::int64_t hole_since_us = 0;
        std::int64_t asked_us = 0;
        std::uint64_t hole_at = 0;  // the `accepted` the two times are about
    };

    std::vector<Partition> partitions_;
    std::size_t early_bytes_ = 0;
    std::size_t early_bytes_max_;
};

}  // namespace longwire::link
