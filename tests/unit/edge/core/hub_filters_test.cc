#include "edge/core/hub.h"

#include <gtest/gtest.h>

#include "tests/unit/edge/core/hub_fixture.h"

namespace longwire::edge {
namespace {

TEST_F(HubTest, AFilterBringsTheEventsOfTopicsThatMatch) {
    hub.watch_filter(watcher, "dev", "room/+");
    EXPECT_EQ(all<WatchFilter>().at(0).filter, "room/+");
    events(1, 2);
    hub.on_events(make_batch("dev/task/t1", 1, 1, 1));
    hub.on_events(make_batch("other/room/ops", 1, 1, 1));
    EXPECT_EQ(watcher.filtered, (std::vector<std::string>{"room/ops:1", "room/ops:2"}));
    hub.unwatch_filter(watcher, "dev", "room/+");
    EXPECT_EQ(all<UnwatchFilter>().size(), 1U);
    events(3, 1);
    EXPECT_EQ(watcher.filtered.size(), 2U);
    EXPECT_EQ(hub.filtered(), 2U);
}

TEST_F(HubTest, FiltersThatOverlapPushOnce) {
    hub.watch_filter(watcher, "dev", "room/+");
    hub.watch_filter(watcher, "dev", "#");
    events(1, 1);
    EXPECT_EQ(watcher.filtered.size(), 1U);
}

TEST_F(HubTest, AFilterAndATopicThatOverlapPushOnce) {
    hub.watch_filter(watcher, "dev", "room/+");
    hub.watch(watcher, 1, kPath, kNow);
    ready(0);
    events(1, 1);
    EXPECT_EQ(watcher.log(1), "1");
    EXPECT_TRUE(watcher.filtered.empty());
    hub.unwatch(watcher, 1, 1);
    events(2, 1);
    EXPECT_EQ(watcher.filtered, std::vector<std::string>{"room/ops:2"}) << "the filter brings it again";
}

TEST_F(HubTest, AFilterBringsWhatComesBeforeTheTopicsWatchHasBegun) {
    // While a topic's watch waited for the broker, a filter that matched the topic was silent: these events were lost.
    hub.watch_filter(watcher, "dev", "room/+");
    hub.watch(watcher, 1, kPath, kNow);
    events(5, 1);
    ready(5);
    events(6, 1);
    EXPECT_EQ(watcher.filtered, std::vector<std::string>{"room/ops:5"});
    EXPECT_EQ(watcher.log(1), "6");
}

TEST_F(HubTest, AFilterThatTwoWantIsGivenUpWithTheSecond) {
    RecordingWatcher other;
    hub.watch_filter(watcher, "dev", "room/+");
    hub.watch_filter(other, "dev", "room/+");
    hub.forget(watcher, 1);
    EXPECT_TRUE(all<UnwatchFilter>().empty());
    hub.forget(other, 1);
    EXPECT_EQ(all<UnwatchFilter>().size(), 1U);
}

TEST_F(HubTest, AWatchThatIsBehindKeepsItsFilterSilent) {
    hub.watch_filter(watcher, "dev", "room/+");
    hub.watch(watcher, 1, kPath, kNow);
    ready(0);
    watcher.full = true;
    events(1, 2);
    EXPECT_TRUE(watcher.filtered.empty());
    watcher.full = false;
    hub.resume(watcher);
    EXPECT_EQ(watcher.log(1), "1 2");
}

TEST_F(HubTest, AGapIsToldToThoseWhoseFilterMatches) {
    RecordingWatcher elsewhere;
    hub.watch_filter(watcher, "dev", "room/+");
    hub.watch_filter(watcher, "dev", "#");
    hub.watch_filter(elsewhere, "dev", "task/+");
    hub.on_trimmed({kPath, 3, 5});
    EXPECT_EQ(watcher.filtered, std::vector<std::string>{"room/ops gap 3-5 trimmed"});
    EXPECT_TRUE(elsewhere.filtered.empty());
    hub.forget(elsewhere, 1);
}

TEST_F(HubTest, AGapIsToldOnceWhereAFilterAndATopicOverlap) {
    hub.watch_filter(watcher, "dev", "room/+");
    hub.watch(watcher, 1, kPath, kNow);
    ready(2);
    hub.on_trimmed({kPath, 3, 5});
    EXPECT_EQ(watcher.log(1), "gap 3-5 trimmed then 5 of 1");
    EXPECT_TRUE(watcher.filtered.empty());
}

TEST_F(HubTest, AFilterInForceAgainIsToldToThoseWhoHaveIt) {
    RecordingWatcher other;
    hub.watch_filter(watcher, "dev", "room/+");
    hub.watch_filter(other, "dev", "task/+");
    hub.on_filter_in_force({"dev", "room/+", true});
    hub.on_filter_in_force({"elsewhere", "task/+", true});
    EXPECT_EQ(watcher.filtered, std::vector<std::string>{"filter room/+ link_lost"});
    EXPECT_TRUE(other.filtered.empty());
    hub.forget(other, 1);
}

TEST_F(HubTest, AFilterThatIsNotInForceAgainTakesNothingThatAnotherBrings) {
    hub.watch_filter(watcher, "dev", "room/+");
    RecordingWatcher other;
    hub.watch_filter(other, "dev", "#");
    hub.on_link_lost();
    hub.on_filter_in_force({"dev", "#", true});
    events(5, 1);
    EXPECT_TRUE(watcher.filtered.empty()) << "it may have missed some, and has not been told";
    hub.on_filter_in_force({"dev", "room/+", true});
    events(6, 1);
    EXPECT_EQ(watcher.filtered, (std::vector<std::string>{"filter room/+ link_lost", "room/ops:6"}));
    EXPECT_EQ(other.filtered.size(), 3U);
    hub.forget(other, 1);
}

TEST_F(HubTest, AFilterThatIsWatchedAnewIsNotLostAnyMore) {
    hub.watch_filter(watcher, "dev", "room/+");
    hub.on_link_lost();
    hub.unwatch_filter(watcher, "dev", "room/+");
    hub.watch_filter(watcher, "dev", "room/+");
    events(5, 1);
    EXPECT_EQ(watcher.filtered.size(), 1U);
}

}  // namespace
}  // namespace longwire::edge
