#include "edge/core/page_cache.h"

#include <gtest/gtest.h>

#include "edge/core/hub_topic.h"
#include "tests/unit/edge/core/batches.h"

namespace longwire::edge {
namespace {

constexpr std::size_t kEvents = 10;

EventBatchPtr page_from(std::uint64_t first) {
    return make_batch("dev/room/ops", 1, first, kEvents);
}

/// Offsets of two digits each, so that all pages are of one size.
const std::size_t kPageBytes = page_from(11)->bytes();

struct PageCacheTest : testing::Test {
    HubTopic ops;
    HubTopic other;
    PageCache cache{4 * kPageBytes};

    std::uint64_t found(const HubTopic& topic, std::uint64_t offset) {
        const auto page = cache.find(topic, offset);
        return page ? page->first() : 0;
    }
};

TEST_F(PageCacheTest, APageIsFoundByEachOfItsEvents) {
    cache.keep(ops, page_from(11), true, 0);
    cache.keep(ops, page_from(31), true, 0);
    EXPECT_EQ(found(ops, 10), 0U);
    EXPECT_EQ(found(ops, 11), 11U);
    EXPECT_EQ(found(ops, 20), 11U);
    EXPECT_EQ(found(ops, 21), 0U);
    EXPECT_EQ(found(ops, 31), 31U);
    EXPECT_EQ(found(ops, 41), 0U);
    EXPECT_EQ(found(other, 11), 0U);
}

TEST_F(PageCacheTest, OneThatIsKeptAgainTakesItsPlace) {
    cache.keep(ops, page_from(11), false, 0);
    cache.keep(ops, page_from(11), true, 0);
    EXPECT_EQ(cache.bytes(), kPageBytes);
    EXPECT_EQ(found(ops, 15), 11U);
}

TEST_F(PageCacheTest, TheOldestGoFirst) {
    for (std::uint64_t first = 11; first <= 51; first += kEvents) cache.keep(ops, page_from(first), true, 0);
    EXPECT_EQ(cache.bytes(), 4 * kPageBytes);
    EXPECT_EQ(found(ops, 11), 0U);
    EXPECT_EQ(found(ops, 21), 21U);
    EXPECT_EQ(found(ops, 51), 51U);
}

TEST_F(PageCacheTest, WhatNobodyHasHadStaysLongest) {
    cache.keep(ops, page_from(11), false, 0);
    cache.keep(ops, page_from(21), false, 0);
    EXPECT_EQ(found(ops, 21), 21U);
    for (std::uint64_t first = 31; first <= 71; first += kEvents) cache.keep(ops, page_from(first), true, 0);
    EXPECT_EQ(found(ops, 21), 0U) << "it had been given";
    EXPECT_EQ(found(ops, 11), 11U);
    EXPECT_EQ(cache.bytes(), 4 * kPageBytes);
}

TEST_F(PageCacheTest, OnlyHalfOfTheRoomIsForWhatIsReadAhead) {
    cache.keep(ops, page_from(11), true, 0);
    cache.keep(ops, page_from(21), false, 0);
    EXPECT_TRUE(cache.has_room_ahead());
    cache.keep(ops, page_from(31), false, 0);
    EXPECT_FALSE(cache.has_room_ahead());
    EXPECT_TRUE(cache.peek(ops, 31));
    EXPECT_FALSE(cache.has_room_ahead()) << "it was only looked at";
    EXPECT_TRUE(cache.find(ops, 31));
    EXPECT_TRUE(cache.has_room_ahead());
}

TEST_F(PageCacheTest, ATopicsPagesGoTogether) {
    cache.keep(ops, page_from(11), true, 0);
    cache.keep(ops, page_from(21), false, 0);
    cache.keep(other, page_from(11), true, 0);
    cache.drop(ops);
    EXPECT_EQ(found(ops, 11), 0U);
    EXPECT_EQ(found(ops, 21), 0U);
    EXPECT_EQ(found(other, 11), 11U);
    EXPECT_EQ(cache.bytes(), kPageBytes);
}

TEST_F(PageCacheTest, NoneIsKeptForLong) {
    cache.keep(ops, page_from(11), true, 5);
    cache.keep(ops, page_from(21), false, 5);
    cache.keep(ops, page_from(31), false, 6);
    cache.expire(5);
    EXPECT_EQ(cache.bytes(), 3 * kPageBytes);
    cache.expire(6);
    EXPECT_EQ(cache.bytes(), kPageBytes);
    EXPECT_EQ(found(ops, 31), 31U);
    cache.expire(7);
    EXPECT_EQ(cache.bytes(), 0U);
}

TEST_F(PageCacheTest, OneLargerThanAllRoomIsNotKept) {
    PageCache small(kPageBytes - 1);
    small.keep(ops, page_from(11), true, 0);
    EXPECT_EQ(small.bytes(), 0U);
    EXPECT_FALSE(small.find(ops, 11));
}

}  // namespace
}  // namespace longwire::edge
