#include "protocol/event_ages.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

constexpr std::int64_t kBegin = 1'700'000'000'000'000;

TEST(EventAges, RecentOnesAreThoseOfTheLastTwoPeriods) {
    EventAges ages;
    ages.tick(kBegin);
    ages.add(10);
    ages.tick(kBegin + EventAges::kPeriodUs - 1);
    ages.add(20);
    EXPECT_EQ(ages.recent().count(), 2);
    ages.tick(kBegin + EventAges::kPeriodUs);
    ages.add(30);
    EXPECT_EQ(ages.recent().count(), 3);
    ages.tick(kBegin + 2 * EventAges::kPeriodUs);
    EXPECT_EQ(ages.recent().count(), 1);
    EXPECT_EQ(ages.recent().max_us(), 30);
    ages.tick(kBegin + 3 * EventAges::kPeriodUs);
    EXPECT_EQ(ages.recent().count(), 0);
    EXPECT_EQ(ages.all().count(), 3);
    EXPECT_EQ(ages.all().sum_us(), 60);
}

}  // namespace
}  // namespace longwire
