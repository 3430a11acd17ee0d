#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/edge/core/hub_fixture.h"

namespace longwire::edge {
namespace {

constexpr std::size_t kPage = 500;

/// One topic with a long past, of which nothing is in a ring.
struct HubPages : HubTest {
    RecordingWatcher late;

    std::vector<std::uint64_t> asked_after() const {
        std::vector<std::uint64_t> found;
        for (const auto& fetch : fetches()) found.push_back(fetch.after);
        return found;
    }
    /// Answers the fetch of this number with a whole page.
    void answer(std::size_t number, std::size_t count = kPage) {
        const auto fetch = fetches().at(number);
        hub.on_fetched({fetch.token, FetchedPage{1, 2'000, 1, make_batch(kPath, 1, fetch.after + 1, count)}});
    }
    std::size_t given(const RecordingWatcher& one) { return one.seen.at(1).log.size(); }
};

using Offsets = std::vector<std::uint64_t>;

TEST_F(HubPages, WhoComesALittleLaterNeedsNoFetch) {
    hub.watch(watcher, 1, kPath, kStart);
    ready(10);
    answer(0, 10);
    hub.watch(late, 1, kPath, after(4));
    EXPECT_EQ(late.log(1), "5 6 7 8 9 10");
    EXPECT_EQ(asked_after(), Offsets{0});
    hub.forget(late, 1);
}

TEST_F(HubPages, WhoComesMuchLaterDoes) {
    hub.watch(watcher, 1, kPath, kStart);
    ready(10);
    answer(0, 10);
    hub.tick(60'000'000);
    hub.watch(late, 1, kPath, after(4));
    EXPECT_EQ(asked_after(), (Offsets{0, 4}));
    hub.forget(late, 1);
}

TEST_F(HubPages, ANewEpochForgetsThem) {
    hub.watch(watcher, 1, kPath, kStart);
    ready(10);
    answer(0, 10);
    ready(10, 1, 2);
    hub.watch(late, 1, kPath, kStart);
    EXPECT_EQ(late.log(1), "");
    EXPECT_EQ(asked_after(), (Offsets{0, 0}));
    hub.forget(late, 1);
}

TEST_F(HubPages, WhatFollowsIsReadAhead) {
    hub.watch(watcher, 1, kPath, kStart);
    ready(2'000);
    answer(0);
    EXPECT_EQ(asked_after(), (Offsets{0, 500, 1'000}));
    answer(2);
    EXPECT_EQ(given(watcher), kPage) << "what lies before it has not come yet";
    answer(1);
    EXPECT_EQ(given(watcher), 3 * kPage);
    EXPECT_EQ(asked_after(), (Offsets{0, 500, 1'000, 1'500}));
    answer(3);
    EXPECT_EQ(given(watcher), 4 * kPage);
    EXPECT_EQ(fetches().size(), 4U);
}

TEST_F(HubPages, AShortPageIsFollowedByOneAheadAndNoHole) {
    hub.watch(watcher, 1, kPath, kStart);
    ready(500);
    for (std::size_t number = 0; number < 5; ++number) answer(number, 100);
    EXPECT_EQ(asked_after(), (Offsets{0, 100, 200, 300, 400}));
    EXPECT_EQ(given(watcher), 500U);
}

TEST_F(HubPages, AFullClientFindsWhatWasReadAheadWhenItGoesOn) {
    watcher.events_until_full = 1;
    hub.watch(watcher, 1, kPath, kStart);
    ready(1'500);
    answer(0);
    answer(1);
    answer(2);
    EXPECT_EQ(given(watcher), kPage);
    watcher.full = false;
    hub.resume(watcher);
    EXPECT_EQ(given(watcher), 3 * kPage);
    EXPECT_EQ(fetches().size(), 3U);
}

TEST_F(HubPages, NobodyReadsAheadWhereItWouldNotBeKept) {
    HubFixture small({.page_bytes_max = 1});
    small.hub.watch(late, 1, kPath, kStart);
    small.hub.on_ready({kPath, 1, 2'000, 1});
    const auto fetch = small.all<FetchEvents>().at(0);
    late.events_until_full = 1;
    small.hub.on_fetched({fetch.token, FetchedPage{1, 2'000, 1, make_batch(kPath, 1, 1, kPage)}});
    EXPECT_EQ(small.all<FetchEvents>().size(), 1U);
    late.full = false;
    small.hub.resume(late);
    EXPECT_EQ(small.all<FetchEvents>().size(), 2U);
    small.hub.forget(late, 1);
}

}  // namespace
}  // namespace longwire::edge
