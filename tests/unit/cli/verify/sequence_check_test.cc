#include "clients/cli/verify/sequence_check.h"

#include <gtest/gtest.h>

namespace longwire::cli {
namespace {

SequenceCheck subscribed(std::uint64_t offset = 0) {
    SequenceCheck check;
    check.on_subscribed("e1", offset);
    return check;
}

TEST(SequenceCheck, CountsWhatComesInOrder) {
    auto check = subscribed();
    for (std::uint64_t offset = 1; offset <= 5; ++offset) check.on_event(offset);
    EXPECT_EQ(check.counts().events, 5);
    EXPECT_TRUE(check.counts().is_exact());
    EXPECT_EQ(check.offset(), 5);
}

TEST(SequenceCheck, AHoleIsLost) {
    auto check = subscribed();
    check.on_event(1);
    check.on_event(5);
    EXPECT_EQ(check.counts().lost, 3);
    EXPECT_FALSE(check.counts().is_exact());
}

TEST(SequenceCheck, TheNewestAgainIsDuplicatedAndAnOlderOneReordered) {
    auto check = subscribed();
    check.on_event(1);
    check.on_event(2);
    check.on_event(2);
    check.on_event(1);
    EXPECT_EQ(check.counts().duplicated, 1);
    EXPECT_EQ(check.counts().reordered, 1);
    EXPECT_EQ(check.counts().lost, 0);
}

TEST(SequenceCheck, AResumeMustGoOnWhereItWasLeft) {
    auto check = subscribed();
    check.on_event(1);
    check.on_subscribed("e1", 1);
    check.on_event(2);
    EXPECT_TRUE(check.counts().is_exact());
    check.on_subscribed("e1", 4);
    EXPECT_EQ(check.counts().lost, 2) << "3 and 4";
}

TEST(SequenceCheck, WhatAGapTellsIsNotLost) {
    auto check = subscribed();
    check.on_event(1);
    check.on_gap(2, 4);
    check.on_event(5);
    EXPECT_TRUE(check.counts().is_exact());
    EXPECT_EQ(check.counts().gaps, 3);
    check.on_gap(8, 9);
    EXPECT_EQ(check.counts().lost, 2) << "6 and 7 were not told of";
    check.on_gap(3, 5);
    EXPECT_EQ(check.counts().gaps, 5) << "told late, it tells nothing new";
}

TEST(SequenceCheck, AMergedStretchLeavesOutWhatItStandsFor) {
    auto check = subscribed();
    check.on_merged(1, 10, 2);
    check.on_event(4);
    check.on_event(9);
    EXPECT_EQ(check.offset(), 10) << "all that is left of it has come";
    EXPECT_EQ(check.counts().merged, 8);
    check.on_event(11);
    EXPECT_TRUE(check.counts().is_exact());
    check.on_merged(12, 14, 0);
    check.on_event(15);
    EXPECT_TRUE(check.counts().is_exact());
    EXPECT_EQ(check.counts().merged, 11);
}

TEST(SequenceCheck, AMergedStretchMayTellGapsOfItsOwn) {
    auto check = subscribed();
    check.on_merged(1, 10, 2);
    check.on_event(3);
    check.on_gap(6, 8);
    check.on_event(10);
    check.on_event(11);
    EXPECT_TRUE(check.counts().is_exact());
    EXPECT_EQ(check.counts().merged, 5);
    EXPECT_EQ(check.counts().gaps, 3);
}

TEST(SequenceCheck, AMergedStretchThatIsCutOffIsResumedBehindItsLastEvent) {
    auto check = subscribed();
    check.on_merged(1, 10, 2);
    check.on_event(4);
    check.on_subscribed("e1", 4);
    check.on_event(5);
    EXPECT_TRUE(check.counts().is_exact());
    check.on_event(7);
    EXPECT_EQ(check.counts().lost, 1) << "the stretch is over with its connection";
}

TEST(SequenceCheck, ANewEpochBeginsAnewAndIsCountedOnce) {
    auto check = subscribed();
    check.on_event(1);
    check.on_new_epoch("e2");
    check.on_event(1);
    check.on_event(2);
    EXPECT_TRUE(check.counts().is_exact());
    check.on_subscribed("e3", 0);
    check.on_new_epoch("e3");
    check.on_event(1);
    EXPECT_TRUE(check.counts().is_exact());
    EXPECT_EQ(check.counts().new_epochs, 2);
}

}  // namespace
}  // namespace longwire::cli
