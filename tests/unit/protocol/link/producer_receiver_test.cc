#include "protocol/link/producer_receiver.h"

#include <gmock/gmock.h>

namespace longwire::link {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using Verdict = ProducerReceiver::Verdict;

constexpr std::int64_t kStart = 1'000'000;

TEST(ProducerReceiver, LetsEventsThroughInOrderAndOnce) {
    ProducerReceiver r(2, 1000);
    EXPECT_EQ(r.offer({0, 1}, "p", "a"), Verdict::next);
    EXPECT_EQ(r.offer({0, 1}, "p", "a"), Verdict::duplicate);
    EXPECT_EQ(r.offer({0, 2}, "p", "b"), Verdict::next);
    EXPECT_EQ(r.offer({1, 1}, "p", "c"), Verdict::next);
    EXPECT_FALSE(r.take_early(0));
}

TEST(ProducerReceiver, KeepsEarlyEventsUntilTheirTurn) {
    ProducerReceiver r(1, 1000);
    EXPECT_EQ(r.offer({0, 3}, "p", "c"), Verdict::early);
    EXPECT_EQ(r.offer({0, 2}, "p", "b"), Verdict::early);
    EXPECT_FALSE(r.take_early(0));
    EXPECT_EQ(r.offer({0, 1}, "p", "a"), Verdict::next);
    EXPECT_EQ(r.take_early(0)->envelope, "b");
    EXPECT_EQ(r.take_early(0)->envelope, "c");
    EXPECT_FALSE(r.take_early(0));
    EXPECT_EQ(r.offer({0, 4}, "p", "d"), Verdict::next);
}

TEST(ProducerReceiver, WhatWasEarlyAndCameAgainIsTakenOnce) {
    ProducerReceiver r(1, 1000);
    r.offer({0, 2}, "p", "b");
    r.offer({0, 1}, "p", "a");
    EXPECT_EQ(r.offer({0, 2}, "p", "b"), Verdict::next);  // before take_early() was asked
    EXPECT_FALSE(r.take_early(0));
    EXPECT_EQ(r.offer({0, 3}, "p", "c"), Verdict::next);
}

TEST(ProducerReceiver, EarlyEventsBeyondTheBoundAreDroppedAndAskedForAgain) {
    ProducerReceiver r(1, 10);
    EXPECT_EQ(r.offer({0, 2}, "p", "123456789"), Verdict::early);
    EXPECT_EQ(r.offer({0, 3}, "p", "1"), Verdict::early);  // no room: dropped
    r.offer({0, 1}, "p", "a");
    EXPECT_TRUE(r.take_early(0));
    EXPECT_FALSE(r.take_early(0));
    r.missing(kStart);
    const auto requests = r.missing(kStart + ProducerReceiver::kPatienceUs);
    ASSERT_THAT(requests, SizeIs(1));
    EXPECT_EQ(requests[0].from, 3u);
    EXPECT_EQ(requests[0].to, 3u);
    EXPECT_EQ(r.offer({0, 5}, "p", "123456789"), Verdict::early);  // and the room is free again
    r.offer({0, 3}, "p", "1");
    r.offer({0, 4}, "p", "1");
    EXPECT_TRUE(r.take_early(0));
}

TEST(ProducerReceiver, AsksForHolesAfterSomePatienceAndNotTooOften) {
    ProducerReceiver r(1, 1000);
    r.offer({0, 1}, "p", "a");
    r.offer({0, 5}, "p", "e");
    EXPECT_THAT(r.missing(kStart), IsEmpty());
    const auto now = kStart + ProducerReceiver::kPatienceUs;
    const auto requests = r.missing(now);
    ASSERT_THAT(requests, SizeIs(1));
    EXPECT_EQ(requests[0].from, 2u);
    EXPECT_EQ(requests[0].to, 4u);
    EXPECT_THAT(r.missing(now + 1), IsEmpty());
    EXPECT_THAT(r.missing(now + ProducerReceiver::kAskAgainUs), SizeIs(1));
}

TEST(ProducerReceiver, AHoleThatFillsByItselfIsNotAskedFor) {
    ProducerReceiver r(1, 1000);
    r.offer({0, 2}, "p", "b");
    EXPECT_THAT(r.missing(kStart), IsEmpty());
    r.offer({0, 1}, "p", "a");
    r.take_early(0);
    EXPECT_THAT(r.missing(kStart + ProducerReceiver::kAskAgainUs), IsEmpty());
    r.offer({0, 4}, "p", "d");  // another hole has its own time
    EXPECT_THAT(r.missing(kStart + 2 * ProducerReceiver::kAskAgainUs), IsEmpty());
}

TEST(ProducerReceiver, ALostTailIsKnownFromWhatWasPublished) {
    ProducerReceiver r(2, 1000);
    r.offer({0, 1}, "p", "a");
    r.published({0, 3});
    r.published({9, 3});
    r.missing(kStart);
    const auto requests = r.missing(kStart + ProducerReceiver::kPatienceUs);
    ASSERT_THAT(requests, SizeIs(1));
    EXPECT_EQ(requests[0].from, 2u);
    EXPECT_EQ(requests[0].to, 3u);
}

TEST(ProducerReceiver, GoesOnWhereTheLogEnds) {
    ProducerReceiver r(2, 1000);
    r.restore({1, 7});
    r.restore({9, 7});
    EXPECT_EQ(r.offer({1, 7}, "p", "a"), Verdict::duplicate);
    EXPECT_EQ(r.offer({1, 8}, "p", "a"), Verdict::next);
    ASSERT_THAT(r.positions(), SizeIs(1));
    EXPECT_EQ(r.positions()[0].sequence, 7u);
}

TEST(ProducerReceiver, CommitsAreNewsOnce) {
    ProducerReceiver r(1, 1000);
    r.offer({0, 1}, "p", "a");
    r.offer({0, 2}, "p", "a");
    EXPECT_TRUE(r.committed({0, 2}));
    EXPECT_FALSE(r.committed({0, 2}));
    EXPECT_FALSE(r.committed({0, 1}));
    EXPECT_EQ(r.positions()[0].sequence, 2u);
}

}  // namespace
}  // namespace longwire::link
