#include "protocol/json_value.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "protocol/json.h"

namespace longwire {
namespace {

TEST(JsonValue, EveryKindComesBackAsItWas) {
    const auto value = boost::json::parse(
        R"({"null": null, "yes": true, "whole": -7, "large": 18446744073709551615, "half": 0.5, "text": "ü",)"
        R"( "list": [1, [], {}]})");
    std::string bytes;
    append_msgpack(value, bytes);
    const auto back = msgpack_to_json_value(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, value);
}

TEST(JsonValue, NoBytesAreNull) {
    EXPECT_TRUE(msgpack_to_json_value("")->is_null());
}

TEST(JsonValue, MalformedBytesAreAnError) {
    EXPECT_FALSE(msgpack_to_json_value("\x91"));
    EXPECT_FALSE(msgpack_to_json_value("\x01\x01"));
}

using namespace std::string_literals;

TEST(JsonValue, SaysTheSameAsTheText) {
    const std::vector<std::string> values{
        "\xcb\x7f\xf8\0\0\0\0\0\0"s,              // not a number
        "\xcb\x3f\xf0\0\0\0\0\0\0"s,              // 1.0
        "\xcb\x43\x50\0\0\0\0\0\0"s,              // 2^54
        "\xcb\xbf\xe0\0\0\0\0\0\0"s,              // -0.5
        "\xcf\xff\xff\xff\xff\xff\xff\xff\xff"s,  // the largest whole number
        "\xd3\x80\0\0\0\0\0\0\0"s,                // the smallest
        "\xc4\x03\x01\x02\x03"s,                  // bytes
        "\xd6\xff\x5e\x0b\xe1\0"s,                // a timestamp
        "\xd4\x05\x2a"s,                          // another extension
        "\xa3\xc3\x28\x61"s,                      // text that is no UTF-8
        "\x81\x01\xa1\x61"s,                      // a key that is a number
        "\x81\xa2\xc3\x28\x01"s,                  // a key that is no UTF-8
        "\x82\xa1\x61\x01\xa1\x61\x02"s,          // a key that comes twice
        "\x82\xa1\x61\x91\xc4\x01\x00\xa1\x62\xc0"s,
    };
    for (const auto& bytes : values) {
        std::string text;
        ASSERT_TRUE(append_json(bytes, text));
        const auto value = msgpack_to_json_value(bytes);
        ASSERT_TRUE(value) << text;
        EXPECT_EQ(json_text(*value), json_text(boost::json::parse(text)));
    }
}

TEST(JsonValue, LevelsAreBounded) {
    const auto nested = [](std::size_t levels) { return std::string(levels - 1, '\x91') + '\x90'; };
    EXPECT_TRUE(msgpack_to_json_value(nested(64)));
    EXPECT_FALSE(msgpack_to_json_value(nested(65)));
    EXPECT_TRUE(msgpack_to_json_value(nested(65), 65));
    const auto with_odd_key = [&](std::size_t levels) { return std::string(levels - 1, '\x91') + "\x81\x01\x01"; };
    EXPECT_TRUE(msgpack_to_json_value(with_odd_key(64)));
    EXPECT_FALSE(msgpack_to_json_value(with_odd_key(65)));
}

TEST(JsonValue, AsTextItIsAsJsonHasIt) {
    EXPECT_EQ(json_text({{"half", 0.5}, {"whole", 1.0}, {"text", "\n"}}), R"({"half":0.5,"whole":1,"text":"\n"})");
}

}  // namespace
}  // namespace longwire
