#include "edge/core/hub.h"

#include <gtest/gtest.h>

#include "tests/unit/edge/core/hub_fixture.h"

namespace longwire::edge {
namespace {

TEST_F(HubTest, TheRingsBytesAreBoundedWithManyTopics) {
    // Each topic kept at least one batch, whatever all of them together were allowed.
    HubFixture small({.ring_bytes_max = 20'000, .linger_ms = 0});
    for (int i = 0; i < 200; ++i) {
        const auto path = kPath + std::to_string(i);
        small.hub.watch(watcher, static_cast<std::uint64_t>(i), path, kNow);
        small.hub.on_ready({path, 1, 0, 1});
        for (std::uint64_t offset = 1; offset <= 5; ++offset) {
            small.hub.on_events(make_batch(path, 1, offset, 1));
            ASSERT_LE(small.hub.ring_bytes(), 20'000U);
        }
    }
    EXPECT_EQ(watcher.log(199), "1 2 3 4 5");
    small.hub.forget(watcher, 1);
}

TEST_F(HubTest, EachTopicHasAnEqualShareOfTheRings) {
    HubFixture small({.ring_bytes_max = 40'000, .linger_ms = 0});
    for (std::uint64_t i = 0; i < 4; ++i) {
        const auto path = kPath + std::to_string(i);
        small.hub.watch(watcher, i, path, kNow);
        small.hub.on_ready({path, 1, 0, 1});
        for (std::uint64_t offset = 1; offset <= 100; ++offset) small.hub.on_events(make_batch(path, 1, offset, 1));
        RecordingWatcher back;
        small.hub.watch(back, 1, path, after(98));
        EXPECT_EQ(back.log(1), "99 100");
        small.hub.forget(back, 1);
    }
    EXPECT_LE(small.hub.ring_bytes(), 40'000U);
    small.hub.forget(watcher, 1);
}

TEST_F(HubTest, ABatchLargerThanTheShareIsDeliveredAndNotKept) {
    HubFixture small({.ring_bytes_max = 1'000, .linger_ms = 0});
    small.hub.watch(watcher, 1, kPath, kNow);
    small.hub.on_ready({kPath, 1, 0, 1});
    small.hub.on_events(make_batch(kPath, 1, 1, 1, 5'000));
    EXPECT_EQ(watcher.log(1), "1");
    EXPECT_EQ(small.hub.ring_bytes(), 0U);
    small.hub.forget(watcher, 1);
}

}  // namespace
}  // namespace longwire::edge
