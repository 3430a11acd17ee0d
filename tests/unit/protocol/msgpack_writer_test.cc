#include "protocol/msgpack_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "protocol/msgpack_reader.h"
#include "tests/unit/protocol/bytes.h"

namespace longwire {
namespace {

using testing::packed;
using testing::to_hex;

std::string number(double value) {
    return to_hex(packed([&](MsgpackWriter& w) { w.number(value); }));
}

TEST(MsgpackWriter, WholeNumbersAreIntegers) {
    EXPECT_EQ(number(0), "00");
    EXPECT_EQ(number(-0.0), "00");
    EXPECT_EQ(number(1), "01");
    EXPECT_EQ(number(-1), "ff");
    EXPECT_EQ(number(4294967296.0), "cf0000000100000000");
    EXPECT_EQ(number(9223372036854775808.0), "cf8000000000000000");
    EXPECT_EQ(number(-9223372036854775808.0), "d38000000000000000");
}

TEST(MsgpackWriter, OthersAreFloatsOf64Bits) {
    EXPECT_EQ(number(0.5), "cb3fe0000000000000");
    EXPECT_EQ(number(-1.5), "cbbff8000000000000");
    EXPECT_EQ(number(-18446744073709551616.0), "cbc3f0000000000000");
    EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "cb7ff0000000000000");
    EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "cb7ff8000000000000");
}

TEST(MsgpackWriter, TwoToThe64thIsNoInteger) {
    // The library cast it to 64 bits, which is undefined; it was found by fuzzing "18446744073709551616".
    EXPECT_EQ(number(18446744073709551616.0), "cb43f0000000000000");
    EXPECT_EQ(number(18446744073709549568.0), "cffffffffffffff800");
}

TEST(MsgpackWriter, EmptyIsNilWhereItSaysSo) {
    EXPECT_EQ(to_hex(packed([](MsgpackWriter& w) { w.string_or_nil(""), w.string_or_nil("a"), w.string(""); })),
              "c0a161a0");
    EXPECT_EQ(to_hex(packed([](MsgpackWriter& w) { w.field_or_nil("k", ""), w.field_raw_or_nil("k", "\x01"); })),
              "a16bc0a16b01");
}

TEST(MsgpackWriter, LongTextsArraysAndMapsAreReadBack) {
    for (const std::size_t size : {0, 31, 32, 255, 256, 65535, 65536}) {
        const auto bytes = packed([&](MsgpackWriter& w) {
            w.string(std::string(size, 's'));
            w.binary(std::string(size, 'b'));
            w.array(size);
            for (std::size_t i = 0; i < size; ++i) w.nil();
            w.map(size);
            for (std::size_t i = 0; i < 2 * size; ++i) w.nil();
        });
        MsgpackReader reader(bytes);
        EXPECT_EQ(reader.string().size(), size);
        EXPECT_EQ(reader.binary().size(), size);
        EXPECT_EQ(reader.array(), size);
        for (std::size_t i = 0; i < size; ++i) reader.nil();
        EXPECT_EQ(reader.map(), size);
        for (std::size_t i = 0; i < 2 * size; ++i) reader.nil();
        EXPECT_TRUE(reader.ok() && reader.at_end()) << size;
    }
}

}  // namespace
}  // namespace longwire
