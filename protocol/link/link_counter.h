#pragma once

#include <cstdint>

#include "protocol/limits.h"

namespace longwire::link {

/// One end's view of a link session: numbers what it sends, sees what is missing of what it receives, and when the
/// peer has gone quiet. A session begins with a hello from the worker or edge and ends when a number is missing, the
/// peer is silent too long, or either end says reset; whoever dialled then says hello anew and both resume from state,
/// not from the lost messages.
class LinkCounter {
  public:
    explicit LinkCounter(std::int64_t now_us) : heard_us_(now_us), said_us_(now_us) {}

    /// The number of the next message to send.
    std::uint64_t next(std::int64_t now_us) {
        said_us_ = now_us;
        return ++sent_;
    }

    /// False when a message of the peer has been lost on the way.
    bool accept(std::uint64_t number, std::int64_t now_us) {
        heard_us_ = now_us;
        return number == ++received_;
    }

    /// The peer counts from 1 again, and this was its first: it has answered a hello that was said more than once.
    void peer_began_anew(std::int64_t now_us) {
        heard_us_ = now_us;
        received_ = 1;
    }

    bool is_heartbeat_due(std::int64_t now_us) const { return now_us - said_us_ >= kHeartbeatMs * 1000; }

    bool is_peer_lost(std::int64_t now_us) const {
        return now_us - heard_us_ > kHeartbeatMs * 1000 * kHeartbeatsMissedMax;
    }

    std::int64_t heard_us() const { return heard_us_; }

  private:
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
    std::int64_t heard_us_;
    std::int64_t said_us_;
};

}  // namespace longwire::link
