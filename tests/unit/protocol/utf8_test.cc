#include "protocol/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace longwire {
namespace {

using namespace std::string_view_literals;

/// A code point's encoding by the bit pattern alone, whether allowed or not.
std::string encoded(std::uint32_t point, int length) {
    if (length == 1) return {static_cast<char>(point)};
    std::string bytes;
    for (int i = length - 1; i > 0; --i, point >>= 6)
        bytes.insert(bytes.begin(), static_cast<char>(0x80 | (point & 0x3F)));
    const auto marker = 0xFF00U >> length;
    bytes.insert(bytes.begin(), static_cast<char>(marker | point));
    return bytes;
}

int shortest(std::uint32_t point) {
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

bool is_surrogate(std::uint32_t point) {
    return point >= 0xD800 && point <= 0xDFFF;
}

TEST(Utf8, EveryCodePointButSurrogatesIsValidInItsShortestForm) {
    for (std::uint32_t point = 0; point <= 0x10FFFF; ++point) {
        const auto length = shortest(point);
        const auto expected = is_surrogate(point) ? 0U : static_cast<std::size_t>(length);
        ASSERT_EQ(utf8_sequence_length(encoded(point, length)), expected) << std::hex << point;
    }
}

TEST(Utf8, LongerFormsAreInvalid) {
    for (std::uint32_t point = 0; point < 0x10000; ++point) {
        for (int length = shortest(point) + 1; length <= 4; ++length) {
            ASSERT_EQ(utf8_sequence_length(encoded(point, length)), 0U) << std::hex << point << " in " << length;
        }
    }
}

TEST(Utf8, BeyondTheLastCodePointIsInvalid) {
    EXPECT_EQ(utf8_sequence_length("\xF4\x90\x80\x80"), 0U);
    EXPECT_EQ(utf8_sequence_length("\xF5\x80\x80\x80"), 0U);
    EXPECT_EQ(utf8_sequence_length("\xFF\xBF\xBF\xBF"), 0U);
}

TEST(Utf8, ACutSequenceIsInvalid) {
    for (const auto whole : {"\xC3\xBC"sv, "\xE2\x82\xAC"sv, "\xF0\x9F\x98\x80"sv}) {
        EXPECT_EQ(utf8_sequence_length(whole), whole.size());
        for (std::size_t size = 1; size < whole.size(); ++size) {
            EXPECT_EQ(utf8_sequence_length(whole.substr(0, size)), 0U);
        }
    }
}

TEST(Utf8, AContinuationByteBeginsNothing) {
    for (int byte = 0x80; byte < 0xC2; ++byte) {
        EXPECT_EQ(utf8_sequence_length(std::string(4, static_cast<char>(byte))), 0U);
    }
}

TEST(Utf8, EachPositionNeedsItsContinuation) {
    EXPECT_EQ(utf8_sequence_length("\xE2\x82 "), 0U);
    EXPECT_EQ(utf8_sequence_length("\xE2 \xAC"), 0U);
    EXPECT_EQ(utf8_sequence_length("\xF0\x9F\x98 "), 0U);
    EXPECT_EQ(utf8_sequence_length("\xF0\x9F \x80"), 0U);
    EXPECT_EQ(utf8_sequence_length("\xF0 \x98\x80"), 0U);
}

TEST(Utf8, TextIsValidWhenAllOfItIs) {
    EXPECT_TRUE(is_valid_utf8(""));
    EXPECT_TRUE(is_valid_utf8("Größe \xE2\x82\xAC \xF0\x9F\x98\x80"));
    EXPECT_TRUE(is_valid_utf8("a\0b"sv));
    EXPECT_FALSE(
        is_valid_utf8("Gr\xF6\xDF"
                      "e"));
    EXPECT_FALSE(is_valid_utf8("ends early \xE2\x82"));
}

TEST(Utf8, APrefixCutsNoCharacter) {
    EXPECT_EQ(utf8_prefix("abc", 4), "abc");
    EXPECT_EQ(utf8_prefix("abcde", 4), "abcd");
    EXPECT_EQ(utf8_prefix("abc\u00e9", 4), "abc");
    EXPECT_EQ(utf8_prefix("\U0001F600\U0001F600", 7), "\U0001F600");
    EXPECT_EQ(utf8_prefix("\x80\x80\x80\x80\x80\x80", 4).size(), 4U) << "what is no UTF-8 is cut anywhere";
}

}  // namespace
}  // namespace longwire
