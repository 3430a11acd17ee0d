#include "protocol/retry_after.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

constexpr std::int64_t kNowUs = 784'111'777'000'000;  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfter, IsSecondsOrADate) {
    EXPECT_EQ(read_retry_after_ms("3", kNowUs), 3'000);
    EXPECT_EQ(read_retry_after_ms(" 0 ", kNowUs), 0);
    EXPECT_EQ(read_retry_after_ms("Sun, 06 Nov 1994 08:49:40 GMT", kNowUs), 3'000);
    EXPECT_EQ(read_retry_after_ms("Sun, 06 Nov 1994 08:49:36 GMT", kNowUs), 0);
}

TEST(RetryAfter, IsADayAtMost) {
    EXPECT_EQ(read_retry_after_ms("999999999999", kNowUs), 86'400'000);
    EXPECT_EQ(read_retry_after_ms("Thu, 29 Feb 1996 00:00:00 GMT", kNowUs), 86'400'000);
}

TEST(RetryAfter, OfAnotherFormIsNone) {
    for (const auto* const text :
         {"", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 xxx 1999 08:49:37 GMT",
          "Thu, 30 Feb 1995 00:00:00 GMT", "Sun, 06 Nov 19x4 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:40 GMT"}) {
        EXPECT_EQ(read_retry_after_ms(text, kNowUs), 0) << text;
    }
}

}  // namespace
}  // namespace longwire
