#include "protocol/utc_text.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

TEST(UtcText, HasMilliseconds) {
    EXPECT_EQ(utc_text(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(utc_text(1'700'000'000'123'456), "2023-11-14T22:13:20.123Z");
    EXPECT_EQ(utc_text(-1), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace longwire
