#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "edge/core/event_batch.h"
#include "edge/core/merger.h"
#include "edge/core/turn_queue.h"
#include "protocol/result.h"

/// One client, as the hub sees it.
namespace longwire::edge {

enum class GapReason : std::uint8_t { trimmed, slow, epoch_changed, link_lost };
std::string_view to_string(GapReason reason);

/// Where a watch begins.
struct From {
    enum class Kind : std::uint8_t { now, start, last, after };
    Kind kind = Kind::now;
    std::uint64_t count = 0;   // of `last`
    std::uint64_t epoch = 0;   // of `after`; 0 stands for whichever the topic has
    std::uint64_t offset = 0;  // of `after`: the last one the watcher has
};

/// A watch's place when it begins: the first event will be `after` + 1.
struct WatchStart {
    std::string_view topic;
    std::uint64_t epoch = 0;
    std::uint64_t after = 0;
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    bool resumed = false;  // it goes on in the epoch asked for
};

/// Offsets that will not come. Where the epoch has changed they are the old one's, and `to` is before `from` when none
/// is known to be missing.
struct Gap {
    std::string_view topic;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    GapReason reason = GapReason::trimmed;
    std::uint64_t epoch = 0;  // in which the watch goes on,
    std::uint64_t after = 0;  // and behind which offset
};

/// Whether a watch may get merged stretches instead of every event (see merger.h).
struct Merging {
    bool when_slow = false;     // while its client is slow
    std::int64_t every_ms = 0;  // always, and then what can wait comes at most so often; 0: not

    bool operator==(const Merging&) const = default;
};

struct HubTopic;

/// One topic that one client watches: the hub's own notes.
///
/// A watch is behind when there is more for it than it has been given, and waits for its turn; live when there is not;
/// resting when what there is can wait.
struct HubWatch {
    enum class State : std::uint8_t { opening, fetching, behind, resting, live };

    static constexpr std::int64_t kNotLagging = INT64_MAX;

    std::uint64_t id = 0;
    class Watcher* watcher = nullptr;
    HubTopic* topic = nullptr;
    std::uint64_t next = 0;                    // the next offset to be delivered
    std::unique_ptr<From> from;                // only while opening: until the topic is ready and its epoch sure
    std::int64_t lags_since_us = kNotLagging;  // when its client became too slow for it
    std::int64_t given_us = INT64_MIN / 2;     // when it last got something, where it is merged all the time
    std::uint32_t place = 0;                   // in the topic's list
    std::uint32_t rest_place = 0;              // in the hub's list of those that rest
    State state = State::opening;
    bool is_queued = false;  // for a turn
    Merging merging;
};

/// One client's watches. It may have hundreds of thousands, and give them up one by one.
struct HubWatchById {
    using is_transparent = void;
    static std::uint64_t id_of(std::uint64_t id) { return id; }
    static std::uint64_t id_of(const std::unique_ptr<HubWatch>& watch) { return watch->id; }
    std::size_t operator()(const auto& one) const { return id_of(one); }
    bool operator()(const auto& one, const auto& other) const { return id_of(one) == id_of(other); }
};
using HubWatches = boost::unordered_flat_set<std::unique_ptr<HubWatch>, HubWatchById, HubWatchById>;

struct HubFilter {
    std::string realm;
    std::string filter;
    auto operator<=>(const HubFilter&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 sees a 0 in it
};

/// Watches are known by numbers of the watcher's own choice. Views live during the call.
///
/// A watcher that goes away must be forgotten by its hub before.
class Watcher {
  public:
    virtual ~Watcher() = default;

    virtual void on_watching(std::uint64_t watch, const WatchStart& start) = 0;

    /// The watch has ended, or never begun.
    virtual void on_watch_failed(std::uint64_t watch, std::string_view topic, const Error& error) = 0;

    /// The watch's next events: those of the batch from index `from` on.
    virtual void on_events(std::uint64_t watch, const EventBatchPtr& batch, std::size_t from) = 0;

    /// The same for a watch that may be merged: those of a stretch of which some are left out.
    virtual void on_merged(std::uint64_t /*watch*/, const MergedStretch& /*stretch*/) {}

    virtual void on_gap(std::uint64_t watch, const Gap& gap) = 0;

    /// Events that one of the watcher's filters matches, of a topic it doesn't watch by itself.
    virtual void on_filtered_events(const EventBatchPtr& batch) = 0;

    /// Offsets of such a topic that will not come.
    virtual void on_filtered_gap(std::string_view /*topic*/, std::uint64_t /*from*/, std::uint64_t /*to*/,
                                 GapReason /*reason*/) {}

    /// Nobody knows what one of the watcher's filters has missed.
    virtual void on_filter_gap(std::string_view /*filter*/, GapReason /*reason*/) {}

    /// Whether the watcher wants nothing more for now. Its watches then fall behind until it has Hub::resume called.
    virtual bool is_full() = 0;

    /// Whether it wants nothing more of the past, so that there is room for what comes. As for is_full().
    virtual bool is_half_full() { return is_full(); }

  private:
    friend class Hub;

    HubWatches watches_;
    std::vector<HubFilter> filters_;
    TurnQueue lagging_;    // watches whose client was too slow for what came live,
    TurnQueue replaying_;  // and those on their way from the past, which take half of the room
    std::size_t fetching_ = 0;
    bool is_woken_ = false;  // in Hub::woken_
};

}  // namespace longwire::edge
