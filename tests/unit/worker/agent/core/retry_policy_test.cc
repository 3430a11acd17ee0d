#include "worker/agent/core/retry_policy.h"

#include <gtest/gtest.h>

namespace longwire::agent {
namespace {

Error failure(Errc code, std::int64_t retry_after_ms = 0) {
    return Error{code, "x", {}, retry_after_ms};
}

TEST(RetryPolicy, WaitsDoubleUpToTheLongestAndChanceTakesUpToHalfAway) {
    const RetryPolicy policy{100, 500, 3'000};
    const auto error = failure(Errc::unavailable);
    EXPECT_EQ(policy.wait_ms(error, 1, 0), 500);
    EXPECT_EQ(policy.wait_ms(error, 2, 0), 1'000);
    EXPECT_EQ(policy.wait_ms(error, 3, 0), 2'000);
    EXPECT_EQ(policy.wait_ms(error, 4, 0), 3'000);
    EXPECT_EQ(policy.wait_ms(error, 99, 0), 3'000);
    EXPECT_EQ(policy.wait_ms(error, 2, 1), 500);
    EXPECT_EQ(policy.wait_ms(error, 2, 0.5), 750);
}

TEST(RetryPolicy, NeverComesBeforeTheServerSaid) {
    const RetryPolicy policy{4, 500, 30'000};
    EXPECT_EQ(policy.wait_ms(failure(Errc::rate_limited, 7'000), 1, 1), 7'000);
    EXPECT_EQ(policy.wait_ms(failure(Errc::rate_limited, 100), 1, 0), 500);
    EXPECT_FALSE(policy.wait_ms(failure(Errc::rate_limited, 30'001), 1, 0)) << "more patience than there is";
}

TEST(RetryPolicy, GivesUpAfterItsTriesAndOnWhatWouldComeAgain) {
    const RetryPolicy policy{3, 500, 30'000};
    EXPECT_TRUE(policy.wait_ms(failure(Errc::unavailable), 2, 0));
    EXPECT_FALSE(policy.wait_ms(failure(Errc::unavailable), 3, 0));
    for (const auto code : {Errc::bad_request, Errc::unauthorized, Errc::too_large, Errc::not_found, Errc::internal}) {
        EXPECT_FALSE(policy.wait_ms(failure(code), 1, 0));
    }
}

TEST(RetryPolicy, AStatusSaysWhetherToComeAgain) {
    for (const unsigned status : {408U, 425U, 500U, 502U, 503U, 529U}) {
        EXPECT_EQ(error_of_status(status, "", 0).code, Errc::unavailable) << status;
    }
    EXPECT_EQ(error_of_status(429, "", 5).code, Errc::rate_limited);
    EXPECT_EQ(error_of_status(429, "", 5).retry_after_ms, 5);
    EXPECT_EQ(error_of_status(400, "", 0).code, Errc::bad_request);
    EXPECT_EQ(error_of_status(302, "", 0).code, Errc::bad_request);
    EXPECT_EQ(error_of_status(401, "bad key", 0).message, "the model server answered 401: bad key");
    EXPECT_EQ(error_of_status(404, "", 0).code, Errc::not_found);
}

}  // namespace
}  // namespace longwire::agent
