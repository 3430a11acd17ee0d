#include "protocol/node/log_setup.h"

#include <gmock/gmock.h>

namespace longwire {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

TEST(Log, TextIsOneLineWithFields) {
    set_up_logging({"info", "text", "broker-1"});
    CaptureStderr();
    log_warn("slow\nedge", {{"topic", "room/a b"}, {"offset", 7}, {"share", 0.5}, {"last", true}});
    const std::string line = GetCapturedStderr();
    EXPECT_THAT(line, MatchesRegex("[0-9-]*T[0-9:.]*Z WARN broker-1 slow edge topic=\"room/a b\" offset=7 "
                                   "share=0.5 last=true\n"));
}

TEST(Log, JsonHasTypedFields) {
    set_up_logging({"info", "json", "broker-1"});
    CaptureStderr();
    log_error("said \"no\"", {{"topic", "a\x1f"}, {"offset", -7}});
    const std::string line = GetCapturedStderr();
    EXPECT_THAT(line,
                HasSubstr(R"("level":"error","node":"broker-1","msg":"said \"no\"","topic":"a\u001f","offset":-7})"
                          "\n"));
}

TEST(Log, LowerLevelsAreNotWritten) {
    set_up_logging({"error", "text", ""});
    CaptureStderr();
    log_warn("not this");
    EXPECT_EQ(GetCapturedStderr(), "");
}

TEST(LogLimiter, AdmitsSoManyLinesInASecondAndSaysOnceThatOthersAreLeftOut) {
    using Verdict = LogLimiter::Verdict;
    LogLimiter limiter(2);
    for (const std::int64_t start_us : {5, 1'000'005, 7'000'000}) {
        EXPECT_EQ(limiter.admit(start_us), Verdict::write);
        EXPECT_EQ(limiter.admit(start_us + 10), Verdict::write);
        EXPECT_EQ(limiter.admit(start_us + 20), Verdict::say_that_some_are_left_out);
        EXPECT_EQ(limiter.admit(start_us + 30), Verdict::leave_out);
        EXPECT_EQ(limiter.admit(start_us + 999'999), Verdict::leave_out);
    }
}

}  // namespace
}  // namespace longwire
