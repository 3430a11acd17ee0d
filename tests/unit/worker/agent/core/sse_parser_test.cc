#include "worker/agent/core/sse_parser.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace longwire::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What the events say when the stream comes in pieces of `size` bytes.
std::vector<std::string> events_of(std::string_view stream, std::size_t size) {
    std::vector<std::string> events;
    SseParser parser([&](std::string_view data) -> Status {
        events.emplace_back(data);
        return {};
    });
    for (std::size_t at = 0; at < stream.size(); at += size) EXPECT_TRUE(parser.feed(stream.substr(at, size)));
    return events;
}

TEST(SseParser, IsTheSameHoweverTheStreamIsCut) {
    constexpr std::string_view kStream =
        "\xEF\xBB\xBF"
        "data: one\n\ndata:two\r\n\r\n: a comment\ndata: th\xC3\xA9\rdata\rdata:  ree\r\r"
        "event: x\nid: 7\nretry: 10\nfoo: bar\ndata:four\n\ndata: unfinished\n";
    for (std::size_t size = 1; size <= kStream.size(); ++size) {
        EXPECT_THAT(events_of(kStream, size), ElementsAre("one", "two", "th\xC3\xA9\n\n ree", "four")) << size;
    }
}

TEST(SseParser, WhatSaysNothingIsNoEvent) {
    EXPECT_THAT(events_of("\n\n\r\n: keep-alive\n\nevent: ping\n\ndatum: x\n\n", 3), IsEmpty());
    EXPECT_THAT(events_of("data\n\n", 1), ElementsAre(""));
}

TEST(SseParser, KnowsWhetherItStandsBetweenEvents) {
    SseParser parser([](std::string_view) -> Status { return {}; });
    EXPECT_TRUE(parser.at_boundary());
    ASSERT_TRUE(parser.feed("da"));
    EXPECT_FALSE(parser.at_boundary());
    ASSERT_TRUE(parser.feed("ta: x\n"));
    EXPECT_FALSE(parser.at_boundary());
    ASSERT_TRUE(parser.feed("\n"));
    EXPECT_TRUE(parser.at_boundary());
}

TEST(SseParser, EndlessLinesAndEventsAreRefused) {
    const std::string part(SseParser::kEventBytesMax / 2, 'x');
    SseParser line([](std::string_view) -> Status { return {}; });
    ASSERT_TRUE(line.feed("data: " + part));
    EXPECT_EQ(line.feed(part).error().code, Errc::too_large);
    SseParser event([](std::string_view) -> Status { return {}; });
    ASSERT_TRUE(event.feed("data: " + part + "\n"));
    EXPECT_EQ(event.feed("data: " + part + "\n").error().code, Errc::too_large);
}

TEST(SseParser, PassesOnWhatTheListenerSays) {
    SseParser parser([](std::string_view) -> Status { return bad_request("x", "no"); });
    EXPECT_EQ(parser.feed("data: x\n\n").error(), bad_request("x", "no"));
}

}  // namespace
}  // namespace longwire::agent
