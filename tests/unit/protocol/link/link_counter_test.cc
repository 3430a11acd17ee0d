#include "protocol/link/link_counter.h"

#include <gtest/gtest.h>

namespace longwire::link {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

TEST(LinkCounter, SeesThatAMessageIsMissing) {
    LinkCounter counter(0);
    EXPECT_TRUE(counter.accept(1, 0));
    EXPECT_TRUE(counter.accept(2, 0));
    EXPECT_FALSE(counter.accept(4, 0));
}

TEST(LinkCounter, ADoubleIsAsWrongAsAHole) {
    LinkCounter counter(0);
    counter.accept(1, 0);
    EXPECT_FALSE(counter.accept(1, 0));
}

TEST(LinkCounter, APeerThatBeganAnewIsFollowed) {
    LinkCounter counter(0);
    counter.accept(1, 0);
    counter.accept(2, 0);
    counter.peer_began_anew(0);
    EXPECT_TRUE(counter.accept(2, 0));
}

TEST(LinkCounter, ItsOwnNumbersRiseFromOne) {
    LinkCounter counter(0);
    EXPECT_EQ(counter.next(0), 1u);
    EXPECT_EQ(counter.next(0), 2u);
}

TEST(LinkCounter, SilenceIsNoticedOnBothSides) {
    LinkCounter counter(0);
    EXPECT_FALSE(counter.is_heartbeat_due(kSecond - 1));
    EXPECT_TRUE(counter.is_heartbeat_due(kSecond));
    counter.next(kSecond);
    EXPECT_FALSE(counter.is_heartbeat_due(kSecond + 1));
    EXPECT_FALSE(counter.is_peer_lost(3 * kSecond));
    EXPECT_TRUE(counter.is_peer_lost(3 * kSecond + 1));
    counter.accept(1, 3 * kSecond);
    EXPECT_FALSE(counter.is_peer_lost(6 * kSecond));
}

}  // namespace
}  // namespace longwire::link
