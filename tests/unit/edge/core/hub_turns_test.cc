#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/unit/edge/core/hub_fixture.h"

namespace longwire::edge {
namespace {

/// Many topics of one watcher, each with ten events of the past.
struct HubTurns : HubTest {
    static std::string path(std::size_t i) { return "dev/room/" + std::to_string(i); }

    void watch_many(std::size_t count, const From& from) {
        for (std::size_t i = 0; i < count; ++i) {
            hub.watch(watcher, i, path(i), from);
            hub.on_ready({path(i), 1, 10, 1});
        }
    }
    /// Answers the fetch of this number with `count` events.
    void answer(std::size_t number, std::size_t count = 10) {
        const auto fetch = fetches().at(number);
        const auto batch = make_batch(fetch.path, 1, fetch.after + 1, count);
        hub.on_fetched({fetch.token, FetchedPage{1, 10, 1, batch}});
    }
    std::size_t answer_all() {
        std::size_t answered = 0;
        for (; answered < fetches().size(); ++answered) answer(answered);
        return answered;
    }
};

TEST_F(HubTurns, ManyTopicsFromThePastAreFetchedAFewAtATime) {
    // A client that came back with hundreds of topics was sent all their pages at once: more than it was allowed to
    // have unsent, so that it was closed as too slow.
    watch_many(500, after(0));
    EXPECT_EQ(fetches().size(), Hub::kFetchesPerWatcherMax / 2);
    EXPECT_EQ(answer_all(), 500U);
    for (std::size_t i = 0; i < 500; ++i) EXPECT_EQ(watcher.log(i), "1 2 3 4 5 6 7 8 9 10");
}

TEST_F(HubTurns, ManyClientsShareAShardsFetchesInTurn) {
    std::vector<RecordingWatcher> many(Hub::kFetchesAtOnceMax);
    for (std::size_t i = 0; i < many.size(); ++i) {
        for (std::size_t k = 0; k < 3; ++k) {
            hub.watch(many[i], k, path(3 * i + k), after(0));
            hub.on_ready({path(3 * i + k), 1, 10, 1});
        }
    }
    EXPECT_EQ(fetches().size(), Hub::kFetchesAtOnceMax);
    EXPECT_EQ(answer_all(), 3 * many.size());
    for (auto& one : many) {
        for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(one.log(k), "1 2 3 4 5 6 7 8 9 10");
        hub.forget(one, 1);
    }
}

TEST_F(HubTurns, AFetchThatIsNotWantedAnyMoreWhenItsTurnComesIsNotAsked) {
    std::vector<RecordingWatcher> many(Hub::kFetchesAtOnceMax + 2);
    for (std::size_t i = 0; i < many.size(); ++i) {
        hub.watch(many[i], 1, path(i), after(0));
        hub.on_ready({path(i), 1, 10, 1});
    }
    hub.forget(many[Hub::kFetchesAtOnceMax], 1);
    answer(0);
    EXPECT_EQ(fetches().back().path, path(Hub::kFetchesAtOnceMax + 1));
    answer(1);
    EXPECT_EQ(fetches().size(), Hub::kFetchesAtOnceMax + 1);
    for (auto& one : many) hub.forget(one, 1);
}

TEST_F(HubTurns, TopicsFromThePastGetAPageEachInTurn) {
    watch_many(2, after(0));
    ASSERT_EQ(fetches().size(), 2U);
    answer(0, 4);
    answer(1, 4);
    EXPECT_EQ(watcher.log(0), "1 2 3 4");
    EXPECT_EQ(watcher.log(1), "1 2 3 4");
    answer(2, 4);
    EXPECT_EQ(fetches().at(2).path, path(0));
    EXPECT_EQ(fetches().at(3).path, path(1));
}

TEST_F(HubTurns, TopicsInTheRingGetABatchEachInTurn) {
    // The first topic was given all that the ring had of it before the second got anything.
    watch_many(2, kNow);
    watcher.full = true;
    for (std::uint64_t offset = 11; offset < 15; ++offset) {
        for (std::size_t i = 0; i < 2; ++i) hub.on_events(make_batch(path(i), 1, offset, 1));
    }
    watcher.full = false;
    watcher.events_until_full = 4;
    hub.resume(watcher);
    EXPECT_EQ(watcher.log(0), "11 12");
    EXPECT_EQ(watcher.log(1), "11 12");
}

TEST_F(HubTurns, ThePastLeavesRoomForWhatComes) {
    hub.watch(watcher, 0, path(0), after(0));
    hub.watch(watcher, 1, path(1), kNow);
    hub.on_ready({path(0), 1, 10, 1});
    hub.on_ready({path(1), 1, 10, 1});
    watcher.half_full = true;
    answer(0, 4);
    EXPECT_EQ(watcher.log(0), "1 2 3 4") << "what was asked for is taken";
    answer(1, 6);
    EXPECT_EQ(watcher.log(0), "1 2 3 4") << "but no more: what was read ahead waits";
    hub.on_events(make_batch(path(1), 1, 11, 1));
    EXPECT_EQ(watcher.log(1), "11") << "live events don't wait behind it";
    watcher.half_full = false;
    hub.resume(watcher);
    EXPECT_EQ(watcher.log(0), "1 2 3 4 5 6 7 8 9 10");
}

TEST_F(HubTurns, AFullClientsLiveTopicDoesNotWaitForAllOfAnothersPast) {
    watch_many(20, after(0));
    hub.watch(watcher, 20, path(20), kNow);
    hub.on_ready({path(20), 1, 10, 1});
    watcher.full = true;
    hub.on_events(make_batch(path(20), 1, 11, 1));
    EXPECT_EQ(watcher.log(20), "");
    watcher.full = false;
    watcher.events_until_full = 1;
    hub.resume(watcher);
    EXPECT_EQ(watcher.log(20), "11") << "the very next";
}

TEST_F(HubTurns, APageForAClientThatIsFullIsKeptUntilItGoesOn) {
    hub.watch(watcher, 0, path(0), after(0));
    hub.on_ready({path(0), 1, 10, 1});
    watcher.full = true;
    answer(0);
    EXPECT_EQ(watcher.log(0), "");
    watcher.full = false;
    hub.resume(watcher);
    EXPECT_EQ(fetches().size(), 1U);
    EXPECT_EQ(watcher.log(0), "1 2 3 4 5 6 7 8 9 10");
}

TEST_F(HubTurns, AnEndedFetchOfWhateverKindLetsTheNextWatchHaveItsTurn) {
    constexpr std::size_t kAtOnce = Hub::kFetchesPerWatcherMax / 2;
    watch_many(kAtOnce + 3, after(0));
    ASSERT_EQ(fetches().size(), kAtOnce);
    hub.on_ready({path(0), 2, 0, 1});
    EXPECT_EQ(fetches().size(), kAtOnce + 1) << "a new epoch ends it";
    hub.unwatch(watcher, 1, 1);
    EXPECT_EQ(fetches().size(), kAtOnce + 2);
    hub.on_refused({path(2), Error{Errc::bad_request, "no"}});
    EXPECT_EQ(fetches().size(), kAtOnce + 3);
}

}  // namespace
}  // namespace longwire::edge
