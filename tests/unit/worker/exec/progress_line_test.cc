#include "worker/exec/progress_line.h"

#include <gtest/gtest.h>

namespace longwire::exec {
namespace {

TEST(ProgressLine, HoldsAFractionAndAMessage) {
    const auto progress = parse_progress_line("::progress 0.42 halfway there");
    ASSERT_TRUE(progress);
    EXPECT_DOUBLE_EQ(progress->fraction, 0.42);
    EXPECT_EQ(progress->message, "halfway there");
}

TEST(ProgressLine, TheMessageMayBeMissing) {
    EXPECT_EQ(parse_progress_line("::progress 1")->message, "");
    EXPECT_EQ(parse_progress_line("::progress 0 ")->message, "");
}

TEST(ProgressLine, AnyOtherLineIsNone) {
    for (const auto* line :
         {"", "progress 0.5", "::progress", "::progress ", "::progress x", "::progress 0.5x", "::progress 1.1",
          "::progress -0.1", "::progress nan", " ::progress 0.5", "::progress 50%"}) {
        EXPECT_FALSE(parse_progress_line(line)) << line;
    }
}

}  // namespace
}  // namespace longwire::exec
