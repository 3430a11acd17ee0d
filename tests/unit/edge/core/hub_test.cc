#include "edge/core/hub.h"

#include <gtest/gtest.h>

#include "tests/unit/edge/core/hub_fixture.h"

namespace longwire::edge {
namespace {

TEST_F(HubTest, TheFirstWatchAsksForTheTopicAndOthersDoNot) {
    hub.watch(watcher, 1, kPath, kNow);
    hub.watch(watcher, 2, kPath, kNow);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(*all<WatchTopic>().at(0).path, kPath);
    EXPECT_FALSE(watcher.seen.contains(1)) << "nothing is said before the broker has answered";
}

TEST_F(HubTest, NowBeginsBehindTheHead) {
    hub.watch(watcher, 1, kPath, kNow);
    ready(10, 4);
    EXPECT_EQ(start(1).topic, "room/ops");
    EXPECT_EQ(start(1).epoch, 1U);
    EXPECT_EQ(start(1).after, 10U);
    EXPECT_EQ(start(1).head, 10U);
    EXPECT_EQ(start(1).tail, 4U);
    EXPECT_FALSE(start(1).resumed);
    events(11, 2);
    EXPECT_EQ(watcher.log(1), "11 12");
    EXPECT_TRUE(fetches().empty());
}

TEST_F(HubTest, StartBeginsAtTheTail) {
    hub.watch(watcher, 1, kPath, kStart);
    ready(6, 4);
    EXPECT_EQ(start(1).after, 3U);
    ASSERT_EQ(fetches().size(), 1U);
    EXPECT_EQ(fetches()[0].after, 3U);
    EXPECT_EQ(fetches()[0].epoch, 1U);
    page(4, 3);
    EXPECT_EQ(watcher.log(1), "4 5 6");
    events(7, 1);
    EXPECT_EQ(watcher.log(1), "4 5 6 7");
}

TEST_F(HubTest, LastCountsBackFromTheHeadAndNotPastTheTail) {
    hub.watch(watcher, 1, kPath, last(2));
    hub.watch(watcher, 2, kPath, last(100));
    hub.watch(watcher, 3, kPath, last(0));
    ready(10, 4);
    EXPECT_EQ(start(1).after, 8U);
    EXPECT_EQ(start(2).after, 3U);
    EXPECT_EQ(start(3).after, 10U);
    EXPECT_EQ(watcher.log(2), "") << "what was not asked for by name is not told of as missing";
}

TEST_F(HubTest, AfterResumesInTheSameEpoch) {
    hub.watch(watcher, 1, kPath, after(8));
    ready(10, 4);
    EXPECT_TRUE(start(1).resumed);
    EXPECT_EQ(start(1).after, 8U);
    page(9, 2);
    EXPECT_EQ(watcher.log(1), "9 10");
}

TEST_F(HubTest, AfterAnotherEpochBeginsAtTheTailAndIsTold) {
    hub.watch(watcher, 1, kPath, after(8, 77));
    ready(2, 1);
    epoch_is(1);
    EXPECT_FALSE(start(1).resumed);
    EXPECT_EQ(start(1).after, 0U);
    page(1, 2);
    EXPECT_EQ(watcher.log(1), "gap 9-8 epoch_changed then 0 of 1 1 2");
}

TEST_F(HubTest, AWatcherThatKnowsANewerEpochThanTheEdgeWaitsForTheEdgeToHearOfIt) {
    // It was told that its epoch had changed to the old one, and then back, and got the same events again.
    hub.watch(watcher, 1, kPath, after(2, 77));
    ready(5);
    epoch_is(77);
    EXPECT_FALSE(watcher.seen.contains(1));
    hub.tick(1);
    EXPECT_EQ(fetches().size(), 2U) << "asked again, in case the broker has gone back to an older log";
    hub.on_ready({kPath, 77, 0, 1});
    EXPECT_TRUE(start(1).resumed);
    events(1, 3, 77);
    EXPECT_EQ(watcher.log(1), "3");
}

TEST_F(HubTest, TheQuestionWhichEpochItIsGoesWithTheWatchThatIsInDoubt) {
    hub.watch(watcher, 1, kPath, after(2, 77));
    ready(5);
    hub.on_fetched({fetches().back().token, Error{Errc::unavailable, "no"}});
    hub.unwatch(watcher, 1, 1);
    hub.tick(1);
    EXPECT_EQ(fetches().size(), 1U);
}

TEST_F(HubTest, AfterWhatIsTrimmedIsToldAsAGap) {
    hub.watch(watcher, 1, kPath, after(2));
    ready(10, 9);
    page(9, 2, 9);
    EXPECT_EQ(watcher.log(1), "gap 3-8 trimmed then 8 of 1 9 10");
}

TEST_F(HubTest, AClientThatKnowsMoreThanTheEdgeGetsNothingTwice) {
    // A client that moved to an edge that was behind was set back to that edge's head, and got its last events twice.
    hub.watch(watcher, 1, kPath, after(12));
    ready(10);
    EXPECT_EQ(start(1).after, 12U);
    EXPECT_EQ(start(1).head, 12U);
    EXPECT_TRUE(start(1).resumed);
    events(11, 1);
    events(12, 2);
    EXPECT_EQ(watcher.log(1), "13");
}

TEST_F(HubTest, APageThatReachesBeyondTheLiveEventsIsNotRepeatedByThem) {
    // A page held events that were still on their way; when they came they were delivered again.
    hub.watch(watcher, 1, kPath, after(8));
    ready(10);
    page(9, 5);
    events(11, 2);
    events(13, 3);
    EXPECT_EQ(watcher.log(1), "9 10 11 12 13 14 15");
}

TEST_F(HubTest, TheRingServesThoseWhoComeBack) {
    hub.watch(watcher, 1, kPath, kNow);
    ready(10);
    events(11, 3);
    events(14, 2);
    RecordingWatcher back;
    hub.watch(back, 1, kPath, after(12));
    EXPECT_EQ(back.log(1), "13 14 15");
    EXPECT_TRUE(fetches().empty());
    hub.forget(back, 0);
}

TEST_F(HubTest, WaitersForTheSameShareOneFetch) {
    std::vector<RecordingWatcher> many(50);
    for (auto& one : many) hub.watch(one, 1, kPath, after(3));
    ready(10);
    EXPECT_EQ(fetches().size(), 1U);
    RecordingWatcher late;
    hub.watch(late, 1, kPath, after(3));
    EXPECT_EQ(fetches().size(), 1U);
    page(4, 7);
    for (auto& one : many) EXPECT_EQ(one.log(1), "4 5 6 7 8 9 10");
    EXPECT_EQ(late.log(1), "4 5 6 7 8 9 10");
    for (auto& one : many) hub.forget(one, 1);
    hub.forget(late, 1);
}

TEST_F(HubTest, PagesFollowUntilLiveWithoutASeamWhileEventsKeepComing) {
    hub.watch(watcher, 1, kPath, kStart);
    ready(5);
    std::uint64_t live = 6;
    std::string expected;
    for (std::uint64_t offset = 1; offset <= 5; offset += 2) {
        events(live++, 1);
        page(offset, 2);
    }
    events(live++, 1);
    for (std::uint64_t offset = 1; offset < live; ++offset) {
        expected += (expected.empty() ? "" : " ") + std::to_string(offset);
    }
    EXPECT_EQ(watcher.log(1), expected);
}

TEST_F(HubTest, AFullWatcherFallsBehindAndGoesOnWithoutLossOrDoubles) {
    hub.watch(watcher, 1, kPath, kNow);
    ready(0);
    events(1, 1);
    watcher.full = true;
    events(2, 2);
    events(4, 1);
    EXPECT_EQ(watcher.log(1), "1");
    watcher.full = false;
    events(5, 1);
    EXPECT_EQ(watcher.log(1), "1") << "a watch that is behind does not skip";
    hub.resume(watcher);
    EXPECT_EQ(watcher.log(1), "1 2 3 4 5");
    events(6, 1);
    EXPECT_EQ(watcher.log(1), "1 2 3 4 5 6");
}

TEST_F(HubTest, AWatcherThatFillsUpAgainOnItsWayGoesOnWhereItStopped) {
    hub.watch(watcher, 1, kPath, kNow);
    ready(0);
    watcher.full = true;
    for (std::uint64_t offset = 1; offset <= 6; ++offset) events(offset, 1);
    for (int i = 0; i < 3; ++i) {
        watcher.full = false;
        watcher.events_until_full = 2;
        hub.resume(watcher);
    }
    EXPECT_EQ(watcher.log(1), "1 2 3 4 5 6");
}

TEST_F(HubTest, ABusyTopicDoesNotKeepAnotherFromASlowWatcher) {
    // A slow client's first topic was served first each time there was room, and its second one never.
    const std::string other = "dev/room/quiet";
    hub.watch(watcher, 1, kPath, kNow);
    hub.watch(watcher, 2, other, kNow);
    ready(0);
    hub.on_ready({other, 1, 0, 1});
    watcher.full = true;
    hub.on_events(make_batch(other, 1, 1, 1));
    for (std::uint64_t offset = 1; offset <= 10; ++offset) events(offset, 1);
    for (int i = 0; i < 3; ++i) {
        watcher.full = false;
        watcher.events_until_full = 1;
        hub.resume(watcher);
    }
    EXPECT_EQ(watcher.log(2), "1");
}

TEST_F(HubTest, AFailedFetchIsAskedAgainAtTheNextTick) {
    hub.watch(watcher, 1, kPath, kStart);
    ready(2);
    EXPECT_TRUE(hub.on_fetched({fetches().at(0).token, Error{Errc::unavailable, "no"}}));
    EXPECT_EQ(fetches().size(), 1U);
    hub.tick(1);
    ASSERT_EQ(fetches().size(), 2U);
    page(1, 2);
    EXPECT_EQ(watcher.log(1), "1 2");
    hub.tick(2);
    EXPECT_EQ(fetches().size(), 2U);
}

TEST_F(HubTest, APageThatLeadsNowhereIsNotAskedForInALoop) {
    // An empty page of a broker that had lost the topic was answered by the same question at once, for ever.
    hub.watch(watcher, 1, kPath, kStart);
    ready(2);
    hub.on_fetched({fetches().back().token, FetchedPage{0, 0, 1, nullptr}});
    EXPECT_EQ(fetches().size(), 1U);
    hub.tick(1);
    hub.on_fetched({fetches().back().token, FetchedPage{9, 5, 1, nullptr}});
    EXPECT_EQ(fetches().size(), 2U);
    hub.on_ready({kPath, 9, 0, 1});
    hub.on_events(make_batch(kPath, 9, 1, 1));
    EXPECT_EQ(watcher.log(1), "gap 1-2 epoch_changed then 0 of 9 1");
    hub.tick(2);
    EXPECT_EQ(fetches().size(), 2U) << "the old epoch's fetch is forgotten";
}

TEST_F(HubTest, AFailedFetchThatNobodyWaitsForIsForgotten) {
    hub.watch(watcher, 1, kPath, kStart);
    ready(2);
    hub.on_fetched({fetches().at(0).token, Error{Errc::unavailable, "no"}});
    hub.unwatch(watcher, 1, 1);
    hub.tick(2);
    EXPECT_EQ(fetches().size(), 1U);
}

TEST_F(HubTest, OthersFetchesAreLeftToThem) {
    EXPECT_FALSE(hub.on_fetched({1, FetchedPage{}}));
}

TEST_F(HubTest, APageThatWasTrimmedMeanwhileIsToldAsAGap) {
    hub.watch(watcher, 1, kPath, kStart);
    ready(5);
    page(4, 2, 4);
    EXPECT_EQ(watcher.log(1), "gap 1-3 trimmed then 3 of 1 4 5");
}

TEST_F(HubTest, APageThatIsAllTrimmedIsToldAsAGap) {
    hub.watch(watcher, 1, kPath, kStart);
    ready(5);
    hub.on_fetched({fetches().back().token, FetchedPage{1, 5, 6, nullptr}});
    events(6, 1);
    EXPECT_EQ(watcher.log(1), "gap 1-5 trimmed then 5 of 1 6");
}

TEST_F(HubTest, WhatTheLogCannotReadIsToldAsAGap) {
    hub.watch(watcher, 1, kPath, kStart);
    ready(800);
    hub.on_fetched({fetches().back().token, FetchedPage{1, 800, 1, nullptr, 300}});
    EXPECT_EQ(watcher.log(1), "gap 1-300 trimmed then 300 of 1");
    ASSERT_EQ(fetches().size(), 2U);
    EXPECT_EQ(fetches().back().after, 300U);
    hub.on_fetched({fetches().back().token, FetchedPage{1, 802, 1, nullptr, 802}});
    EXPECT_EQ(watcher.log(1), "gap 1-300 trimmed then 300 of 1 gap 301-800 trimmed then 800 of 1");
    events(801, 2);
    EXPECT_EQ(watcher.log(1), "gap 1-300 trimmed then 300 of 1 gap 301-800 trimmed then 800 of 1 801 802")
        << "what comes live need not be read";
}

TEST_F(HubTest, TrimmedLiveEventsAreToldToThoseWhoAreLive) {
    RecordingWatcher behind;
    hub.watch(watcher, 1, kPath, kNow);
    hub.watch(behind, 1, kPath, kNow);
    ready(1);
    behind.full = true;
    events(2, 1);
    hub.on_trimmed({kPath, 3, 7});
    events(8, 1);
    EXPECT_EQ(watcher.log(1), "2 gap 3-7 trimmed then 7 of 1 8");
    behind.full = false;
    hub.resume(behind);
    ASSERT_EQ(fetches().size(), 1U);
    EXPECT_EQ(fetches()[0].after, 2U);
    page(8, 1, 8);
    EXPECT_EQ(behind.log(1), "2 gap 3-7 trimmed then 7 of 1 8");
    hub.forget(behind, 1);
}

TEST_F(HubTest, WhatLiesBeforeAGapIsThereForWhoComesLater) {
    // A gap for events that could not be read was taken for a log that begins behind it.
    RecordingWatcher late;
    hub.watch(watcher, 1, kPath, kNow);
    ready(2);
    hub.on_trimmed({kPath, 3, 7});
    hub.watch(late, 1, kPath, kStart);
    EXPECT_EQ(late.seen[1].start->after, 0U);
    ASSERT_EQ(fetches().size(), 1U);
    EXPECT_EQ(fetches()[0].after, 0U);
    hub.forget(late, 1);
}

TEST_F(HubTest, AGapAtTheLogsBeginMovesIt) {
    RecordingWatcher late;
    hub.watch(watcher, 1, kPath, kNow);
    ready(2, 3);
    hub.on_trimmed({kPath, 3, 7});
    hub.watch(late, 1, kPath, kStart);
    EXPECT_EQ(late.seen[1].start->after, 7U);
    hub.forget(late, 1);
}

TEST_F(HubTest, AnOldGapChangesNothing) {
    hub.watch(watcher, 1, kPath, kNow);
    ready(10);
    hub.on_trimmed({kPath, 3, 7});
    events(11, 1);
    EXPECT_EQ(watcher.log(1), "11");
}

TEST_F(HubTest, ANewEpochIsToldAndAllOfItComes) {
    RecordingWatcher behind;
    hub.watch(watcher, 1, kPath, kNow);
    hub.watch(behind, 1, kPath, kNow);
    ready(5);
    behind.full = true;
    events(6, 1);
    hub.on_ready({kPath, 2, 0, 1});
    events(1, 2, 2);
    EXPECT_EQ(watcher.log(1), "6 gap 7-6 epoch_changed then 0 of 2 1 2");
    behind.full = false;
    hub.resume(behind);
    EXPECT_EQ(behind.log(1), "gap 6-6 epoch_changed then 0 of 2 1 2");
    hub.forget(behind, 1);
}

TEST_F(HubTest, EventsOfAnotherEpochOrKnownOnesAreNotDelivered) {
    hub.watch(watcher, 1, kPath, kNow);
    ready(5);
    events(6, 1, 2);
    events(4, 2);
    EXPECT_EQ(watcher.log(1), "");
    events(5, 3);
    EXPECT_EQ(watcher.log(1), "6 7");
}

TEST_F(HubTest, AHoleInWhatComesIsFetched) {
    // Events that did not continue the ones before were dropped, and so were all that followed, without a word.
    hub.watch(watcher, 1, kPath, kNow);
    ready(5);
    events(8, 1);
    ASSERT_EQ(fetches().size(), 1U);
    EXPECT_EQ(fetches()[0].after, 5U);
    page(6, 2);
    events(9, 1);
    EXPECT_EQ(watcher.log(1), "6 7 8 9");
}

TEST_F(HubTest, ATopicSaidToBeReadyFurtherOnIsCaughtUp) {
    // A topic given up and taken up again had the first answer taken for the second's, and stood still from then on.
    hub.watch(watcher, 1, kPath, kNow);
    ready(5);
    ready(8);
    ASSERT_EQ(fetches().size(), 1U);
    events(9, 1);
    page(6, 3);
    EXPECT_EQ(watcher.log(1), "6 7 8 9");
}

TEST_F(HubTest, ATopicLingersAndIsThenGivenUp) {
    hub.watch(watcher, 1, kPath, kNow);
    ready(0);
    hub.unwatch(watcher, 1, 1'000'000);
    hub.tick(10'999'999);
    EXPECT_TRUE(all<UnwatchTopic>().empty());
    EXPECT_EQ(hub.topics(), 1U);
    events(1, 1);
    hub.watch(watcher, 2, kPath, after(0));
    EXPECT_EQ(watcher.log(2), "1") << "what came meanwhile is in the ring";
    hub.tick(11'000'000);
    EXPECT_EQ(hub.topics(), 1U) << "somebody watches again";
    hub.unwatch(watcher, 2, 12'000'000);
    hub.tick(21'999'999);
    EXPECT_EQ(hub.topics(), 1U);
    hub.tick(22'000'000);
    ASSERT_EQ(all<UnwatchTopic>().size(), 1U);
    EXPECT_EQ(all<UnwatchTopic>()[0].path, kPath);
    EXPECT_EQ(hub.topics(), 0U);
    EXPECT_EQ(hub.ring_bytes(), 0U);
}

TEST_F(HubTest, ARefusedTopicFailsAllItsWatches) {
    RecordingWatcher other;
    hub.watch(watcher, 1, kPath, kNow);
    hub.watch(watcher, 2, kPath, kStart);
    hub.watch(other, 1, kPath, kNow);
    hub.on_refused({kPath, Error{Errc::forbidden, "not for you"}});
    EXPECT_EQ(watcher.seen[1].failure->code, Errc::forbidden);
    EXPECT_EQ(watcher.seen[2].failure->code, Errc::forbidden);
    EXPECT_EQ(other.seen[1].failure->code, Errc::forbidden);
    EXPECT_EQ(hub.topics(), 0U);
    hub.watch(watcher, 3, kPath, kNow);
    EXPECT_EQ(all<WatchTopic>().size(), 2U);
}

TEST_F(HubTest, AWatcherMayBeForgottenInEveryState) {
    {
        RecordingWatcher opening;
        hub.watch(opening, 1, kPath, kNow);
        hub.forget(opening, 1);
    }
    hub.watch(watcher, 1, kPath, kNow);
    ready(5);
    {
        RecordingWatcher fetching;
        hub.watch(fetching, 1, kPath, kStart);
        EXPECT_EQ(fetches().size(), 1U);
        hub.forget(fetching, 1);
    }
    page(1, 5);
    {
        RecordingWatcher failed;
        hub.watch(failed, 1, kPath, kStart);
        hub.on_fetched({fetches().back().token, Error{Errc::unavailable, "no"}});
        hub.forget(failed, 1);
    }
    hub.tick(2);
    {
        RecordingWatcher behind;
        hub.watch(behind, 1, kPath, kNow);
        behind.full = true;
        events(6, 1);
        hub.forget(behind, 1);
    }
    {
        RecordingWatcher live;
        hub.watch(live, 1, kPath, kNow);
        hub.watch(live, 2, "dev/room/other", kNow);
        hub.watch_filter(live, "dev", "room/#");
        hub.watch_filter(live, "dev", "task/+");
        hub.forget(live, 1);
        EXPECT_EQ(all<UnwatchFilter>().size(), 2U);
    }
    events(7, 1);
    EXPECT_EQ(watcher.log(1), "6 7");
    hub.forget(watcher, 1);
    hub.forget(watcher, 1);
    hub.tick(100'000'000);
    EXPECT_EQ(hub.topics(), 0U);
}

TEST_F(HubTest, UnwatchingWhatIsNotWatchedDoesNothing) {
    hub.unwatch(watcher, 1, 1);
    hub.unwatch_filter(watcher, "dev", "room/#");
    EXPECT_TRUE(asked.empty());
}

}  // namespace
}  // namespace longwire::edge
