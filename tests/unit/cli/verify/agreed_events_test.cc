#include "clients/cli/verify/agreed_events.h"

#include <gtest/gtest.h>

namespace longwire::cli {
namespace {

TEST(AgreedEvents, AnOffsetNamesOneEvent) {
    AgreedEvents agreed;
    EXPECT_TRUE(agreed.agrees("t1", 1, "a"));
    EXPECT_TRUE(agreed.agrees("t1", 1, "a"));
    EXPECT_FALSE(agreed.agrees("t1", 1, "b"));
    EXPECT_TRUE(agreed.agrees("t1", 2, "b"));
    EXPECT_TRUE(agreed.agrees("t2", 1, "b")) << "another log";
}

TEST(AgreedEvents, WhoLagsBehindTheNewestLogIsStillHeldToTheOneBefore) {
    AgreedEvents agreed;
    EXPECT_TRUE(agreed.agrees("t1", 1, "a"));
    EXPECT_TRUE(agreed.agrees("t2", 1, "c"));
    EXPECT_FALSE(agreed.agrees("t1", 1, "b"));
    EXPECT_FALSE(agreed.agrees("t2", 1, "d"));
}

TEST(AgreedEvents, KeepsTheNewestLogs) {
    AgreedEvents agreed;
    for (std::size_t i = 0; i <= AgreedEvents::kLogsMax; ++i) EXPECT_TRUE(agreed.agrees(std::to_string(i), 1, "a"));
    EXPECT_FALSE(agreed.agrees("1", 1, "b"));
    EXPECT_TRUE(agreed.agrees("0", 1, "b")) << "forgotten";
    EXPECT_TRUE(agreed.agrees("9", AgreedEvents::kEventsMax + 1, "a"));
}

}  // namespace
}  // namespace longwire::cli
