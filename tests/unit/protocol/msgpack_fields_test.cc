#include "protocol/msgpack_fields.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <string>

#include "tests/unit/protocol/bytes.h"

namespace longwire {
namespace {

using testing::from_hex;
using testing::packed;

constexpr auto kInt64Min = std::numeric_limits<std::int64_t>::min();
constexpr auto kInt64Max = std::numeric_limits<std::int64_t>::max();

/// A map of one field, whose name is "x".
template <class Write>
std::string map_of_x(const Write& write) {
    return packed([&](MsgpackWriter& w) {
        w.map(1);
        w.string("x");
        write(w);
    });
}

/// As a float 64, which MsgpackWriter gives to fractions only.
std::string x_is(double number) {
    const auto bits = std::bit_cast<std::uint64_t>(number);
    std::string value = "\xCB";
    for (int shift = 56; shift >= 0; shift -= 8) value += static_cast<char>(bits >> shift);
    return map_of_x([&](MsgpackWriter& w) { w.raw(value); });
}
std::string x_is(std::string_view text) {
    return map_of_x([&](MsgpackWriter& w) { w.string(text); });
}
std::string x_is_unsigned(std::uint64_t number) {
    return map_of_x([&](MsgpackWriter& w) { w.unsigned_integer(number); });
}
std::string x_is_signed(std::int64_t number) {
    return map_of_x([&](MsgpackWriter& w) { w.signed_integer(number); });
}

MsgpackFields parsed(const std::string& map) {
    auto fields = MsgpackFields::parse(map, "body");
    EXPECT_TRUE(fields);
    return fields ? *fields : MsgpackFields();
}

TEST(MsgpackFields, AreFoundByName) {
    const auto map = packed([](MsgpackWriter& w) {
        w.map(3);
        w.field("text", "a");
        w.field("flag", true);
        w.field("number", std::uint64_t{7});
    });
    const auto fields = parsed(map);
    EXPECT_EQ(*fields.string("text"), "a");
    EXPECT_TRUE(*fields.boolean_or("flag", false));
    EXPECT_EQ(*fields.integer("number", 0, 10), 7);
    EXPECT_EQ(*fields.number_or("number", 0, 0, 10), 7.0);
    EXPECT_TRUE(fields.has("text"));
    EXPECT_FALSE(fields.has("other"));
    EXPECT_EQ(fields.raw("number"), from_hex("07"));
    EXPECT_EQ(fields.all().size(), 3U);
}

TEST(MsgpackFields, AbsentOnesGiveTheFallbackOrAreRequired) {
    const auto map = from_hex("80");
    const auto fields = parsed(map);
    EXPECT_EQ(*fields.string_or("x", "fallback"), "fallback");
    EXPECT_TRUE(*fields.boolean_or("x", true));
    EXPECT_EQ(*fields.integer_or("x", -5, 0, 1), -5);
    EXPECT_EQ(*fields.number_or("x", 0.5, 0, 0), 0.5);
    EXPECT_EQ(fields.raw("x"), "");
    EXPECT_EQ(fields.string("x").error(), bad_request("x", "is required"));
    EXPECT_EQ(fields.integer("x", 0, 1).error(), bad_request("x", "is required"));
}

TEST(MsgpackFields, NilCountsAsAbsent) {
    const auto map = from_hex("81 a178 c0");
    const auto fields = parsed(map);
    EXPECT_FALSE(fields.has("x"));
    EXPECT_EQ(fields.string("x").error(), bad_request("x", "is required"));
    EXPECT_EQ(*fields.string_or("x", "fallback"), "fallback");
}

TEST(MsgpackFields, TheLastOfTwoCounts) {
    const auto map = from_hex("82 a178 01 a178 02");
    EXPECT_EQ(*parsed(map).integer("x", 0, 9), 2);
}

TEST(MsgpackFields, NilAfterAValueTakesItBack) {
    // {"x": 1, "x": nil} had x = 1, although the last value counts and nil is none.
    const auto map = from_hex("82 a178 01 a178 c0");
    EXPECT_FALSE(parsed(map).has("x"));
    EXPECT_EQ(*parsed(map).integer_or("x", 7, 0, 9), 7);
    const auto with_y = with_text_field(map, "y", "z");
    EXPECT_FALSE(parsed(with_y).has("x"));
    EXPECT_EQ(*parsed(with_y).string("y"), "z");
}

TEST(MsgpackFields, EachErrorNamesItsField) {
    const auto text = x_is("text");
    EXPECT_EQ(parsed(text).boolean_or("x", false).error(), bad_request("x", "must be true or false"));
    EXPECT_EQ(parsed(text).integer("x", 0, 1).error(), bad_request("x", "must be a whole number"));
    EXPECT_EQ(parsed(text).integer_or("x", 0, 0, 1).error(), bad_request("x", "must be a whole number"));
    EXPECT_EQ(parsed(text).number_or("x", 0, 0, 1).error(), bad_request("x", "must be a number"));
    const auto number = x_is_unsigned(9);
    EXPECT_EQ(parsed(number).string("x").error(), bad_request("x", "must be a string"));
    EXPECT_EQ(parsed(number).string_or("x", "").error(), bad_request("x", "must be a string"));
    EXPECT_EQ(parsed(number).integer("x", 1, 8).error(), bad_request("x", "must be from 1 to 8"));
    EXPECT_EQ(parsed(number).number_or("x", 0, 0.5, 2).error().field, "x");
}

TEST(MsgpackFields, ABinIsNoString) {
    const auto map = from_hex("81 a178 c401 61");
    EXPECT_EQ(parsed(map).string("x").error(), bad_request("x", "must be a string"));
}

TEST(MsgpackFields, WholeNumbersMayComeAsFloats) {
    const auto whole = x_is(3.0);
    EXPECT_EQ(*parsed(whole).integer("x", 0, 9), 3);
    const auto broken = x_is(3.5);
    EXPECT_EQ(parsed(broken).integer("x", 0, 9).error(), bad_request("x", "must be a whole number"));
}

TEST(MsgpackFields, InfinityAndNanAreWithinNoBounds) {
    for (const auto number : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::quiet_NaN()}) {
        const auto map = x_is(number);
        EXPECT_FALSE(parsed(map).integer("x", kInt64Min, kInt64Max));
        EXPECT_FALSE(parsed(map).number_or("x", 0, -1e308, 1e308));
    }
}

TEST(MsgpackFields, BoundsAreIncluded) {
    for (const std::int64_t inside : {-2, -1, 0, 5}) {
        const auto map = x_is_signed(inside);
        EXPECT_EQ(*parsed(map).integer("x", -2, 5), inside);
        EXPECT_EQ(*parsed(map).number_or("x", 9, -2, 5), static_cast<double>(inside));
    }
    for (const std::int64_t outside : {-3, 6}) {
        const auto map = x_is_signed(outside);
        EXPECT_FALSE(parsed(map).integer("x", -2, 5));
        EXPECT_FALSE(parsed(map).number_or("x", 0, -2, 5));
    }
}

TEST(MsgpackFields, LargeWholeNumbersAreComparedExactly) {
    // Bounds were compared as doubles: 2^53 + 1 passed for 2^53, and 2^63 passed for the largest integer and became 0.
    constexpr auto kLimit = std::int64_t{1} << 53;
    const auto beyond = x_is_signed(kLimit + 1);
    EXPECT_FALSE(parsed(beyond).integer("x", 0, kLimit));
    const auto below = x_is_signed(-kLimit - 1);
    EXPECT_FALSE(parsed(below).integer("x", -kLimit, 0));
    const auto too_large = x_is_unsigned(std::uint64_t{1} << 63);
    EXPECT_FALSE(parsed(too_large).integer("x", 0, kInt64Max));
    const auto too_large_float = x_is(9223372036854775808.0);
    EXPECT_FALSE(parsed(too_large_float).integer("x", 0, kInt64Max));
    for (const auto end : {kInt64Min, kInt64Min + 1, kInt64Max - 1, kInt64Max}) {
        const auto map = x_is_signed(end);
        EXPECT_EQ(*parsed(map).integer("x", kInt64Min, kInt64Max), end);
    }
    const auto lowest_float = x_is(-9223372036854775808.0);
    EXPECT_EQ(*parsed(lowest_float).integer("x", kInt64Min, kInt64Max), kInt64Min);
}

TEST(MsgpackFields, OnlyAWholeMapIsParsed) {
    const auto refusal = [](std::string_view hex) {
        const auto bytes = from_hex(hex);
        const auto fields = MsgpackFields::parse(bytes, "body");
        return fields ? "" : fields.error().field + ": " + fields.error().message;
    };
    EXPECT_EQ(refusal(""), "body: must be an object");
    EXPECT_EQ(refusal("90"), "body: must be an object");
    EXPECT_EQ(refusal("c0"), "body: must be an object");
    for (const auto bad :
         {"81", "81 a178", "81 01 01", "81 c0 01", "80 c0", "82 a178 01", "dfffffffff", "81 a178 c1"}) {
        EXPECT_EQ(refusal(bad), "body: is not a well-formed map with text keys") << bad;
    }
}

TEST(WithTextField, AddsOrReplaces) {
    const auto map = packed([](MsgpackWriter& w) {
        w.map(2);
        w.field("kind", "demo");
        w.field("task", std::uint64_t{1});
    });
    const auto replaced = with_text_field(map, "task", "t-1");
    EXPECT_EQ(parsed(replaced).all().size(), 2U);
    EXPECT_EQ(*parsed(replaced).string("task"), "t-1");
    EXPECT_EQ(*parsed(replaced).string("kind"), "demo");
    const auto added = with_text_field(map, "key", "k");
    EXPECT_EQ(parsed(added).all().size(), 3U);
    EXPECT_EQ(*parsed(with_text_field(from_hex("80"), "a", "")).string("a"), "");
}

}  // namespace
}  // namespace longwire
