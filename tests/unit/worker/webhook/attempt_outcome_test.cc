#include "worker/webhook/attempt_outcome.h"

#include <gtest/gtest.h>

namespace longwire::webhook {
namespace {

constexpr std::int64_t kNowUs = 1'000'000'000'000'000;  // Sun, 09 Sep 2001 01:46:40 GMT

net::HttpHead answer(unsigned status, std::vector<net::HttpHeader> headers = {}) {
    return {status, std::move(headers)};
}

TaskResult outcome(unsigned status, std::vector<net::HttpHeader> headers = {}) {
    return outcome_of(answer(status, std::move(headers)), 5'000, kNowUs, 12);
}

TEST(AttemptOutcomeTest, TwoHundredsAreDone) {
    for (const unsigned status : {200u, 201u, 204u, 299u}) {
        const auto ended = outcome(status);
        EXPECT_EQ(ended.kind(), TaskResult::Kind::completed) << status;
        EXPECT_EQ(ended.value().at("status"), status);
        EXPECT_EQ(ended.value().at("ms"), 12);
    }
}

TEST(AttemptOutcomeTest, AllElseIsTriedAgain) {
    for (const unsigned status : {300u, 302u, 307u, 400u, 401u, 404u, 408u, 425u, 429u, 500u, 502u, 503u, 504u, 599u}) {
        const auto ended = outcome(status);
        EXPECT_EQ(ended.kind(), TaskResult::Kind::failed) << status;
        EXPECT_TRUE(ended.retryable()) << status;
        EXPECT_EQ(ended.retry_after_ms(), 5'000) << status;
        EXPECT_EQ(ended.value().at("status"), status);
    }
}

TEST(AttemptOutcomeTest, GoneIsForGood) {
    const auto ended = outcome(410, {{"Retry-After", "1"}});
    EXPECT_EQ(ended.kind(), TaskResult::Kind::failed);
    EXPECT_FALSE(ended.retryable());
    EXPECT_EQ(ended.code(), "gone");
}

TEST(AttemptOutcomeTest, ALongerRetryAfterIsRespected) {
    EXPECT_EQ(outcome(429, {{"retry-after", "120"}}).retry_after_ms(), 120'000);
    EXPECT_EQ(outcome(503, {{"Retry-After", "2"}}).retry_after_ms(), 5'000);
    EXPECT_EQ(outcome(503, {{"Retry-After", "Sun, 09 Sep 2001 02:46:40 GMT"}}).retry_after_ms(), 3'600'000);
    EXPECT_EQ(outcome(503, {{"Retry-After", "Sun, 09 Sep 2001 00:46:40 GMT"}}).retry_after_ms(), 5'000);
    for (const char* nonsense : {"", "soon", "-5", "1.5", "12x", "99999999999999999999"}) {
        EXPECT_EQ(outcome(503, {{"Retry-After", nonsense}}).retry_after_ms(), 5'000) << nonsense;
    }
}

TEST(AttemptOutcomeTest, WithoutAnAnswerItIsTriedAgain) {
    for (const auto failure : {net::HttpFailure::unreachable, net::HttpFailure::timed_out, net::HttpFailure::cut_off,
                               net::HttpFailure::malformed, net::HttpFailure::too_large}) {
        const auto ended = outcome_of(net::HttpError{Error{Errc::unavailable, "why"}, failure}, 300'000);
        EXPECT_EQ(ended.kind(), TaskResult::Kind::failed);
        EXPECT_TRUE(ended.retryable());
        EXPECT_EQ(ended.text(), "why");
        EXPECT_EQ(ended.retry_after_ms(), 300'000);
    }
}

TEST(AttemptOutcomeTest, AnAddressThatIsNotAllowedIsForGood) {
    const auto ended = outcome_of(net::HttpError{Error{Errc::forbidden, "why"}, net::HttpFailure::refused}, 5'000);
    EXPECT_EQ(ended.code(), "refused");
    EXPECT_FALSE(ended.retryable());
}

TEST(AttemptOutcomeTest, AskedToEndItIsCancelled) {
    const auto ended = outcome_of(net::HttpError{Error{Errc::unavailable, "why"}, net::HttpFailure::cancelled}, 5'000);
    EXPECT_EQ(ended.kind(), TaskResult::Kind::cancelled);
}

}  // namespace
}  // namespace longwire::webhook
