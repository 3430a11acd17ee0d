#include "protocol/msgpack_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "protocol/limits.h"
#include "tests/unit/protocol/bytes.h"

namespace longwire {
namespace {

using testing::from_hex;
using testing::nested_arrays;
using testing::packed;
using Type = MsgpackReader::Type;

constexpr auto kInt64Min = std::numeric_limits<std::int64_t>::min();
constexpr auto kInt64Max = std::numeric_limits<std::int64_t>::max();
constexpr auto kUint64Max = std::numeric_limits<std::uint64_t>::max();

/// What the specification's table says of a lead byte.
Type type_of_lead(int lead) {
    if (lead <= 0x7F || lead >= 0xE0) return Type::integer;
    if (lead <= 0x8F) return Type::map;
    if (lead <= 0x9F) return Type::array;
    if (lead <= 0xBF) return Type::string;
    const std::map<int, Type> others{
        {0xC0, Type::nil},       {0xC1, Type::invalid},   {0xC2, Type::boolean},   {0xC3, Type::boolean},
        {0xC4, Type::binary},    {0xC5, Type::binary},    {0xC6, Type::binary},    {0xC7, Type::extension},
        {0xC8, Type::extension}, {0xC9, Type::extension}, {0xCA, Type::floating},  {0xCB, Type::floating},
        {0xCC, Type::integer},   {0xCD, Type::integer},   {0xCE, Type::integer},   {0xCF, Type::integer},
        {0xD0, Type::integer},   {0xD1, Type::integer},   {0xD2, Type::integer},   {0xD3, Type::integer},
        {0xD4, Type::extension}, {0xD5, Type::extension}, {0xD6, Type::extension}, {0xD7, Type::extension},
        {0xD8, Type::extension}, {0xD9, Type::string},    {0xDA, Type::string},    {0xDB, Type::string},
        {0xDC, Type::array},     {0xDD, Type::array},     {0xDE, Type::map},       {0xDF, Type::map}};
    return others.at(lead);
}

/// One well-formed value for each lead byte but 0xC1.
std::string example_of(int lead) {
    std::string bytes(1, static_cast<char>(lead));
    const auto plus = [&](std::string_view hex, std::size_t more = 0) {
        return bytes + from_hex(hex) + std::string(more, '\x01');
    };
    if (lead >= 0x80 && lead <= 0x8F) return plus("", 2 * static_cast<std::size_t>(lead & 0xF));
    if (lead >= 0x90 && lead <= 0x9F) return plus("", static_cast<std::size_t>(lead & 0xF));
    if (lead >= 0xA0 && lead <= 0xBF) return plus("", static_cast<std::size_t>(lead & 0x1F));
    switch (lead) {
        case 0xC4:
        case 0xD9:
            return plus("03", 3);
        case 0xC5:
        case 0xDA:
            return plus("0003", 3);
        case 0xC6:
        case 0xDB:
            return plus("00000003", 3);
        case 0xC7:
            return plus("03 05", 3);
        case 0xC8:
            return plus("0003 05", 3);
        case 0xC9:
            return plus("00000003 05", 3);
        case 0xCC:
        case 0xD0:
            return plus("", 1);
        case 0xCD:
        case 0xD1:
            return plus("", 2);
        case 0xCA:
        case 0xCE:
        case 0xD2:
            return plus("", 4);
        case 0xCB:
        case 0xCF:
        case 0xD3:
            return plus("", 8);
        case 0xD4:
            return plus("05", 1);
        case 0xD5:
            return plus("05", 2);
        case 0xD6:
            return plus("05", 4);
        case 0xD7:
            return plus("05", 8);
        case 0xD8:
            return plus("05", 16);
        case 0xDC:
            return plus("0003", 3);
        case 0xDD:
            return plus("00000003", 3);
        case 0xDE:
            return plus("0003", 6);
        case 0xDF:
            return plus("00000003", 6);
        default:
            return bytes;
    }
}

/// Reads the next value with the function for its type, and all that an array or map holds.
void read_typed(MsgpackReader& reader) {
    std::uint32_t inner = 0;
    switch (reader.peek()) {
        case Type::nil:
            reader.nil();
            break;
        case Type::boolean:
            reader.boolean();
            break;
        case Type::integer:
            reader.number();
            break;
        case Type::floating:
            reader.number();
            break;
        case Type::string:
            reader.string();
            break;
        case Type::binary:
            reader.binary();
            break;
        case Type::extension:
            reader.extension();
            break;
        case Type::array:
            inner = reader.array();
            break;
        case Type::map:
            inner = 2 * reader.map();
            break;
        case Type::invalid:
            reader.fail();
            break;
    }
    for (std::uint32_t i = 0; i < inner && reader.ok(); ++i) read_typed(reader);
}

TEST(MsgpackReader, KnowsEveryLeadByte) {
    for (int lead = 0; lead <= 0xFF; ++lead) {
        const std::string bytes(1, static_cast<char>(lead));
        EXPECT_EQ(MsgpackReader(bytes).peek(), type_of_lead(lead)) << std::hex << lead;
    }
}

TEST(MsgpackReader, ReadsAndSkipsAValueOfEveryLeadByte) {
    for (int lead = 0; lead <= 0xFF; ++lead) {
        if (lead == 0xC1) continue;
        const auto bytes = example_of(lead);
        MsgpackReader typed(bytes);
        read_typed(typed);
        EXPECT_TRUE(typed.ok() && typed.at_end()) << std::hex << lead;
        MsgpackReader skipping(bytes);
        EXPECT_EQ(skipping.raw(), bytes) << std::hex << lead;
        EXPECT_TRUE(skipping.ok() && skipping.at_end()) << std::hex << lead;
        EXPECT_TRUE(is_one_msgpack_value(bytes)) << std::hex << lead;
    }
}

TEST(MsgpackReader, RefusesAValueOfEveryLeadByteCutAnywhere) {
    for (int lead = 0; lead <= 0xFF; ++lead) {
        const auto whole = example_of(lead);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto cut = whole.substr(0, size);
            MsgpackReader typed(cut);
            read_typed(typed);
            EXPECT_FALSE(typed.ok()) << std::hex << lead << " at " << size;
            MsgpackReader skipping(cut);
            EXPECT_EQ(skipping.raw(), "") << std::hex << lead << " at " << size;
            EXPECT_FALSE(skipping.ok()) << std::hex << lead << " at " << size;
        }
    }
}

TEST(MsgpackReader, RefusesTheUnusedLeadByte) {
    const auto bytes = from_hex("c1");
    EXPECT_FALSE(is_one_msgpack_value(bytes));
    EXPECT_FALSE(is_one_msgpack_value(from_hex("91c1")));
    MsgpackReader reader(bytes);
    reader.nil();
    EXPECT_FALSE(reader.ok());
}

TEST(MsgpackReader, EachReadRefusesOtherTypes) {
    for (int lead = 0; lead <= 0xFF; ++lead) {
        if (lead == 0xC1) continue;
        const auto bytes = example_of(lead);
        const auto type = type_of_lead(lead);
        const auto accepts = [&](auto read) {
            MsgpackReader reader(bytes);
            read(reader);
            return reader.ok();
        };
        EXPECT_EQ(accepts([](auto& r) { r.nil(); }), type == Type::nil) << std::hex << lead;
        EXPECT_EQ(accepts([](auto& r) { r.boolean(); }), type == Type::boolean) << std::hex << lead;
        EXPECT_EQ(accepts([](auto& r) { r.string(); }), type == Type::string) << std::hex << lead;
        EXPECT_EQ(accepts([](auto& r) { r.binary(); }), type == Type::binary) << std::hex << lead;
        EXPECT_EQ(accepts([](auto& r) { r.extension(); }), type == Type::extension) << std::hex << lead;
        EXPECT_EQ(accepts([](auto& r) { r.array(); }), type == Type::array) << std::hex << lead;
        EXPECT_EQ(accepts([](auto& r) { r.map(); }), type == Type::map) << std::hex << lead;
        EXPECT_EQ(accepts([](auto& r) { r.signed_integer(); }), type == Type::integer) << std::hex << lead;
        EXPECT_EQ(accepts([](auto& r) { r.number(); }), type == Type::integer || type == Type::floating)
            << std::hex << lead;
    }
}

TEST(MsgpackReader, OnceFailedGivesOnlyEmptyValues) {
    const auto bytes = from_hex("01 a161 92 0102 c3 c0 ca3f800000");
    MsgpackReader reader(bytes);
    reader.string();
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.peek(), Type::invalid);
    EXPECT_EQ(reader.unsigned_integer(), 0U);
    EXPECT_EQ(reader.signed_integer(), 0);
    EXPECT_EQ(reader.number(), 0);
    EXPECT_EQ(reader.string(), "");
    EXPECT_EQ(reader.binary(), "");
    EXPECT_EQ(reader.extension().data, "");
    EXPECT_EQ(reader.array(), 0U);
    EXPECT_EQ(reader.map(), 0U);
    EXPECT_EQ(reader.raw(), "");
    EXPECT_FALSE(reader.boolean());
    EXPECT_FALSE(reader.take_nil());
    EXPECT_FALSE(reader.ok());
}

TEST(MsgpackReader, UnsignedIntegersAreExactAtEveryWidthsEnds) {
    for (const std::uint64_t value :
         {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{255}, std::uint64_t{256},
          std::uint64_t{65535}, std::uint64_t{65536}, std::uint64_t{0xFFFFFFFF}, std::uint64_t{0x100000000},
          static_cast<std::uint64_t>(kInt64Max), static_cast<std::uint64_t>(kInt64Max) + 1, kUint64Max}) {
        const auto bytes = packed([&](MsgpackWriter& w) { w.unsigned_integer(value); });
        MsgpackReader reader(bytes);
        EXPECT_EQ(reader.unsigned_integer(), value);
        EXPECT_TRUE(reader.ok() && reader.at_end()) << value;
        MsgpackReader as_signed(bytes);
        const bool fits = value <= static_cast<std::uint64_t>(kInt64Max);
        EXPECT_EQ(as_signed.signed_integer(), fits ? static_cast<std::int64_t>(value) : 0);
        EXPECT_EQ(as_signed.ok(), fits) << value;
        MsgpackReader as_number(bytes);
        EXPECT_EQ(as_number.number(), static_cast<double>(value));
        EXPECT_TRUE(as_number.ok());
    }
}

TEST(MsgpackReader, SignedIntegersAreExactAtEveryWidthsEnds) {
    for (const std::int64_t value : {std::int64_t{-1}, std::int64_t{-32}, std::int64_t{-33}, std::int64_t{-128},
                                     std::int64_t{-129}, std::int64_t{-32768}, std::int64_t{-32769},
                                     std::int64_t{INT32_MIN}, std::int64_t{INT32_MIN} - 1, kInt64Min}) {
        const auto bytes = packed([&](MsgpackWriter& w) { w.signed_integer(value); });
        MsgpackReader reader(bytes);
        EXPECT_EQ(reader.signed_integer(), value);
        EXPECT_TRUE(reader.ok() && reader.at_end()) << value;
        MsgpackReader as_number(bytes);
        EXPECT_EQ(as_number.number(), static_cast<double>(value));
        MsgpackReader as_unsigned(bytes);
        EXPECT_EQ(as_unsigned.unsigned_integer(), 0U);
        EXPECT_FALSE(as_unsigned.ok()) << value;
    }
}

TEST(MsgpackReader, APositiveIntegerMayBeEncodedAsASignedOne) {
    const std::pair<const char*, std::uint64_t> encodings[] = {
        {"d07f", 0x7F}, {"d17fff", 0x7FFF}, {"d27fffffff", 0x7FFFFFFF}, {"d37fffffffffffffff", 0x7FFFFFFFFFFFFFFF},
        {"d001", 1},    {"d10001", 1},      {"d200000001", 1},          {"d30000000000000001", 1}};
    for (const auto& [hex, value] : encodings) {
        const auto bytes = from_hex(hex);
        MsgpackReader reader(bytes);
        EXPECT_EQ(reader.unsigned_integer(), value) << hex;
        EXPECT_TRUE(reader.ok() && reader.at_end()) << hex;
        MsgpackReader as_signed(bytes);
        EXPECT_EQ(as_signed.signed_integer(), static_cast<std::int64_t>(value)) << hex;
    }
}

TEST(MsgpackReader, FloatsOfBothWidthsAreNumbers) {
    const auto number = [](std::string_view hex) {
        const auto bytes = from_hex(hex);
        MsgpackReader reader(bytes);
        const auto value = reader.number();
        EXPECT_TRUE(reader.ok() && reader.at_end());
        return value;
    };
    EXPECT_EQ(number("ca3fc00000"), 1.5);
    EXPECT_EQ(number("cbbff8000000000000"), -1.5);
    EXPECT_EQ(number("cb7fefffffffffffff"), std::numeric_limits<double>::max());
    EXPECT_TRUE(std::isinf(number("ca7f800000")));
    EXPECT_TRUE(std::isnan(number("cb7ff8000000000000")));
}

TEST(MsgpackReader, ABinIsNoText) {
    const auto bin = from_hex("c401 61");
    MsgpackReader text(bin);
    text.string();
    EXPECT_FALSE(text.ok());
    const auto str = from_hex("a161");
    MsgpackReader binary(str);
    binary.binary();
    EXPECT_FALSE(binary.ok());
}

TEST(MsgpackReader, ACountBeyondTheBytesIsRefusedBeforeAnythingIsReserved) {
    for (const auto hex : {"92 01", "dcffff 01", "ddffffffff", "ddffffffff 0101", "81 01", "deffff 0101", "dfffffffff",
                           "df80000000 0101", "dfffffffff 0101"}) {
        const auto bytes = from_hex(hex);
        MsgpackReader reader(bytes);
        const auto count = reader.peek() == Type::array ? reader.array() : reader.map();
        EXPECT_EQ(count, 0U) << hex;
        EXPECT_FALSE(reader.ok()) << hex;
        EXPECT_FALSE(is_one_msgpack_value(bytes)) << hex;
    }
}

TEST(MsgpackReader, ALengthBeyondTheBytesIsRefused) {
    for (const auto hex : {"a2 61", "d902 61", "daffff 61", "dbffffffff 61", "c402 61", "c5ffff 61", "c6ffffffff 61",
                           "c702 05 61", "c8ffff 05 61", "c9ffffffff 05 61", "d8 05 61"}) {
        EXPECT_FALSE(is_one_msgpack_value(from_hex(hex))) << hex;
    }
}

TEST(MsgpackReader, ExtensionsKeepTheirSignedType) {
    const auto bytes = from_hex("d6 ff 00000000 c7 00 80 d4 7f 61");
    MsgpackReader reader(bytes);
    EXPECT_EQ(reader.extension().type, -1);
    const auto empty = reader.extension();
    EXPECT_EQ(empty.type, -128);
    EXPECT_EQ(empty.data, "");
    const auto last = reader.extension();
    EXPECT_EQ(last.type, 127);
    EXPECT_EQ(last.data, "a");
    EXPECT_TRUE(reader.ok() && reader.at_end());
}

TEST(MsgpackReader, SkipsUpTo64LevelsAndNoMore) {
    EXPECT_TRUE(is_one_msgpack_value(nested_arrays(kPayloadDepthMax, from_hex("01"))));
    EXPECT_FALSE(is_one_msgpack_value(nested_arrays(kPayloadDepthMax + 1, from_hex("01"))));
    std::string maps;
    for (std::size_t i = 0; i < kPayloadDepthMax; ++i) maps += from_hex("81 01");
    EXPECT_TRUE(is_one_msgpack_value(maps + from_hex("01")));
    EXPECT_FALSE(is_one_msgpack_value(maps + from_hex("81 01 01")));
    EXPECT_FALSE(is_one_msgpack_value(nested_arrays(100'000, "")));
}

TEST(MsgpackReader, AnEmptyContainerIsALevelToo) {
    // An empty array or map in the 64th level was let through by raw() and refused by those who decode.
    EXPECT_TRUE(is_one_msgpack_value(nested_arrays(kPayloadDepthMax - 1, from_hex("90"))));
    EXPECT_FALSE(is_one_msgpack_value(nested_arrays(kPayloadDepthMax, from_hex("90"))));
    EXPECT_TRUE(is_one_msgpack_value(nested_arrays(kPayloadDepthMax - 1, from_hex("80"))));
    EXPECT_FALSE(is_one_msgpack_value(nested_arrays(kPayloadDepthMax, from_hex("80"))));
}

TEST(MsgpackReader, SkippedValuesAreExactlyTheirBytes) {
    const auto bytes = from_hex("93 01 92 a161 90 82 a161 01 a162 c0 ff c0");
    MsgpackReader reader(bytes);
    EXPECT_EQ(reader.raw(), bytes.substr(0, bytes.size() - 2));
    EXPECT_EQ(reader.offset(), bytes.size() - 2);
    EXPECT_EQ(reader.signed_integer(), -1);
    EXPECT_FALSE(reader.at_end());
    EXPECT_TRUE(reader.take_nil());
    EXPECT_TRUE(reader.at_end());
    EXPECT_FALSE(reader.take_nil());
    EXPECT_TRUE(reader.ok());
}

TEST(MsgpackReader, OneValueIsNeitherNoneNorTwo) {
    EXPECT_FALSE(is_one_msgpack_value(""));
    EXPECT_TRUE(is_one_msgpack_value(from_hex("c0")));
    EXPECT_FALSE(is_one_msgpack_value(from_hex("c0c0")));
}

}  // namespace
}  // namespace longwire
