#include "protocol/ascii.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

TEST(Ascii, LettersChangeTheirCaseAndNothingElseDoes) {
    EXPECT_EQ(lower_case("@AZ[`az{ 09-_Ä"), "@az[`az{ 09-_Ä");
    EXPECT_EQ(upper_case("@AZ[`az{ 09-_ä"), "@AZ[`AZ{ 09-_ä");
    EXPECT_EQ(lower_case(""), "");
    for (int i = 0; i < 256; ++i) {
        const auto c = static_cast<char>(i);
        const bool is_upper = i >= 65 && i <= 90;
        const bool is_lower = i >= 97 && i <= 122;
        EXPECT_EQ(lower_case(c), is_upper ? static_cast<char>(i + 32) : c) << i;
        EXPECT_EQ(upper_case(c), is_lower ? static_cast<char>(i - 32) : c) << i;
    }
}

}  // namespace
}  // namespace longwire
