#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <random>

#include "edge/core/hub.h"
#include "tests/unit/edge/core/batches.h"
#include "tests/unit/edge/core/checking_watcher.h"

/// Random schedules of all that can happen to a hub, by seed. Each watcher must see each offset of its topic once and
/// in order from where it began, or be told of the gap.
namespace longwire::edge {
namespace {

const std::string kPath = "dev/room/ops";

/// The broker's log of one topic and an ordered link to a hub, whose answers come late.
class World {
  public:
    explicit World(std::uint64_t seed)
        : random_(seed), hub_({3'000, 10, 20}, [this](ToLink m) { take(std::move(m)); }) {}

    ~World() {
        for (auto& watcher : watchers_) hub_.forget(*watcher, now_us_);
    }

    void step() {
        now_us_ += 1'000;
        switch (random_() % 12) {
            case 0:
            case 1:
            case 2:
                append(1 + random_() % 4);
                break;
            case 3:
                trim();
                break;
            case 4:
                if (random_() % 8 == 0) begin_epoch();
                break;
            case 5:
                add_watcher();
                break;
            case 6:
                if (!watchers_.empty() && random_() % 2 == 0) remove_watcher(random_() % watchers_.size());
                break;
            case 7:
                if (!watchers_.empty()) make_room(*watchers_[random_() % watchers_.size()]);
                break;
            case 8:
                hub_.tick(now_us_);
                break;
            default:
                deliver();
                break;
        }
    }

    void audit() { EXPECT_TRUE(hub_.take_differences().empty()); }

    void settle() {
        for (int i = 0; i < 1'000; ++i) {
            deliver();
            now_us_ += 1'000;
            if (i % 10 == 0) hub_.tick(now_us_);
            for (auto& watcher : watchers_) make_room(*watcher);
        }
        for (const auto& watcher : watchers_) {
            EXPECT_TRUE(watcher->has_begun);
            EXPECT_EQ(watcher->epoch, epoch_);
            EXPECT_GE(watcher->last, head_);
            merged += watcher->merged;
        }
    }

    int merged = 0;

  private:
    void make_room(CheckingWatcher& watcher) {
        if (!watcher.full) return;
        watcher.full = false;
        hub_.resume(watcher);
    }

    void append(std::uint64_t count) {
        if (is_subscribed_) {
            to_hub_.emplace_back(EventsArrived{some_batch(count)});
        }
        head_ += count;
    }

    /// Mostly such as can wait.
    EventBatchPtr some_batch(std::uint64_t count) {
        std::vector<std::string> bytes;
        for (std::uint64_t i = 0; i < count; ++i) {
            bytes.push_back(envelope_bytes(random_() % 8 == 0 ? "log" : "task.progress", "{}"));
        }
        return EventBatch::make(SharedText(kPath), epoch_, head_ + 1, {bytes.begin(), bytes.end()});
    }

    /// Also what the link has not delivered yet may be trimmed away.
    void trim() {
        const auto lost = random_() % 4;
        if (is_subscribed_ && lost > 0 && random_() % 2 == 0) {
            to_hub_.emplace_back(EventsTrimmed{kPath, head_ + 1, head_ + lost});
            head_ += lost;
            tail_ = head_ + 1;
        } else {
            tail_ = std::min(tail_ + lost, head_ + 1);
        }
    }

    void begin_epoch() {
        ++epoch_;
        head_ = random_() % 3;
        tail_ = 1;
        if (!is_subscribed_) return;
        to_hub_.emplace_back(TopicReady{kPath, epoch_, 0, 1});
        if (head_ > 0) to_hub_.emplace_back(EventsArrived{make_batch(kPath, epoch_, 1, head_)});
    }

    void add_watcher() {
        watchers_.push_back(std::make_unique<CheckingWatcher>(random_));
        From from;
        from.kind = static_cast<From::Kind>(random_() % 4);
        from.count = random_() % 10;
        if (from.kind == From::Kind::after) {
            from.epoch = random_() % 5 == 0 ? 0 : epoch_ - random_() % std::min<std::uint64_t>(2, epoch_);
            from.offset = from.epoch == epoch_ || from.epoch == 0 ? random_() % (head_ + 1) : random_() % 20;
        }
        const auto every_ms = static_cast<std::int64_t>(random_() % 3 == 0 ? random_() % 30 : 0);
        hub_.watch(*watchers_.back(), 1, kPath, from, {random_() % 2 == 0, every_ms});
    }

    void remove_watcher(std::size_t which) {
        hub_.forget(*watchers_[which], now_us_);
        watchers_.erase(watchers_.begin() + static_cast<std::ptrdiff_t>(which));
    }

    void take(ToLink message) {
        if (std::holds_alternative<WatchTopic>(message)) {
            is_subscribed_ = true;
            to_hub_.emplace_back(TopicReady{kPath, epoch_, head_, tail_});
        } else if (std::holds_alternative<UnwatchTopic>(message)) {
            is_subscribed_ = false;
        } else if (const auto* fetch = std::get_if<FetchEvents>(&message)) {
            fetches_.push_back(*fetch);
        }
    }

    void answer(const FetchEvents& fetch) {
        if (random_() % 5 == 0) {
            to_hub_.emplace_back(EventsFetched{fetch.token, Error{Errc::unavailable, "no"}});
            return;
        }
        FetchedPage page{epoch_, head_, tail_, nullptr};
        if (fetch.epoch == epoch_ && fetch.after < head_) {
            const auto first = std::max(fetch.after + 1, tail_);
            const auto count = std::min<std::uint64_t>(1 + random_() % 5, head_ + 1 - first);
            if (count > 0) page.batch = make_batch(kPath, epoch_, first, count);
        }
        to_hub_.emplace_back(EventsFetched{fetch.token, std::move(page)});
    }

    void deliver() {
        if (!fetches_.empty() && random_() % 2 == 0) {
            answer(fetches_.front());
            fetches_.pop_front();
        }
        if (to_hub_.empty()) return;
        const auto message = std::move(to_hub_.front());
        to_hub_.pop_front();
        if (const auto* ready = std::get_if<TopicReady>(&message)) hub_.on_ready(*ready);
        if (const auto* arrived = std::get_if<EventsArrived>(&message)) hub_.on_events(arrived->batch);
        if (const auto* trimmed = std::get_if<EventsTrimmed>(&message)) hub_.on_trimmed(*trimmed);
        if (const auto* fetched = std::get_if<EventsFetched>(&message)) hub_.on_fetched(*fetched);
    }

    std::mt19937_64 random_;
    std::int64_t now_us_ = 1'000'000;
    std::uint64_t epoch_ = 1;
    std::uint64_t head_ = 0;
    std::uint64_t tail_ = 1;
    bool is_subscribed_ = false;
    std::deque<FromLink> to_hub_;
    std::deque<FetchEvents> fetches_;
    Hub hub_;
    std::vector<std::unique_ptr<CheckingWatcher>> watchers_;
};

TEST(HubProperty, EachWatcherSeesEachOffsetOnceInOrderOrIsToldAGap) {
    int merged = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World world(seed);
        for (int i = 0; i < 400; ++i) world.step();
        world.settle();
        world.audit();
        if (testing::Test::HasFailure()) return;
        merged += world.merged;
    }
    EXPECT_GT(merged, 300) << "or this says little of merging";
}

}  // namespace
}  // namespace longwire::edge
