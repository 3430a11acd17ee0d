#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "edge/core/upstream.h"

namespace longwire::edge {

enum class GapReason : std::uint8_t { trimmed, slow, epoch_changed };
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
    std::uint64_t epoch = 0;
    std::uint64_t after = 0;
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    bool resumed = false;
};

/// One client, as the hub sees it. Watches are known by numbers of the watcher's own choice.
class Watcher {
  public:
    virtual ~Watcher() = default;

    virtual void on_watching(std::uint64_t watch, const WatchStart& start) = 0;
    virtual void on_watch_failed(std::uint64_t watch, const Error& error) = 0;

    /// The watch's next events: those of the batch from index `from` on.
    virtual void on_events(std::uint64_t watch, const EventBatchPtr& batch, std::size_t from) = 0;

    /// Offsets that will not come; the watch goes on behind them, in `epoch`.
    virtual void on_gap(std::uint64_t watch, std::uint64_t epoch, std::uint64_t from, std::uint64_t to,
                        GapReason reason) = 0;

    /// Events that one of the watcher's filters matches, of a topic it doesn't watch by itself.
    virtual void on_filtered_events(const EventBatchPtr& batch) = 0;

    /// Whether the watcher wants nothing more for now. Its watches then fall behind until it calls resume().
    virtual bool is_full() = 0;
};

/// One shard's topics and who watches them. Keeps the newest events of each watched topic, so that most who come back
/// need no broker, and asks for older ones once for all who wait for the same.
///
/// Bound: the rings' bytes in all; each topic has an equal share. A watcher that is full costs its place and no queue.
/// Thread: the shard's; no locks inside.
class Hub {
  public:
    struct Options {
        std::size_t ring_bytes_max = 64 << 20;
        std::int64_t linger_ms = 10'000;  // how long a topic that nobody watches any more is kept
    };

    Hub(Options options, std::function<void(ToLink)> to_link)
        : options_(options), to_link_(std::move(to_link)) {}

    /// Begins to watch; on_watching follows, perhaps from within this call. `watch` must be new to the watcher.
    void watch(Watcher& watcher, std::uint64_t watch, const std::string& path, const From& from);
    void unwatch(Watcher& watcher, std::uint64_t watch, std::int64_t now_us);

    void watch_filter(Watcher& watcher, const std::string& realm, const std::string& filter);
    void unwatch_filter(Watcher& watcher, const std::string& realm, const std::string& filter);

    /// The watcher is gone, with all its watches and filters.
    void forget(Watcher& watcher, std::int64_t now_us);

    /// The watcher is no longer full.
    void resume(Watcher& watcher);

    void on_ready(const TopicReady& ready);
    void on_refused(const TopicRefused& refused);
    void on_events(const EventBatchPtr& batch);
    void on_trimmed(const EventsTrimmed& trimmed);

    /// True if the token was one of the hub's own fetches.
    bool on_fetched(const EventsFetched& fetched);

    void tick(std::int64_t now_us);

    std::size_t topics() const { return topics_.size(); }
    std::size_t ring_bytes() const { return ring_bytes_; }

    /// Fetch tokens of the hub have this bit, so that others can use the rest.
    static constexpr std::uint64_t kFetchTokenBit = std::uint64_t{1} << 63;

  private:
    enum class State : std::uint8_t { opening, fetching, behind, live };

    struct Topic;
    struct Watch {
        Watcher* watcher = nullptr;
        std::uint64_t id = 0;
        Topic* topic = nullptr;
        From from;
        std::uint64_t next = 0;
        State state = State::opening;
    };
    using WatchKey = std::pair<Watcher*, std::uint64_t>;

    struct Topic {
        std::string path;
        bool is_ready = false;
        std::uint64_t epoch = 0;
        std::uint64_t last = 0;
        std::uint64_t tail = 0;
        std::deque<EventBatchPtr> ring;
        std::size_t ring_bytes = 0;
        std::vector<Watch*> watches;
        std::map<std::uint64_t, std::uint64_t> fetches;  // after -> token
        std::int64_t idle_since_us = 0;
    };
    struct Fetch {
        std::string path;
        std::uint64_t epoch = 0;
        std::uint64_t after = 0;
    };
    struct FilterWatch {
        std::string realm;
        std::string filter;
        bool operator==(const FilterWatch&) const = default;
    };

    void set_state(Watch& watch, State state);
    void begin(Watch& watch);
    void pump(Watch& watch);
    bool deliver_from_ring(Watch& watch);
    void fetch(Watch& watch);
    void deliver_filtered(const EventBatchPtr& batch);
    bool watches_topic(const Watcher& watcher, const std::string& path) const;
    void keep(Topic& topic, const EventBatchPtr& batch);
    void clear_ring(Topic& topic);
    void drop_oldest(Topic& topic);
    void drop_topic(const std::string& path);
    std::vector<Watch*> watches_at(Topic& topic, std::uint64_t after) const;

    Options options_;
    std::function<void(ToLink)> to_link_;
    std::unordered_map<std::string, std::unique_ptr<Topic>> topics_;
    std::map<WatchKey, std::unique_ptr<Watch>> watches_;
    std::unordered_map<Watcher*, std::vector<FilterWatch>> filters_;
    std::unordered_map<std::uint64_t, Fetch> fetches_;
    std::set<Watch*> behind_;
    std::deque<std::pair<std::int64_t, std::string>> idle_;  // since when, path; an entry may be out of date
    std::uint64_t next_fetch_ = 1;
    std::size_t ring_bytes_ = 0;
};

}  // namespace longwire::edge
