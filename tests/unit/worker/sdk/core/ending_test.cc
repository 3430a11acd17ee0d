#include "worker/sdk/core/ending.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "protocol/json.h"

namespace longwire::worker {
namespace {

using ::testing::HasSubstr;

std::string json_of(const Ending& ending) {
    std::string json;
    EXPECT_TRUE(append_json(ending.payload, json));
    return json;
}

TEST(Ending, ACompletionCarriesItsResult) {
    const auto ending = ending_of(TaskResult::completed({{"n", 1}}), "");
    EXPECT_EQ(ending.type, "task.completed");
    EXPECT_EQ(json_of(ending), R"({"result":{"n":1}})");
    EXPECT_EQ(json_of(ending_of(TaskResult::completed(), "")), R"({"result":null})");
}

TEST(Ending, AFailureSaysWhetherToTryAgain) {
    EXPECT_EQ(json_of(ending_of(TaskResult::failed("code", "message"), "")),
              R"({"error":{"code":"code","message":"message"},"retryable":false})");
    EXPECT_EQ(json_of(ending_of(TaskResult::failed("code", "message", true, {{"a", 1}}), "")),
              R"({"error":{"code":"code","message":"message","details":{"a":1}},"retryable":true})");
}

TEST(Ending, AFailureMaySayWhenToTryAgain) {
    EXPECT_EQ(json_of(ending_of(TaskResult::failed("busy", "", true, nullptr, 5'000), "")),
              R"({"error":{"code":"busy","message":""},"retryable":true,"retry_after_ms":5000})");
    EXPECT_EQ(json_of(ending_of(TaskResult::failed("gone", "", false, nullptr, 5'000), "")),
              R"({"error":{"code":"gone","message":""},"retryable":false})");
}

TEST(Ending, ACancellationGivesItsOwnReasonOrTheRequests) {
    EXPECT_EQ(json_of(ending_of(TaskResult::cancelled("mine"), "theirs")), R"({"reason":"mine"})");
    EXPECT_EQ(json_of(ending_of(TaskResult::cancelled(), "theirs")), R"({"reason":"theirs"})");
    EXPECT_EQ(json_of(ending_of(TaskResult::cancelled(), "")), "{}");
}

TEST(Ending, WhatNoEventCanHoldFails) {
    const auto large = ending_of(TaskResult::completed(boost::json::value(std::string(1 << 20, 'x'))), "");
    EXPECT_EQ(large.type, "task.failed");
    EXPECT_THAT(json_of(large), HasSubstr("\"too_large\""));
    boost::json::value deep;
    for (int i = 0; i < 70; ++i) deep = boost::json::array({std::move(deep)});
    EXPECT_THAT(json_of(ending_of(TaskResult::completed(std::move(deep)), "")), HasSubstr("\"malformed\""));
    const auto error = ending_of(TaskResult::failed("code", std::string(2 << 20, 'x')), "");
    EXPECT_THAT(json_of(error), HasSubstr("the error makes an event of"));
}

}  // namespace
}  // namespace longwire::worker
