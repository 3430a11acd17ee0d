#include <gtest/gtest.h>

#include "tests/unit/edge/core/hub_fixture.h"

namespace longwire::edge {
namespace {

constexpr Merging kWhenSlow{true, 0};

/// A hub's clock is what it is told at ticks; merging begins after a second of lagging.
struct HubMerging : HubTest {
    std::int64_t now_us = 1'000'000'000;

    void SetUp() override { hub.tick(now_us); }

    void pass_ms(std::int64_t ms) {
        now_us += ms * 1000;
        hub.tick(now_us);
    }
    void said(std::uint64_t first, const std::vector<Said>& all) { hub.on_events(make_batch_of(kPath, first, all)); }
    void progress(std::uint64_t first, std::size_t count = 1) {
        said(first, std::vector<Said>(count, {"task.progress", "{}"}));
    }
    void make_room() {
        watcher.full = false;
        hub.resume(watcher);
    }
    /// Watches from now on, and has fallen behind at offset 2.
    void lag(const Merging& merging) {
        hub.watch(watcher, 1, kPath, kNow, merging);
        ready(0);
        progress(1);
        watcher.full = true;
        progress(2);
    }
};

TEST_F(HubMerging, AWatchThatLagsForLongIsMerged) {
    lag(kWhenSlow);
    for (std::uint64_t offset = 3; offset < 9; ++offset) progress(offset);
    pass_ms(1'000);
    make_room();
    EXPECT_EQ(watcher.log(1), "1 merged 2-8: 8");
    progress(9);
    progress(10);
    EXPECT_EQ(watcher.log(1), "1 merged 2-8: 8 9 10") << "it has caught up and is not slow any more";
}

TEST_F(HubMerging, AWatchThatLagsForAMomentGetsEveryEvent) {
    lag(kWhenSlow);
    progress(3, 2);
    pass_ms(999);
    make_room();
    EXPECT_EQ(watcher.log(1), "1 2 3 4");
}

TEST_F(HubMerging, HowFarAWatcherIsBehindIsKnownWhileItLags) {
    EXPECT_EQ(Hub::lag_of(watcher).topics, 0);
    const auto began_us = now_us;
    lag(kWhenSlow);
    pass_ms(300);
    progress(3, 5);
    const auto behind = Hub::lag_of(watcher);
    EXPECT_EQ(behind.topics, 1);
    EXPECT_EQ(behind.events, 6) << "2 to 7";
    EXPECT_EQ(behind.since_us, began_us);
    make_room();
    EXPECT_EQ(Hub::lag_of(watcher).topics, 0);
}

TEST_F(HubMerging, TheTimeOfLaggingBeginsAnewAfterCatchingUp) {
    lag(kWhenSlow);
    pass_ms(900);
    make_room();
    watcher.full = true;
    progress(3, 2);
    pass_ms(900);
    make_room();
    EXPECT_EQ(watcher.log(1), "1 2 3 4");
}

TEST_F(HubMerging, MergingGoesOnUntilTheWatchHasCaughtUp) {
    lag(kWhenSlow);
    progress(3);
    pass_ms(1'000);
    watcher.events_until_full = 1;
    make_room();
    EXPECT_EQ(watcher.log(1), "1 merged 2-3: 3");
    watcher.full = true;
    progress(4);
    progress(5);
    make_room();
    EXPECT_EQ(watcher.log(1), "1 merged 2-3: 3 4 5") << "at 3 it had caught up";
    hub.unwatch(watcher, 1, now_us);
}

TEST_F(HubMerging, AWatchThatAsksForEveryEventIsNeverMerged) {
    lag({});
    progress(3, 3);
    pass_ms(100'000);
    make_room();
    EXPECT_EQ(watcher.log(1), "1 2 3 4 5");
}

TEST_F(HubMerging, AWatchOnItsWayFromThePastIsNotMerged) {
    hub.watch(watcher, 1, kPath, kStart, kWhenSlow);
    ready(6);
    watcher.full = true;
    page(1, 3);
    pass_ms(100'000);
    progress(7);
    make_room();
    page(1, 3);
    page(4, 3);
    EXPECT_EQ(watcher.log(1), "1 2 3 4 5 6 7");
}

TEST_F(HubMerging, AStretchThatTheRingHasLostIsMergedPageByPage) {
    lag(kWhenSlow);
    hub.on_events(make_batch_of(kPath, 3, {{"artifact", "\"" + std::string(600 << 10, 'x') + "\""}}));
    pass_ms(1'000);
    make_room();
    ASSERT_EQ(fetches().size(), 1U);
    const auto old = make_batch_of(kPath, 2, {{"task.progress", "{}"}, {"artifact", "1"}});
    hub.on_fetched({fetches().back().token, FetchedPage{1, 3, 1, old}});
    EXPECT_EQ(watcher.log(1), "1 merged 2-3: 2 3");
}

TEST_F(HubMerging, ATopicThatLagsIsMergedAndAnotherOneIsNot) {
    const std::string other = "dev/room/other";
    lag(kWhenSlow);
    progress(3);
    hub.watch(watcher, 2, other, kNow, kWhenSlow);
    hub.on_ready({other, 1, 0, 1});
    pass_ms(1'000);
    hub.on_events(make_batch(other, 1, 1, 2));
    make_room();
    EXPECT_EQ(watcher.log(1), "1 merged 2-3: 3");
    EXPECT_EQ(watcher.log(2), "1 2");
}

constexpr Merging kEvery200{true, 200};

TEST_F(HubMerging, WhatCanWaitComesOncePerInterval) {
    hub.watch(watcher, 1, kPath, kNow, kEvery200);
    ready(0);
    progress(1);
    EXPECT_EQ(watcher.log(1), "merged 1-1: 1") << "the first has nothing to wait for";
    progress(2);
    pass_ms(100);
    progress(3, 2);
    EXPECT_EQ(watcher.log(1), "merged 1-1: 1");
    pass_ms(99);
    EXPECT_EQ(watcher.log(1), "merged 1-1: 1");
    pass_ms(1);
    EXPECT_EQ(watcher.log(1), "merged 1-1: 1 merged 2-4: 4");
    pass_ms(5'000);
    EXPECT_EQ(watcher.log(1), "merged 1-1: 1 merged 2-4: 4") << "nothing comes of nothing";
    progress(5);
    EXPECT_EQ(watcher.log(1), "merged 1-1: 1 merged 2-4: 4 merged 5-5: 5");
}

TEST_F(HubMerging, WhatCannotWaitBringsWhatWaitsAlong) {
    hub.watch(watcher, 1, kPath, kNow, kEvery200);
    ready(0);
    progress(1);
    progress(2, 2);
    said(4, {{"tool.call", "{}"}});
    EXPECT_EQ(watcher.log(1), "merged 1-1: 1 merged 2-4: 3 4");
    said(5, {{"log", "{}"}});
    EXPECT_EQ(watcher.log(1), "merged 1-1: 1 merged 2-4: 3 4 merged 5-5: 5") << "logs are sent one by one";
}

TEST_F(HubMerging, WhatWaitsIsGivenBeforeAGapAndBeforeANewEpoch) {
    hub.watch(watcher, 1, kPath, kNow, kEvery200);
    ready(0);
    progress(1);
    progress(2);
    hub.on_trimmed({kPath, 3, 5});
    EXPECT_EQ(watcher.log(1), "merged 1-1: 1 merged 2-2: 2 gap 3-5 trimmed then 5 of 1");
    progress(6);
    hub.on_ready({kPath, 2, 0, 1});
    EXPECT_TRUE(watcher.log(1).ends_with("merged 6-6: 6 gap 7-6 epoch_changed then 0 of 2"));
}

TEST_F(HubMerging, AWatchWithAnIntervalThatIsFullFallsBehindAndGoesOn) {
    hub.watch(watcher, 1, kPath, kNow, kEvery200);
    ready(0);
    progress(1);
    progress(2);
    watcher.full = true;
    progress(3);
    pass_ms(500);
    EXPECT_EQ(watcher.log(1), "merged 1-1: 1");
    make_room();
    EXPECT_EQ(watcher.log(1), "merged 1-1: 1 merged 2-3: 3");
}

TEST_F(HubMerging, AWatchIsGivenUpWhileItRests) {
    RecordingWatcher other;
    hub.watch(watcher, 1, kPath, kNow, kEvery200);
    hub.watch(other, 1, kPath, kNow, kEvery200);
    ready(0);
    progress(1);
    progress(2);
    hub.unwatch(watcher, 1, now_us);
    pass_ms(300);
    EXPECT_EQ(watcher.log(1), "merged 1-1: 1");
    EXPECT_EQ(other.log(1), "merged 1-1: 1 merged 2-2: 2");
    progress(3);
    hub.forget(other, now_us);
    pass_ms(300);
}

}  // namespace
}  // namespace longwire::edge
