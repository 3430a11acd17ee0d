#include "protocol/topic_filter.h"

#include <gmock/gmock.h>

#include <string>

#include "protocol/limits.h"

namespace longwire {
namespace {

using ::testing::HasSubstr;

std::string refusal(std::string_view filter) {
    const auto checked = check_topic_filter(filter);
    if (checked) return "";
    EXPECT_EQ(checked.error().code, Errc::bad_request);
    EXPECT_EQ(checked.error().field, "filter");
    return checked.error().message;
}

TEST(TopicFilter, WithoutWildcardsMatchesOneTopic) {
    EXPECT_TRUE(filter_matches("room/ops", "room/ops"));
    EXPECT_FALSE(filter_matches("room/ops", "room/op"));
    EXPECT_FALSE(filter_matches("room/ops", "room/ops2"));
    EXPECT_FALSE(filter_matches("room/ops", "room"));
    EXPECT_FALSE(filter_matches("room/ops", "room/ops/night"));
    EXPECT_FALSE(filter_matches("room", "Room"));
}

TEST(TopicFilter, PlusMatchesExactlyOneLevel) {
    EXPECT_TRUE(filter_matches("+", "a"));
    EXPECT_FALSE(filter_matches("+", "a/b"));
    EXPECT_TRUE(filter_matches("task/+", "task/1"));
    EXPECT_FALSE(filter_matches("task/+", "task"));
    EXPECT_FALSE(filter_matches("task/+", "task/1/logs"));
    EXPECT_TRUE(filter_matches("+/b", "a/b"));
    EXPECT_FALSE(filter_matches("+/b", "b"));
    EXPECT_TRUE(filter_matches("a/+/c", "a/b/c"));
    EXPECT_FALSE(filter_matches("a/+/c", "a/c"));
    EXPECT_FALSE(filter_matches("a/+/c", "a/b/b/c"));
    EXPECT_TRUE(filter_matches("+/+", "a/b"));
    EXPECT_FALSE(filter_matches("+/+", "a"));
    EXPECT_FALSE(filter_matches("+/+", "a/b/c"));
}

TEST(TopicFilter, HashMatchesAnyNumberOfLevels) {
    EXPECT_TRUE(filter_matches("#", "a"));
    EXPECT_TRUE(filter_matches("#", "a/b/c"));
    EXPECT_TRUE(filter_matches("a/#", "a/b"));
    EXPECT_TRUE(filter_matches("a/#", "a/b/c/d"));
    EXPECT_FALSE(filter_matches("a/#", "b"));
    EXPECT_FALSE(filter_matches("a/#", "ab/c"));
    EXPECT_FALSE(filter_matches("a/b/#", "a"));
    EXPECT_FALSE(filter_matches("a/b/#", "a/c"));
}

TEST(TopicFilter, HashMatchesTheParentLevelToo) {
    EXPECT_TRUE(filter_matches("a/#", "a"));
    EXPECT_TRUE(filter_matches("a/b/#", "a/b"));
    EXPECT_TRUE(filter_matches("+/#", "a"));
    EXPECT_TRUE(filter_matches("a/+/#", "a/b"));
    EXPECT_FALSE(filter_matches("a/+/#", "a"));
}

TEST(TopicFilter, WildcardsCombine) {
    EXPECT_TRUE(filter_matches("+/b/#", "a/b"));
    EXPECT_TRUE(filter_matches("+/b/#", "a/b/c/d"));
    EXPECT_FALSE(filter_matches("+/b/#", "a/c"));
    EXPECT_TRUE(filter_matches("sport/tennis/+", "sport/tennis/player1"));
    EXPECT_FALSE(filter_matches("sport/tennis/+", "sport/tennis/player1/ranking"));
    EXPECT_TRUE(filter_matches("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"));
}

TEST(TopicFilter, DollarIsALetterLikeOthers) {
    EXPECT_TRUE(filter_matches("#", "$sys/load"));
    EXPECT_TRUE(filter_matches("+/load", "$sys/load"));
    EXPECT_TRUE(filter_matches("$sys/#", "$sys/load"));
    EXPECT_EQ(refusal("$sys/+"), "");
}

TEST(TopicFilter, IsWellFormedWithWildcardsThatFillLevels) {
    for (const auto good : {"#", "+", "a", "a/b", "+/+", "a/#", "+/#", "a/+/b/#", "Größe/+"}) {
        EXPECT_EQ(refusal(good), "") << good;
    }
}

TEST(TopicFilter, HashIsOnlyTheLastLevel) {
    for (const auto bad : {"#/a", "a/#/b", "#/#", "a/#/"}) EXPECT_THAT(refusal(bad), HasSubstr("last level")) << bad;
}

TEST(TopicFilter, WildcardsAreWholeLevels) {
    for (const auto bad : {"a+", "+a", "a/b+", "a#", "a/b#", "++", "##", "+#", "a/+b/c"}) {
        EXPECT_THAT(refusal(bad), HasSubstr("whole levels")) << bad;
    }
}

TEST(TopicFilter, HasNoEmptyLevel) {
    EXPECT_THAT(refusal(""), HasSubstr("empty"));
    for (const auto bad : {"/", "/a", "a/", "a//b", "/+", "+/", "//#"}) {
        EXPECT_THAT(refusal(bad), HasSubstr("empty level")) << bad;
    }
}

TEST(TopicFilter, ObeysTheLimitsOfTopics) {
    EXPECT_EQ(refusal(std::string(kTopicBytesMax, 'a')), "");
    EXPECT_THAT(refusal(std::string(kTopicBytesMax + 1, 'a')), HasSubstr("longer"));
    std::string deep = "+";
    for (std::size_t i = 1; i < kTopicLevelsMax; ++i) deep += "/+";
    EXPECT_EQ(refusal(deep), "");
    EXPECT_THAT(refusal(deep + "/#"), HasSubstr("levels"));
    EXPECT_THAT(refusal("a\n/+"), HasSubstr("control"));
    EXPECT_THAT(refusal("\xFF/+"), HasSubstr("UTF-8"));
}

}  // namespace
}  // namespace longwire
