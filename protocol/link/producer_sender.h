#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protocol/envelope.h"
#include "protocol/link/producer_messages.h"

namespace longwire::link {

/// The worker's end of the producer link: numbers events per partition and keeps each until the broker has said that
/// it is in the log.
///
/// Events leave by PUB once the broker's subscription has been heard, and over the link before that and when asked for
/// again; the receiver sorts the two out by their numbers.
///
/// Bound: events that wait for their acknowledgement, `window_bytes` in all; emit() says no beyond it.
/// Thread:  one at a time; no locks inside.
class ProducerSender {
  public:
    struct Options {
        std::string producer;
        std::uint64_t incarnation = 0;  // higher than in any earlier life of this producer
        std::size_t window_bytes = 8 << 20;
    };

    /// Bytes that must go out now: by PUB as [key, envelopes], or in a ResentEvents.
    struct Outgoing {
        std::shared_ptr<const std::string> key;
        std::string envelopes;
        bool over_link = false;
    };

    explicit ProducerSender(Options options) : options_(std::move(options)) {}

    /// A session has begun. Forgets what is committed and sends the rest over the link. False when the cluster has
    /// another number of partitions than before: the events' numbers would not fit, and a new incarnation is needed.
    bool welcome(const WorkerWelcome& welcome);

    /// No session: events wait.
    void disconnected() { connected_ = false; }

    /// Whether the broker's subscription has been heard, so that PUB reaches it.
    void set_subscribed(bool subscribed) { subscribed_ = subscribed; }

    /// Whether emit() would take an event now.
    bool has_room() const { return !partitions_.empty() && kept_bytes_ < options_.window_bytes; }

    /// Numbers and keeps an event; `envelope`'s producer, incarnation and sequence are filled in. Returns its place, or
    /// nothing when the window is full or no session has ever begun.
    std::optional<PartitionSequence> emit(std::string_view path, Envelope envelope);

    void committed(const PartitionSequence& position);
    void resend(const ResendRequest& request);

    /// What must leave now, in order. Empty without a session.
    std::vector<Outgoing> take_outgoing();

    /// The newest number given in each partition that has something unacknowledged.
    std::vector<PartitionSequence> published() const;

    /// Up to where each partition's events have been acknowledged, where any have.
    std::vector<PartitionSequence> acknowledged() const;

    std::size_t kept_bytes() const { return kept_bytes_; }

    /// Whether the event of this place, and all of the partition before it, have been acknowledged.
    bool is_committed(const PartitionSequence& at) const;

    /// An event not yet acknowledged. The views hold until the next call that is not const.
    struct KeptEvent {
        std::string_view key;
        std::string_view envelope;
    };
    std::optional<KeptEvent> find(const PartitionSequence& at) const;

  private:
    struct Kept {
        std::shared_ptr<const std::string> key;
        std::string envelope;
    };
    struct Partition {
        std::uint64_t committed = 0;
        std::deque<Kept> kept;  // sequences committed + 1, committed + 2, …
        std::uint64_t last() const { return committed + kept.size(); }
    };

    std::shared_ptr<const std::string> key_of(std::string_view path, std::uint32_t partition);
    void queue(const Kept& kept, bool over_link);
    void resend_range(Partition& partition, std::uint64_t from, std::uint64_t to);

    Options options_;
    bool connected_ = false;
    bool subscribed_ = false;
    std::vector<Partition> partitions_;
    std::size_t kept_bytes_ = 0;
    std::vector<Outgoing> outgoing_;
    std::unordered_map<std::string, std::shared_ptr<const std::string>> keys_;
};

}  // namespace longwire::link
