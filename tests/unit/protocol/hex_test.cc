#include "protocol/hex.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

TEST(HexDigits, AreSixteen) {
    EXPECT_EQ(hex_digits(0), "0000000000000000");
    EXPECT_EQ(hex_digits(0xe), "000000000000000e");
    EXPECT_EQ(hex_digits(0x0123456789abcdef), "0123456789abcdef");
    EXPECT_EQ(hex_digits(~std::uint64_t{0}), "ffffffffffffffff");
}

}  // namespace
}  // namespace longwire
