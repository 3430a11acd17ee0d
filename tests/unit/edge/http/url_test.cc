#include "edge/http/url.h"

#include <gtest/gtest.h>

namespace longwire::edge::http {
namespace {

using Strings = std::vector<std::string>;
using Fields = std::vector<std::pair<std::string, std::string>>;

TEST(Url, DecodesPercentEncoding) {
    EXPECT_EQ(*percent_decode("a%20b%2Fc%c3%A9"), "a b/c\xc3\xa9");
    EXPECT_EQ(*percent_decode("%00").value().c_str(), '\0');
    EXPECT_EQ(*percent_decode("a+b"), "a+b");
    EXPECT_EQ(*percent_decode(""), "");
    EXPECT_EQ(*percent_decode("%41"), "A");
}

TEST(Url, RefusesAPercentWithoutTwoDigits) {
    for (const auto* text : {"%", "%4", "a%", "%4g", "%g4", "%%41"}) {
        const auto decoded = percent_decode(text);
        ASSERT_FALSE(decoded) << text;
        EXPECT_EQ(decoded.error().field, "url");
    }
}

TEST(Url, SplitsAndDecodesSegmentsByThemselves) {
    EXPECT_EQ(*split_segments("/v1/tasks/a%2Fb"), (Strings{"v1", "tasks", "a/b"}));
    EXPECT_EQ(*split_segments("/v1/"), (Strings{"v1", ""}));
    EXPECT_EQ(*split_segments("/v1//x"), (Strings{"v1", "", "x"}));
    EXPECT_EQ(*split_segments(""), Strings{});
    EXPECT_FALSE(split_segments("/a/%zz"));
}

TEST(Url, ReadsAQueryInItsOrder) {
    EXPECT_EQ(*parse_query("topic=a%2Fb&topic=c+d&x&=y&&z="),
              (Fields{{"topic", "a/b"}, {"topic", "c d"}, {"x", ""}, {"", "y"}, {"z", ""}}));
    EXPECT_EQ(*parse_query("a=b=c"), (Fields{{"a", "b=c"}}));
    EXPECT_EQ(*parse_query("a=%2B"), (Fields{{"a", "+"}}));
    EXPECT_EQ(*parse_query(""), Fields{});
    EXPECT_FALSE(parse_query("a=%"));
    EXPECT_FALSE(parse_query("%=a"));
}

}  // namespace
}  // namespace longwire::edge::http
