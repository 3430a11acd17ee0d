#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/histogram.h"
#include "bench/load/loop.h"
#include "bench/load/protocols/protocol.h"
#include "bench/load/server_address.h"
#include "bench/load/settings.h"

namespace longwire::load {

/// What all watchers have seen, since they were made.
struct SwarmCounts {
    std::uint64_t events = 0;  // each counted once for each watcher that got it
    std::uint64_t late = 0;    // of these
    std::uint64_t doubled = 0;
    std::uint64_t stray = 0;  // of another topic, or of before the watcher was to count
    std::uint64_t gaps = 0;   // that servers have told of
    std::uint64_t refused = 0;
    std::uint64_t cut = 0;     // connections that were lost, and not dropped by us
    std::uint64_t failed = 0;  // attempts to connect
};

/// All watchers of a work. Connections that are lost are opened again.
class Swarm {
  public:
    /// The loop, the server and the protocol outlive it.
    Swarm(Loop& loop, const ServerAddress& server, const ProtocolTraits& protocol, const Settings& settings);
    ~Swarm();

    /// From now on all are to be connected, and subscribed; at most so many on their way at a time.
    void open_all(std::size_t opening_max);
    /// From now on none.
    void drop_all();
    /// Opens what is to be opened. To be called at every turn.
    void step();

    std::size_t size() const { return watchers_.size(); }
    std::size_t ready() const { return ready_; }
    bool all_are_ready() const { return ready_ == watchers_.size(); }
    /// Whether anything is to be opened at once.
    bool has_work() const { return !waiting_.empty() && opening_ < opening_max_; }

    const SwarmCounts& counts() const { return counts_; }
    /// The first refusal or failure, in the server's words.
    const std::string& first_trouble() const { return first_trouble_; }

    /// Latencies of the events that are due from `from_ns` on and before `to_ns`, and of no others.
    void record(std::int64_t from_ns, std::int64_t to_ns);
    const Histogram& latencies() const { return latencies_; }

    /// Counts from here: nobody waits any more for what was published up to now, on each topic.
    void begin_after(const std::vector<std::uint64_t>& published);
    /// What all watchers together lack of what was published.
    std::uint64_t missing(const std::vector<std::uint64_t>& published) const;
    /// Watchers that lack something.
    std::size_t incomplete(const std::vector<std::uint64_t>& published) const;

  private:
    class Watcher;

    Loop& loop_;
    std::vector<std::unique_ptr<Watcher>> watchers_;
    std::deque<Watcher*> waiting_;  // to be opened
    std::deque<std::pair<std::int64_t, Watcher*>> pausing_;
    bool is_wanted_ = false;
    std::size_t opening_max_ = 0;
    std::size_t opening_ = 0;
    std::size_t ready_ = 0;
    SwarmCounts counts_;
    std::string first_trouble_;
    Histogram latencies_;
    std::int64_t record_from_ns_ = 0;
    std::int64_t record_to_ns_ = 0;
};

}  // namespace longwire::load
