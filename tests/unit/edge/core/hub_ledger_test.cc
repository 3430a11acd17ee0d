#include <gmock/gmock.h>

#include "tests/unit/edge/core/hub_fixture.h"

namespace longwire::edge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct HubLedger : HubTest {
    TopicLedger ledger() {
        hub.on_ledger_asked({++surveys, kPath});
        const auto counted = all<LedgerCounted>().back();
        EXPECT_EQ(counted.survey, surveys);
        return counted.ledger;
    }
    std::uint64_t surveys = 0;
};

TEST_F(HubLedger, WhatCameAndWhatWasGivenIsCounted) {
    hub.watch(watcher, 1, kPath, kNow);
    hub.watch(watcher, 2, kPath, kNow);
    ready(10);
    events(11, 5);
    hub.on_trimmed({kPath, 16, 18});
    const auto counted = ledger();
    EXPECT_EQ(counted.offset, 18U);
    EXPECT_EQ(counted.watches, 2U);
    EXPECT_EQ(counted.received, (Tally{8, 5, 0, 3}));
    EXPECT_EQ(counted.given, (Tally{16, 10, 0, 6}));
    EXPECT_EQ(hub.given(), counted.given);
    EXPECT_THAT(hub.take_differences(), IsEmpty());
}

TEST_F(HubLedger, WhatIsReadOfThePastIsGivenAndDidNotCome) {
    hub.watch(watcher, 1, kPath, kStart);
    ready(4);
    page(1, 4);
    EXPECT_EQ(ledger().received, Tally{});
    EXPECT_EQ(ledger().given, (Tally{4, 4, 0, 0}));
}

TEST_F(HubLedger, AMergedStretchCountsWhatIsSentMergedAndLeftOut) {
    hub.tick(1'000'000);
    hub.watch(watcher, 1, kPath, kNow, {true, 0});
    ready(0);
    watcher.full = true;
    std::vector<Said> all(3, {"task.progress", "{}"});
    all.insert(all.end(), Merger::kLogsMax + 5, {"log", R"({"message":"m"})"});
    hub.on_events(make_batch_of(kPath, 1, all));
    hub.tick(3'000'000);
    watcher.full = false;
    hub.resume(watcher);
    EXPECT_EQ(ledger().given, (Tally{28, 21, 2, 5}));
}

TEST_F(HubLedger, WhatAWatchIsStillOwedIsNotDueYet) {
    hub.watch(watcher, 1, kPath, kNow);
    ready(0);
    watcher.full = true;
    events(1, 5);
    EXPECT_EQ(ledger().received, (Tally{5, 5, 0, 0}));
    EXPECT_EQ(ledger().given, Tally{});
}

TEST_F(HubLedger, AHoleInWhatComesIsADifferenceOfThatHop) {
    hub.watch(watcher, 1, kPath, kNow);
    ready(10);
    events(11, 1);
    events(14, 2);
    EXPECT_EQ(hub.differences().received, 1U);
    EXPECT_EQ(hub.differences().given, 0U);
    EXPECT_THAT(hub.take_differences(), ElementsAre(HasSubstr("broker to edge: of 4 events of dev/room/ops 2")));
    EXPECT_FALSE(ledger().received.adds_up());
}

TEST_F(HubLedger, ATopicThatIsNotHeldCountsNothing) {
    EXPECT_EQ(ledger().received, Tally{});
    EXPECT_EQ(ledger().watches, 0U);
}

}  // namespace
}  // namespace longwire::edge
