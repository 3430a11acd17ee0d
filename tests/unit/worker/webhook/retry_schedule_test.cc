#include "worker/webhook/retry_schedule.h"

#include <gtest/gtest.h>

namespace longwire::webhook {
namespace {

TEST(RetryScheduleTest, IsThatOfTheStandard) {
    constexpr std::int64_t kMinuteMs = 60'000;
    constexpr std::int64_t kHourMs = 60 * kMinuteMs;
    const std::vector<std::int64_t> delays{5'000,        5 * kMinuteMs, 30 * kMinuteMs, 2 * kHourMs, 5 * kHourMs,
                                           10 * kHourMs, 14 * kHourMs,  20 * kHourMs,   24 * kHourMs};
    for (std::uint32_t attempt = 1; attempt <= delays.size(); ++attempt) {
        EXPECT_EQ(retry_delay_ms(kStandardRetryMs, attempt), delays[attempt - 1]) << attempt;
    }
}

TEST(RetryScheduleTest, ItsLastWaitHoldsForAttemptsBeyondIt) {
    EXPECT_EQ(retry_delay_ms({7, 8}, 2), 8);
    EXPECT_EQ(retry_delay_ms({7, 8}, 10), 8);
}

TEST(RetryScheduleTest, AnotherRunBeginsAnew) {
    EXPECT_EQ(retry_delay_ms(kStandardRetryMs, 11), 5'000);
    EXPECT_EQ(retry_delay_ms({7, 8}, 12), 8);
}

}  // namespace
}  // namespace longwire::webhook
