#include "bench/load/pace.h"

#include <gtest/gtest.h>

namespace longwire::load {
namespace {

TEST(LoadPace, GivesSoManyASecond) {
    Pace pace(1'000, 4, 8);
    int given = 0;
    for (; pace.is_due(1'000 + kNsPerS); pace.give()) ++given;
    EXPECT_EQ(given, 5);  // at 0, 1/4, 1/2, 3/4 and 1 s
    EXPECT_EQ(pace.next_ns(), 1'000 + kNsPerS + kNsPerS / 4);
    EXPECT_EQ(pace.left(), 3U);
}

TEST(LoadPace, EndsWithTheLastOne) {
    Pace pace(0, 1'000, 2);
    EXPECT_FALSE(pace.is_over());
    pace.give();
    pace.give();
    EXPECT_TRUE(pace.is_over());
    EXPECT_FALSE(pace.is_due(kNsPerS));
}

TEST(LoadPace, DoesNotDriftWithRatesThatAreNoWholeInterval) {
    Pace pace(0, 3, 3'001);
    for (int i = 0; i < 3'000; ++i) pace.give();
    EXPECT_EQ(pace.next_ns(), 1'000 * kNsPerS);
}

TEST(LoadPace, LooksNoMoreOftenThanNeeded) {
    Pace fast(0, 1e6, 10);
    EXPECT_EQ(fast.wake_ns(50'000), 150'000);
    Pace slow(kNsPerS, 1, 10);
    EXPECT_EQ(slow.wake_ns(50'000), kNsPerS);
}

}  // namespace
}  // namespace longwire::load
