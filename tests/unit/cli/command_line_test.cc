#include <gmock/gmock.h>

#include "clients/cli/commands.h"
#include "clients/cli/fields.h"
#include "clients/cli/server_address.h"
#include "clients/cli/start_point.h"

namespace longwire::cli {
namespace {

using ::testing::ElementsAre;

TEST(CommandLine, SharedFlagsMayStandBeforeTheCommand) {
    const CommandLine line = split_command_line({"--url", "http://a:1", "--json", "ps", "--kind", "exec"});
    EXPECT_EQ(line.command, "ps");
    EXPECT_THAT(line.arguments, ElementsAre("--url", "http://a:1", "--json", "--kind", "exec"));
}

TEST(CommandLine, MayHoldNoCommand) {
    EXPECT_EQ(split_command_line({}).command, "");
    EXPECT_EQ(split_command_line({"--help"}).command, "");
    EXPECT_EQ(split_command_line({"--url"}).command, "");
}

TEST(ServerAddress, ReadsUrls) {
    const auto plain = parse_server_address("http://127.0.0.1:8080/");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->url(), "http://127.0.0.1:8080");
    const auto tls = parse_server_address("wss://example.org/bus/");
    ASSERT_TRUE(tls);
    EXPECT_TRUE(tls->tls);
    EXPECT_EQ(tls->url(), "https://example.org:443/bus");
    const auto v6 = parse_server_address("http://[::1]:9");
    ASSERT_TRUE(v6);
    EXPECT_EQ(v6->host, "::1");
    EXPECT_EQ(v6->authority(), "[::1]:9");
}

TEST(ServerAddress, RefusesWhatIsNoUrlOfAnEdge) {
    for (const char* url : {"", "127.0.0.1:8080", "ftp://a", "http://", "http://:80", "http://a:0", "http://a:x",
                            "http://a:", "http://[::1", "http://[::1]x", "http://u@a", "http://a/?q", "http://a b"}) {
        EXPECT_FALSE(parse_server_address(url)) << url;
    }
}

TEST(ServerAddress, EncodesWhatPathsAndQueriesCannotHold) {
    EXPECT_EQ(percent_encoded("a b/ü"), "a%20b%2F%C3%BC");
    EXPECT_EQ(percent_encoded_path("room/a b"), "room/a%20b");
}

TEST(StartPoint, ReadsEachForm) {
    EXPECT_EQ(compact_json(*parse_start_point("start")), R"("start")");
    EXPECT_EQ(compact_json(*parse_start_point("now")), R"("now")");
    EXPECT_EQ(compact_json(*parse_start_point("10")), R"({"last":10})");
    EXPECT_EQ(compact_json(*parse_start_point("last:3")), R"({"last":3})");
    EXPECT_EQ(compact_json(*parse_start_point("ep7:42")), R"({"epoch":"ep7","offset":42})");
}

TEST(StartPoint, RefusesOthers) {
    for (const char* text : {"", "begin", "-1", ":5", "ep7:", "ep7:x"}) EXPECT_FALSE(parse_start_point(text)) << text;
}

TEST(StartPoint, TellsFiltersFromTopics) {
    EXPECT_TRUE(is_topic_filter("task/+"));
    EXPECT_TRUE(is_topic_filter("room/#"));
    EXPECT_FALSE(is_topic_filter("room/ops"));
}

TEST(Fields, CompactJsonWritesNumbersAsPeopleDo) {
    const auto value = parse_json(R"( {"a": 0.42, "b": [1, -2, 18446744073709551615], "c": {}, "d": [], "e": "\n"} )");
    ASSERT_TRUE(value);
    EXPECT_EQ(compact_json(*value), R"({"a":0.42,"b":[1,-2,18446744073709551615],"c":{},"d":[],"e":"\n"})");
}

TEST(Fields, ToleratesMissingAndWrongOnes) {
    const auto value = parse_json(R"({"text": 5, "number": "x", "null": null, "whole": 7.0})");
    ASSERT_TRUE(value);
    const auto& object = value->get_object();
    EXPECT_EQ(text_at(object, "text"), "");
    EXPECT_EQ(number_at(object, "number"), std::nullopt);
    EXPECT_EQ(number_at(object, "null"), std::nullopt);
    EXPECT_EQ(number_at(object, "whole"), 7);
    EXPECT_EQ(object_at(object, "missing"), nullptr);
    EXPECT_FALSE(truth_at(object, "missing"));
}

TEST(Fields, ReadsErrorsOfSocketsAndOfHttp) {
    const auto error = error_from(parse_json(R"({"code":"not_found","message":"no","field":"task"})")->get_object());
    EXPECT_EQ(error.code, Errc::not_found);
    EXPECT_EQ(error.field, "task");
    EXPECT_EQ(error_from(parse_json(R"({"code":"too_many","detail":"full"})")->get_object()).message, "full");
}

}  // namespace
}  // namespace longwire::cli
