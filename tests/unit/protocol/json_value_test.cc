#include "protocol/json_value.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

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

}  // namespace
}  // namespace longwire
