#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "edge/core/hub.h"
#include "tests/unit/edge/core/batches.h"

/// Random schedules, by seed, of watchers with many topics each, that are full now and then: no turn is forgotten.
namespace longwire::edge {
namespace {

constexpr std::size_t kTopics = 40;

std::string path_of(std::size_t topic) {
    return "dev/room/" + std::to_string(topic);
}

/// Watches by topic; each is told every offset once and in order, or a gap.
class ManyWatches final : public Watcher {
  public:
    explicit ManyWatches(std::mt19937_64& random) : random_(random) {}

    void on_watching(std::uint64_t watch, const WatchStart& start) override { last[watch] = start.after; }
    void on_watch_failed(std::uint64_t, std::string_view, const Error&) override { FAIL(); }
    void on_events(std::uint64_t watch, const EventBatchPtr& batch, std::size_t from) override {
        EXPECT_EQ(batch->path(), path_of(watch));
        go_on(watch, batch->first() + from, batch->last());
    }
    void on_merged(std::uint64_t watch, const MergedStretch& stretch) override {
        go_on(watch, stretch.from, stretch.to);
        ++merged;
    }
    void on_gap(std::uint64_t watch, const Gap& gap) override {
        if (gap.to > last.at(watch)) last[watch] = gap.to;
    }
    void on_filtered_events(const EventBatchPtr&) override { FAIL(); }
    bool is_full() override { return room <= 0; }
    bool is_half_full() override { return room <= 2; }

    std::map<std::uint64_t, std::uint64_t> last;  // by watch
    int room = 4;                                 // for pieces
    int merged = 0;

  private:
    void go_on(std::uint64_t watch, std::uint64_t from, std::uint64_t to) {
        ASSERT_TRUE(last.contains(watch));
        EXPECT_EQ(from, last[watch] + 1) << "a hole or a double";
        last[watch] = to;
        if (random_() % 2 == 0) --room;
    }

    std::mt19937_64& random_;
};

class World {
  public:
    explicit World(std::uint64_t seed)
        : random_(seed), hub_({20'000, 10, 5}, [this](ToLink message) { take(std::move(message)); }) {
        for (std::size_t i = 0; i < kTopics; ++i) heads_.push_back(random_() % 12);
        for (int i = 0; i < 6; ++i) watchers_.push_back(std::make_unique<ManyWatches>(random_));
    }
    ~World() {
        for (auto& watcher : watchers_) hub_.forget(*watcher, now_us_);
    }

    void step() {
        now_us_ += 1'000;
        auto& watcher = *watchers_[random_() % watchers_.size()];
        const auto topic = random_() % kTopics;
        switch (random_() % 8) {
            case 0:
            case 1:
                watch(watcher, topic);
                break;
            case 2:
                if (random_() % 4 == 0 && watcher.last.erase(topic) > 0) hub_.unwatch(watcher, topic, now_us_);
                break;
            case 3:
                append(topic, 1 + random_() % 3);
                break;
            case 4:
                make_room(watcher);
                break;
            case 5:
                hub_.tick(now_us_);
                break;
            default:
                deliver();
                break;
        }
    }

    /// Until all have all, without anything more to come.
    void audit() { EXPECT_TRUE(hub_.take_differences().empty()); }

    void settle() {
        for (int i = 0; i < 4'000; ++i) {
            now_us_ += 1'000;
            if (i % 20 == 0) hub_.tick(now_us_);
            for (auto& watcher : watchers_) {
                if (watcher->is_half_full()) make_room(*watcher);
            }
            deliver();
        }
        for (const auto& watcher : watchers_) {
            for (const auto& [topic, last] : watcher->last) EXPECT_EQ(last, heads_[topic]) << "of topic " << topic;
            merged += watcher->merged;
        }
        EXPECT_LE(most_asked_, Hub::kFetchesAtOnceMax);
    }

    int merged = 0;

  private:
    void watch(ManyWatches& watcher, std::size_t topic) {
        if (watcher.last.contains(topic) || opening_.contains({&watcher, topic})) return;
        From from;
        from.kind = static_cast<From::Kind>(random_() % 3);
        from.count = random_() % 5;
        opening_.insert({&watcher, topic});
        hub_.watch(watcher, topic, path_of(topic), from, {random_() % 2 == 0, random_() % 4 == 0 ? 20 : 0});
    }

    void make_room(ManyWatches& watcher) {
        watcher.room = 4;
        hub_.resume(watcher);
    }

    void append(std::size_t topic, std::uint64_t count) {
        const auto batch = make_batch(path_of(topic), 1, heads_[topic] + 1, count);
        if (subscribed_.contains(path_of(topic))) to_hub_.emplace_back(EventsArrived{batch});
        heads_[topic] += count;
    }

    void take(ToLink message) {
        if (const auto* watch = std::get_if<WatchTopic>(&message)) {
            const std::string path(*watch->path);
            subscribed_.insert(path);
            to_hub_.emplace_back(TopicReady{path, 1, heads_[number(path)], 1});
        } else if (const auto* unwatch = std::get_if<UnwatchTopic>(&message)) {
            subscribed_.erase(unwatch->path);
        } else if (const auto* fetch = std::get_if<FetchEvents>(&message)) {
            fetches_.push_back(*fetch);
            most_asked_ = std::max(most_asked_, fetches_.size());
        }
    }

    static std::size_t number(const std::string& path) { return std::stoul(path.substr(path.rfind('/') + 1)); }

    void deliver() {
        if (!fetches_.empty()) {
            const auto fetch = fetches_.front();
            fetches_.pop_front();
            if (random_() % 5 == 0) {
                hub_.on_fetched({fetch.token, Error{Errc::unavailable, "no"}});
            } else {
                const auto head = heads_[number(fetch.path)];
                const auto count = std::min<std::uint64_t>(1 + random_() % 4, head - fetch.after);
                const auto batch = make_batch(fetch.path, 1, fetch.after + 1, count);
                hub_.on_fetched({fetch.token, FetchedPage{1, head, 1, batch}});
            }
        }
        if (to_hub_.empty()) return;
        const auto message = std::move(to_hub_.front());
        to_hub_.pop_front();
        if (const auto* arrived = std::get_if<EventsArrived>(&message)) return hub_.on_events(arrived->batch);
        const auto& ready = std::get<TopicReady>(message);
        hub_.on_ready(ready);
        std::erase_if(opening_, [&](const auto& one) { return path_of(one.second) == ready.path; });
    }

    std::mt19937_64 random_;
    std::int64_t now_us_ = 1'000'000;
    std::vector<std::uint64_t> heads_;
    std::set<std::string> subscribed_;
    std::set<std::pair<ManyWatches*, std::size_t>> opening_;
    std::deque<FromLink> to_hub_;
    std::deque<FetchEvents> fetches_;
    std::size_t most_asked_ = 0;
    Hub hub_;
    std::vector<std::unique_ptr<ManyWatches>> watchers_;
};

TEST(HubTurnsProperty, EveryWatchGetsAllInTheEnd) {
    int merged = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World world(seed);
        for (int i = 0; i < 1'500; ++i) world.step();
        world.settle();
        world.audit();
        if (testing::Test::HasFailure()) return;
        merged += world.merged;
    }
    EXPECT_GT(merged, 100) << "or this says little of merging";
}

}  // namespace
}  // namespace longwire::edge
