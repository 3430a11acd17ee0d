#include "protocol/json.h"

#include <gmock/gmock.h>

#include <limits>
#include <string>

#include "protocol/limits.h"
#include "protocol/msgpack_reader.h"
#include "tests/unit/protocol/bytes.h"

namespace longwire {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using testing::from_hex;
using ::testing::HasSubstr;
using testing::nested_arrays;
using testing::packed;
using testing::to_hex;

/// MessagePack as JSON, or "refused".
std::string json(std::string_view msgpack) {
    std::string out;
    return append_json(msgpack, out) ? out : "refused";
}

std::string json_of_hex(std::string_view hex) {
    return json(from_hex(hex));
}

std::string json_of_text(std::string_view text) {
    return json(packed([&](MsgpackWriter& w) { w.string(text); }));
}

/// JSON as MessagePack in hex, or the error's text.
std::string hex(std::string_view text) {
    const auto bytes = json_to_msgpack(text);
    return bytes ? to_hex(*bytes) : describe(bytes.error());
}

std::string brackets(std::size_t levels, std::string_view inner) {
    return std::string(levels, '[').append(inner).append(levels, ']');
}

TEST(JsonFromMessagePack, EveryType) {
    EXPECT_EQ(json_of_hex("c0"), "null");
    EXPECT_EQ(json_of_hex("c2"), "false");
    EXPECT_EQ(json_of_hex("c3"), "true");
    EXPECT_EQ(json_of_hex("00"), "0");
    EXPECT_EQ(json_of_hex("e0"), "-32");
    EXPECT_EQ(json_of_hex("a568656c6c6f"), "\"hello\"");
    EXPECT_EQ(json_of_hex("90"), "[]");
    EXPECT_EQ(json_of_hex("93 01 a161 c0"), "[1,\"a\",null]");
    EXPECT_EQ(json_of_hex("80"), "{}");
    EXPECT_EQ(json_of_hex("82 a161 01 a162 91 02"), "{\"a\":1,\"b\":[2]}");
}

TEST(JsonFromMessagePack, WholeNumbersKeepAllDigits) {
    EXPECT_EQ(json_of_hex("cf ffffffffffffffff"), "18446744073709551615");
    EXPECT_EQ(json_of_hex("d3 8000000000000000"), "-9223372036854775808");
    EXPECT_EQ(json_of_hex("d3 7fffffffffffffff"), "9223372036854775807");
    EXPECT_EQ(json_of_hex("cf 0020000000000001"), "9007199254740993");
    EXPECT_EQ(json_of_hex("d1 0005"), "5");
}

TEST(JsonFromMessagePack, FloatsAreTheShortestThatComesBack) {
    EXPECT_EQ(json_of_hex("cb 3ff8000000000000"), "1.5");
    EXPECT_EQ(json_of_hex("cb 3fb999999999999a"), "0.1");
    EXPECT_EQ(json_of_hex("ca 3fc00000"), "1.5");
    EXPECT_EQ(json_of_hex("cb 7fefffffffffffff"), "1.7976931348623157e+308");
    EXPECT_EQ(json_of_hex("cb 0000000000000001"), "5e-324");
    EXPECT_EQ(json_of_hex("cb 3ff0000000000000"), "1");
}

TEST(JsonFromMessagePack, WhatIsNoNumberIsNull) {
    EXPECT_EQ(json_of_hex("cb 7ff8000000000000"), "null");
    EXPECT_EQ(json_of_hex("cb 7ff0000000000000"), "null");
    EXPECT_EQ(json_of_hex("cb fff0000000000000"), "null");
    EXPECT_EQ(json_of_hex("ca 7fc00000"), "null");
    EXPECT_EQ(json_of_hex("ca ff800000"), "null");
}

TEST(JsonFromMessagePack, BinBecomesBase64) {
    EXPECT_EQ(json_of_hex("c400"), "\"\"");
    EXPECT_EQ(json_of_hex("c402 00ff"), "\"AP8=\"");
    EXPECT_EQ(json_of_hex("c50003 666f6f"), "\"Zm9v\"");
    EXPECT_EQ(json_of_hex("c600000001 66"), "\"Zg==\"");
}

TEST(JsonFromMessagePack, TimestampsBecomeRfc3339) {
    EXPECT_EQ(json_of_hex("d6ff 00000000"), "\"1970-01-01T00:00:00Z\"");
    EXPECT_EQ(json_of_hex("d6ff ffffffff"), "\"2106-02-07T06:28:15Z\"");
    EXPECT_EQ(json_of_hex("d7ff 000000046553f100"), "\"2023-11-14T22:13:20.000000001Z\"");
    EXPECT_EQ(json_of_hex("d7ff ee6b27fc6553f100"), "\"2023-11-14T22:13:20.999999999Z\"");
    EXPECT_EQ(json_of_hex("c70cff 1dcd6500 ffffffffffffffff"), "\"1969-12-31T23:59:59.500000000Z\"");
    EXPECT_EQ(json_of_hex("c70cff 00000000 0000003afff4417f"), "\"9999-12-31T23:59:59Z\"");
}

TEST(JsonFromMessagePack, TimestampsBeforeTheYear1000HaveFourDigitsToo) {
    // The first year came out as "1-01-01T…", which is not RFC 3339, and years before it with a sign.
    EXPECT_EQ(json_of_hex("c70cff 00000000 fffffff1886e0900"), "\"0001-01-01T00:00:00Z\"");
    EXPECT_EQ(json_of_hex("c70cff 00000000 fffffff1868b8400"), "\"0000-01-01T00:00:00Z\"");
    EXPECT_THAT(json_of_hex("c70cff 00000000 fffffff1868b83ff"), HasSubstr("{\"ext\":-1,"));
}

TEST(JsonFromMessagePack, WhatIsNoTimestampIsAnExtension) {
    EXPECT_EQ(json_of_hex("d5ff 0000"), "{\"ext\":-1,\"base64\":\"AAA=\"}");
    EXPECT_THAT(json_of_hex("d7ff ee6b28006553f100"), HasSubstr("{\"ext\":-1,"));             // 10^9 ns
    EXPECT_THAT(json_of_hex("c70cff 00000000 0000003afff44180"), HasSubstr("{\"ext\":-1,"));  // the year 10000
    EXPECT_THAT(json_of_hex("c70cff 00000000 7fffffffffffffff"), HasSubstr("{\"ext\":-1,"));
}

TEST(JsonFromMessagePack, OtherExtensionsKeepTypeAndBytes) {
    EXPECT_EQ(json_of_hex("d4 05 66"), "{\"ext\":5,\"base64\":\"Zg==\"}");
    EXPECT_EQ(json_of_hex("c700 80"), "{\"ext\":-128,\"base64\":\"\"}");
}

TEST(JsonFromMessagePack, KeysThatAreNoTextBecomeTheirJson) {
    EXPECT_EQ(json_of_hex("81 01 c0"), "{\"1\":null}");
    EXPECT_EQ(json_of_hex("81 c0 01"), "{\"null\":1}");
    EXPECT_EQ(json_of_hex("81 c3 01"), "{\"true\":1}");
    EXPECT_EQ(json_of_hex("81 92 01 a161 01"), "{\"[1,\\\"a\\\"]\":1}");
    EXPECT_EQ(json_of_hex("81 81 a161 01 02"), "{\"{\\\"a\\\":1}\":2}");
    EXPECT_EQ(json_of_hex("81 c401 66 01"), "{\"\\\"Zg==\\\"\":1}");
}

TEST(JsonFromMessagePack, KeysWithinKeysAreRefused) {
    // Each map as the key of a map doubled the backslashes of the one inside: 130 bytes asked for 2^64.
    EXPECT_EQ(json_of_hex("81 81 01 02 03"), "refused");
    EXPECT_EQ(json_of_hex("81 91 81 01 02 03"), "refused");
    std::string deep;
    for (std::size_t i = 0; i < kPayloadDepthMax; ++i) deep += from_hex("81");
    EXPECT_EQ(json(deep + from_hex("a161") + std::string(kPayloadDepthMax, '\x01')), "refused");
    EXPECT_EQ(json_of_hex("81 91 81 a161 02 03"), "{\"[{\\\"a\\\":2}]\":3}");
}

TEST(JsonFromMessagePack, TextIsEscaped) {
    EXPECT_EQ(json_of_text("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
    EXPECT_EQ(json_of_text("\n\r\t\b\f"), "\"\\n\\r\\t\\u0008\\u000c\"");
    EXPECT_EQ(json_of_text("\0\x1F\x7F"sv), "\"\\u0000\\u001f\x7F\"");
    EXPECT_EQ(json_of_text("Größe \xF0\x9F\x98\x80"), "\"Größe \xF0\x9F\x98\x80\"");
}

TEST(JsonFromMessagePack, WhereACharacterStandsChangesNothing) {
    const auto inner = [](const std::string& text) {
        return json_of_text(text).substr(1, json_of_text(text).size() - 2);
    };
    for (int byte = 0; byte < 0x80; ++byte) {
        const std::string one(1, static_cast<char>(byte));
        const auto written = inner(one);
        for (std::size_t before = 0; before < 17; ++before) {
            for (std::size_t behind = 0; behind < 9; ++behind) {
                const std::string left(before, '~');
                const std::string right(behind, ' ');
                ASSERT_EQ(inner(left + one + right), left + written + right) << byte;
                ASSERT_EQ(inner(left + "\xC3\xBC" + one + right), left + "\xC3\xBC" + written + right) << byte;
            }
        }
    }
}

TEST(JsonFromMessagePack, EveryControlCharacterIsEscapedAndComesBack) {
    for (int byte = 0; byte < 0x20; ++byte) {
        const auto bytes = packed([&](MsgpackWriter& w) { w.string(std::string(1, static_cast<char>(byte))); });
        const auto text = json(bytes);
        EXPECT_THAT(text, HasSubstr("\\")) << byte;
        EXPECT_EQ(hex(text), to_hex(bytes)) << byte;
    }
}

TEST(JsonFromMessagePack, BytesThatAreNoUtf8AreReplacedOneByOneInEachPosition) {
    const auto replaced = "\xEF\xBF\xBD"s;
    EXPECT_EQ(json_of_text("\xFFtext"), "\"" + replaced + "text\"");
    EXPECT_EQ(json_of_text("te\xFFxt"), "\"te" + replaced + "xt\"");
    EXPECT_EQ(json_of_text("text\xFF"), "\"text" + replaced + "\"");
    EXPECT_EQ(json_of_text("\xE2\x82"), "\"" + replaced + replaced + "\"");
    EXPECT_EQ(json_of_text("\xC3\xBC\xC3"), "\"ü" + replaced + "\"");
    EXPECT_EQ(json_of_text("\xED\xA0\x80"), "\"" + replaced + replaced + replaced + "\"");
    EXPECT_EQ(json_of_hex("81 a1ff a1ff"), "{\"" + replaced + "\":\"" + replaced + "\"}");
}

TEST(JsonFromMessagePack, MalformedInputIsRefused) {
    for (const auto bad :
         {"", "c1", "91", "81 a161", "a2 61", "00 00", "91 c1", "81 a161 c1", "81 c1 00", "ddffffffff"}) {
        EXPECT_EQ(json_of_hex(bad), "refused") << bad;
    }
}

TEST(JsonFromMessagePack, DepthIsCountedAsByEverybodyElse) {
    // A scalar within 64 arrays is well-formed for an envelope and for JSON, and was refused here: its data became
    // null.
    const auto deepest = nested_arrays(kPayloadDepthMax, from_hex("01"));
    EXPECT_TRUE(is_one_msgpack_value(deepest));
    EXPECT_EQ(json(deepest), brackets(kPayloadDepthMax, "1"));
    EXPECT_EQ(hex(brackets(kPayloadDepthMax, "1")), to_hex(deepest));
    EXPECT_EQ(json(nested_arrays(kPayloadDepthMax + 1, from_hex("01"))), "refused");
    EXPECT_EQ(json(nested_arrays(kPayloadDepthMax, from_hex("90"))), "refused");
    EXPECT_EQ(json(nested_arrays(kPayloadDepthMax - 1, from_hex("80"))), brackets(kPayloadDepthMax - 1, "{}"));
}

TEST(MessagePackFromJson, EveryType) {
    EXPECT_EQ(hex("null"), "c0");
    EXPECT_EQ(hex("true"), "c3");
    EXPECT_EQ(hex("false"), "c2");
    EXPECT_EQ(hex("\"hello\""), "a568656c6c6f");
    EXPECT_EQ(hex(" [1, \"a\", null] \n"), "9301a161c0");
    EXPECT_EQ(hex("{\"a\": {\"b\": []}}"), "81a16181a16290");
}

TEST(MessagePackFromJson, WholeNumbersBecomeIntegersAndOthersDoubles) {
    EXPECT_EQ(hex("0"), "00");
    EXPECT_EQ(hex("-1"), "ff");
    EXPECT_EQ(hex("18446744073709551615"), "cfffffffffffffffff");
    EXPECT_EQ(hex("-9223372036854775808"), "d38000000000000000");
    EXPECT_EQ(hex("1.5"), "cb3ff8000000000000");
    EXPECT_EQ(hex("1.0"), "01");
    EXPECT_EQ(hex("1e2"), "64");
    EXPECT_EQ(hex("-0.0"), "00");
    EXPECT_EQ(hex("1e300"), "cb7e37e43c8800759c");
    EXPECT_EQ(hex("18446744073709551616"), "cb43f0000000000000");
    EXPECT_EQ(hex("-18446744073709551616"), "cbc3f0000000000000");
}

TEST(MessagePackFromJson, TextsAreUnescaped) {
    EXPECT_EQ(hex(R"("\u00fc\ud83d\ude00\n\/")"), "a8c3bcf09f98800a2f");
    EXPECT_THAT(hex(R"("\ud83d")"), HasSubstr("malformed"));
    EXPECT_THAT(hex("\"\xFF\""), HasSubstr("malformed"));
    EXPECT_THAT(hex("\"a\nb\""), HasSubstr("malformed"));
}

TEST(MessagePackFromJson, TheLastOfDuplicateKeysCounts) {
    EXPECT_EQ(hex(R"({"a": 1, "b": 2, "a": 3})"), "82a16103a16202");
}

TEST(MessagePackFromJson, MalformedTextIsRefused) {
    for (const auto bad : {"", " ", "{", "[1,]", "{\"a\"}", "{a: 1}", "nul", "01", "+1", "1.", "'a'", "\"", "[1 2]",
                           "\xEF\xBB\xBF"
                           "1",
                           "NaN", "Infinity", "-", "// c\n1", "{\"a\":1,}"}) {
        EXPECT_THAT(hex(bad), HasSubstr("bad_request: json: is malformed at byte ")) << bad;
    }
}

TEST(MessagePackFromJson, TrailingBytesAreRefused) {
    EXPECT_THAT(hex("{} {}"), HasSubstr("malformed at byte 3"));
    EXPECT_THAT(hex("1,"), HasSubstr("malformed at byte 1"));
    EXPECT_EQ(hex("{} \r\n\t"), "80");
}

TEST(MessagePackFromJson, ErrorsTellWhere) {
    EXPECT_THAT(hex("[1, 2, x]"), HasSubstr("at byte 7"));
    EXPECT_THAT(hex("{\"a\": tru }"), HasSubstr("at byte 6"));
    EXPECT_THAT(hex("[1, 2"), HasSubstr("at byte 5"));
}

TEST(MessagePackFromJson, MoreThan64LevelsAreRefused) {
    EXPECT_EQ(hex(brackets(kPayloadDepthMax, "")), to_hex(nested_arrays(kPayloadDepthMax - 1, from_hex("90"))));
    EXPECT_THAT(hex(brackets(kPayloadDepthMax + 1, "")), HasSubstr("deeper than 64 levels"));
    EXPECT_THAT(hex(brackets(100'000, "")), HasSubstr("deeper than 64 levels"));
}

TEST(JsonString, IsQuotedAndEscapedWithoutMessagePack) {
    std::string out = "x=";
    append_json_string("a\"\xFF\x01", out);
    EXPECT_EQ(out, "x=\"a\\\"\xEF\xBF\xBD\\u0001\"");
}

}  // namespace
}  // namespace longwire
