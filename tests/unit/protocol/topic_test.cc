#include "protocol/topic.h"

#include <gmock/gmock.h>

#include <string>

#include "protocol/limits.h"

namespace longwire {
namespace {

using namespace std::string_view_literals;
using ::testing::HasSubstr;

std::string refusal(std::string_view topic) {
    const auto checked = check_topic(topic);
    if (checked) return "";
    EXPECT_EQ(checked.error().code, Errc::bad_request);
    EXPECT_EQ(checked.error().field, "topic");
    return checked.error().message;
}

std::string levels(std::size_t count) {
    std::string topic = "a";
    for (std::size_t i = 1; i < count; ++i) topic += "/a";
    return topic;
}

TEST(Topic, IsLevelsOfAnyTextButWildcardsAndControls) {
    for (const auto good : {"a", "task/8f3a", "room/ops", "agent/CLINE-1", "Größe/café", "with blank/and:colon",
                            "$sys/x", "a/./b", "\xF0\x9F\x98\x80"}) {
        EXPECT_EQ(refusal(good), "") << good;
    }
}

TEST(Topic, HasNoEmptyLevel) {
    EXPECT_THAT(refusal(""), HasSubstr("empty"));
    for (const auto bad : {"/", "/a", "a/", "a//b", "//"}) EXPECT_THAT(refusal(bad), HasSubstr("empty level")) << bad;
}

TEST(Topic, HoldsNoWildcards) {
    for (const auto bad : {"+", "a/+", "#", "a/#", "a+b", "a#"})
        EXPECT_THAT(refusal(bad), HasSubstr("'+' or '#'")) << bad;
}

TEST(Topic, HoldsNoControlCharacters) {
    for (int byte = 0; byte < 0x20; ++byte) {
        EXPECT_THAT(refusal(std::string("a") + static_cast<char>(byte)), HasSubstr("control")) << byte;
    }
    EXPECT_THAT(refusal("a\x7F"), HasSubstr("control"));
}

TEST(Topic, IsUtf8) {
    EXPECT_THAT(refusal("caf\xE9"), HasSubstr("UTF-8"));
}

TEST(Topic, HasUpTo255Bytes) {
    EXPECT_EQ(refusal(std::string(kTopicBytesMax, 'a')), "");
    EXPECT_THAT(refusal(std::string(kTopicBytesMax + 1, 'a')), HasSubstr("longer than 255"));
}

TEST(Topic, HasUpTo16Levels) {
    EXPECT_EQ(refusal(levels(kTopicLevelsMax)), "");
    EXPECT_THAT(refusal(levels(kTopicLevelsMax + 1)), HasSubstr("more than 16 levels"));
}

TEST(Name, IsLettersDigitsDotsUnderscoresAndDashes) {
    EXPECT_TRUE(check_name("realm", "Acme.corp_2-x", 64));
    for (int byte = 0; byte < 256; ++byte) {
        const auto c = static_cast<char>(byte);
        const bool good = std::isalnum(byte) != 0 || c == '.' || c == '_' || c == '-';
        EXPECT_EQ(check_name("realm", std::string(1, c), 64).has_value(), good) << byte;
    }
}

TEST(Name, ErrorsNameTheFieldAndTheLimit) {
    EXPECT_EQ(check_name("kind", "", 64).error(), bad_request("kind", "must not be empty"));
    EXPECT_TRUE(check_name("kind", std::string(64, 'x'), 64));
    EXPECT_EQ(check_name("kind", std::string(65, 'x'), 64).error(), bad_request("kind", "is longer than 64 bytes"));
    EXPECT_EQ(check_name("kind", "a/b", 64).error().field, "kind");
}

TEST(TopicPath, SplitsWhereItWasJoined) {
    const auto path = topic_path("acme", "room/ops/night");
    EXPECT_EQ(path, "acme/room/ops/night");
    const auto [realm, topic] = split_path(path);
    EXPECT_EQ(realm, "acme");
    EXPECT_EQ(topic, "room/ops/night");
}

TEST(TopicPath, WithoutASlashHasNoTopic) {
    EXPECT_EQ(split_path("acme").realm, "acme");
    EXPECT_EQ(split_path("acme").topic, "");
    EXPECT_EQ(split_path("").realm, "");
}

TEST(TaskTopic, LeadsBackToItsTask) {
    EXPECT_EQ(task_topic("8f3a"), "task/8f3a");
    EXPECT_EQ(task_of_topic("task/8f3a"), "8f3a");
}

TEST(TaskTopic, IsExactlyTwoLevels) {
    for (const auto other : {"task", "task/8f3a/logs", "tasks/8f3a", "room/task/8f3a"}) {
        EXPECT_EQ(task_of_topic(other), "") << other;
    }
}

TEST(Partition, IsZlibsCrcModuloTheirNumber) {
    // The check value of CRC-32: that of "123456789" is 0xCBF43926.
    EXPECT_EQ(partition_of("123456789", 256), 0x26U);
    EXPECT_EQ(partition_of("123456789", 7), 0xCBF43926U % 7);
    EXPECT_EQ(partition_of("anything", 1), 0U);
    EXPECT_EQ(partition_of("", 256), 0U);
}

TEST(TopicKey, IsPartitionPathAndAZero) {
    EXPECT_EQ(topic_key("dev/task/1", 0x0A), "0a/dev/task/1\0"sv);
    EXPECT_EQ(topic_key("dev/task/1", 255), "ff/dev/task/1\0"sv);
}

TEST(TopicKey, OfOneTopicIsNoPrefixOfAnothers) {
    EXPECT_FALSE(topic_key("dev/run.10", 3).starts_with(topic_key("dev/run.1", 3)));
}

TEST(TopicKey, IsReadBackForEveryPartition) {
    for (std::uint32_t partition = 0; partition < kPartitionsMax; ++partition) {
        const auto key = topic_key("dev/room/ops", partition);
        const auto parsed = parse_topic_key(key);
        ASSERT_TRUE(parsed) << describe(parsed.error());
        EXPECT_EQ(parsed->partition, partition);
        EXPECT_EQ(parsed->path, "dev/room/ops");
    }
}

TEST(TopicKey, OfAnotherFormIsRefused) {
    const std::string_view bad[] = {""sv,
                                    "\0"sv,
                                    "00/\0"sv,
                                    "00/dev/x"sv,      // no 0 at the end
                                    "00/dev/x\0\0"sv,  // a 0 too many
                                    "00/dev\0"sv,      // no topic
                                    "00/dev/\0"sv,
                                    "00//x\0"sv,  // no realm
                                    "00/dev/x\0y\0"sv,
                                    "0/dev/x\0"sv,
                                    "000/dev/x\0"sv,
                                    "0g/dev/x\0"sv,
                                    "-1/dev/x\0"sv,
                                    "+1/dev/x\0"sv,
                                    " 1/dev/x\0"sv,
                                    "00:dev/x\0"sv,
                                    "00/d v/x\0"sv,  // no name
                                    "00/dev/x/#\0"sv};
    for (const auto key : bad) EXPECT_FALSE(parse_topic_key(key)) << key;
}

TEST(TopicKey, CutAnywhereIsRefused) {
    const auto key = topic_key("dev/room/ops", 7);
    for (std::size_t size = 0; size < key.size(); ++size) EXPECT_FALSE(parse_topic_key(key.substr(0, size))) << size;
}

TEST(TopicKey, HasARealmOfUpTo64Bytes) {
    EXPECT_TRUE(parse_topic_key(topic_key(topic_path(std::string(kRealmBytesMax, 'r'), "x"), 0)));
    const auto parsed = parse_topic_key(topic_key(topic_path(std::string(kRealmBytesMax + 1, 'r'), "x"), 0));
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().field, "realm");
}

TEST(TopicKey, InUpperCaseIsRefused) {
    // "AB/…" was taken for partition 0xab, though no subscription to "ab/" would ever have brought it: a topic has
    // one key.
    EXPECT_FALSE(parse_topic_key("AB/dev/x\0"sv));
    EXPECT_FALSE(parse_topic_key("aB/dev/x\0"sv));
    EXPECT_TRUE(parse_topic_key("ab/dev/x\0"sv));
}

}  // namespace
}  // namespace longwire
