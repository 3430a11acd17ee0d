#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "edge/core/batch_ring.h"
#include "edge/core/page_cache.h"
#include "edge/core/slow_clients.h"
#include "edge/core/topic_ledger.h"
#include "edge/core/upstream.h"
#include "edge/core/watcher.h"
#include "protocol/path_table.h"
#include "protocol/shared_text.h"

namespace longwire::edge {

/// One shard's topics and who watches them. Keeps the newest events of each watched topic, so that most who come back
/// need no broker, and asks for older ones once for all who wait for the same. What it has not got in order, for
/// whatever reason, it fetches.
///
/// Those watches of one watcher that have more to get take turns, a batch or a page at a time, and the past leaves room
/// for what comes live. A watch whose client has been too slow for a while may get merged stretches (merger.h).
///
/// Bound: the rings' bytes in all, with equal shares; what was fetched has its own. A full watcher costs no queue.
/// Pages are fetched `kFetchesAtOnceMax` at a time, and `kFetchesPerWatcherMax` for one watcher.
/// Thread: the shard's; no locks inside.
class Hub {
  public:
    struct Options {
        std::size_t ring_bytes_max = 64 << 20;
        std::int64_t linger_ms = 10'000;       // how long a topic that nobody watches any more is kept
        std::int64_t merge_after_ms = 1'000;   // how long a client may lag before it gets merged stretches
        std::size_t page_bytes_max = 8 << 20;  // of what was fetched a short while ago
    };

    static constexpr std::size_t kFetchesAtOnceMax = 32;
    static constexpr std::size_t kFetchesPerWatcherMax = 8;

    Hub(Options options, std::function<void(ToLink)> to_link);
    ~Hub();

    /// Begins to watch; on_watching follows, perhaps from within this call. `watch` must be new to the watcher.
    void watch(Watcher& watcher, std::uint64_t watch, const SharedText& path, const From& from,
               const Merging& merging = {});
    void watch(Watcher& watcher, std::uint64_t id, std::string_view path, const From& from,
               const Merging& merging = {}) {
        watch(watcher, id, SharedText(path), from, merging);
    }
    void unwatch(Watcher& watcher, std::uint64_t watch, std::int64_t now_us);

    void watch_filter(Watcher& watcher, const std::string& realm, const std::string& filter);
    void unwatch_filter(Watcher& watcher, const std::string& realm, const std::string& filter);

    /// The watcher is gone, with all its watches and filters.
    void forget(Watcher& watcher, std::int64_t now_us);

    /// The watcher is no longer full.
    void resume(Watcher& watcher);

    /// How far behind a watcher is that is too slow. Of very many topics only some are looked at.
    static Lag lag_of(const Watcher& watcher);

    void on_ready(const TopicReady& ready);
    void on_refused(const TopicRefused& refused);
    void on_events(const EventBatchPtr& batch);
    void on_trimmed(const EventsTrimmed& trimmed);
    void on_link_lost();
    void on_filter_in_force(const FilterInForce& in_force);

    /// True if the token was one of the hub's own fetches.
    bool on_fetched(const EventsFetched& fetched);

    /// The hub's clock, too: what is said of milliseconds is as exact as the ticks are.
    void tick(std::int64_t now_us);

    /// Answers with what has come of a topic and what became of it, since it is held here.
    void on_ledger_asked(const LedgerAsked& asked);

    /// The same of all topics since the start.
    const Tally& received() const { return received_; }
    const Tally& given() const { return given_; }

    /// Events that filters have brought to their watchers, each counted.
    std::uint64_t filtered() const { return filtered_; }

    /// Steps since the start that did not add up, by hop. There are none, unless events were lost.
    struct Differences {
        std::uint64_t received = 0;
        std::uint64_t given = 0;
    };
    const Differences& differences() const { return differences_; }
    /// Those since the last call in words, not more than a few.
    std::vector<std::string> take_differences() { return std::exchange(difference_notes_, {}); }

    std::size_t topics() const { return topics_.size(); }
    std::size_t ring_bytes() const { return ring_bytes_; }

    /// Fetch tokens of the hub have this bit, so that others can use the rest.
    static constexpr std::uint64_t kFetchTokenBit = std::uint64_t{1} << 63;

  private:
    using State = HubWatch::State;
    struct Fetch {
        HubTopic* topic = nullptr;
        std::uint64_t after = 0;  // kNoEvents: it only asks which epoch the topic has
    };
    static constexpr std::uint64_t kNoEvents = UINT64_MAX;

    HubTopic* find(std::string_view path);
    HubTopic& find_or_add(const SharedText& path);
    void remove(HubTopic& topic);
    void leave(HubWatch& watch, std::int64_t now_us);
    void open(HubWatch& watch, const From& from);
    void begin(HubWatch& watch, const From& from);
    void ask_for_epoch(HubTopic& topic);
    void take_epoch(std::uint64_t token, HubTopic& topic, const Result<FetchedPage>& answer);
    void begin_epoch(HubTopic& topic, const TopicReady& ready);
    void set_state(HubWatch& watch, State state);
    void wait_for_turn(HubWatch& watch);
    void catch_up(HubWatch& watch);
    void wake(Watcher& watcher);
    void serve_woken();
    void serve(Watcher& watcher);
    bool give_turn(Watcher& watcher, TurnQueue& queue, std::size_t fetches_max);
    void give(HubWatch& watch, const EventBatchPtr& batch);
    void give_merged(HubWatch& watch, const EventBatchPtr& batch, bool is_slow);
    void take_live(HubWatch& watch, const EventBatchPtr& batch);
    void end_rests(HubTopic& topic);
    void end_rests_due();
    void take_step(HubTopic& topic, std::uint64_t last, Tally step);
    void give_step(HubWatch& watch, std::uint64_t next, Tally step);
    void note_difference(std::string_view hop, const HubTopic& topic, const Tally& step);
    void skip_to(HubWatch& watch, std::uint64_t next, GapReason reason);
    void fetch(HubWatch& watch);
    void fetch_page(HubTopic& topic, std::uint64_t after);
    void read_ahead(HubTopic& topic, const EventBatch& given);
    EventBatchPtr kept(const HubTopic& topic, std::uint64_t offset);
    void ask_for(std::uint64_t token, const Fetch& fetch);
    void ask_if_wanted(std::uint64_t token);
    void take_page(HubTopic& topic, std::uint64_t after, const FetchedPage& page);
    void drop_fetches(HubTopic& topic);
    template <class Tell>
    void tell_filtering(std::string_view path, const HubTopic* topic, Tell tell);
    void keep(HubTopic& topic, const EventBatchPtr& batch);
    std::size_t ring_share() const;
    void shrink_ring(HubTopic& topic, std::size_t bytes_max);
    void clear_ring(HubTopic& topic);

    Options options_;
    std::function<void(ToLink)> to_link_;
    PathTable<HubTopic> topics_;
    std::vector<Watcher*> filtering_;                   // those with filters
    std::set<HubFilter> lost_filters_;                  // with the link, and not in force again
    std::unordered_map<std::uint64_t, Fetch> fetches_;  // by token
    PageCache pages_;
    std::vector<std::uint64_t> failed_fetches_;  // to be asked again
    TurnQueue fetches_to_ask_;                   // tokens
    std::size_t asked_ = 0;                      // fetches
    std::vector<Watcher*> woken_;                // those who may have a turn, now that a fetch has ended
    std::vector<HubWatch*> resting_;
    std::int64_t now_us_ = 0;
    std::deque<std::pair<std::int64_t, SharedText>> idle_;  // since when, path; an entry may be out of date
    std::uint64_t next_fetch_ = 1;
    std::size_t ring_bytes_ = 0;
    Tally received_;
    Tally given_;
    std::uint64_t filtered_ = 0;
    Differences differences_;
    std::vector<std::string> difference_notes_;
    std::size_t topics_when_shrunk_ = 1;
};

}  // namespace longwire::edge
