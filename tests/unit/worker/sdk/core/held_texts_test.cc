#include "worker/sdk/core/held_texts.h"

#include <gmock/gmock.h>

namespace longwire::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kJoinUs = 30'000;

/// What goes at a time, as "stream index text".
std::vector<std::string> taken(HeldTexts& texts, std::int64_t now_us) {
    std::vector<std::string> all;
    texts.take_due(now_us, [&](const HeldTexts::Delta& delta) {
        all.push_back(std::string(delta.stream) + " " + std::to_string(delta.index) + " " + std::string(delta.text));
    });
    return all;
}

TEST(HeldTexts, TheFirstPieceGoesAtOnceAndThoseThatFollowSoonGoTogether) {
    HeldTexts texts;
    const auto id = texts.open("s", "", kJoinUs);
    EXPECT_FALSE(texts.look_again_us(1'000));
    texts.write(id, "a", 1'000);
    EXPECT_THAT(taken(texts, 1'000), ElementsAre("s 0 a"));
    EXPECT_EQ(texts.look_again_us(1'000), 31'000) << "for what may come until then";
    texts.write(id, "b", 2'000);
    texts.write(id, "c", 30'999);
    EXPECT_THAT(taken(texts, 30'999), IsEmpty());
    EXPECT_EQ(texts.bytes(), 2U);
    EXPECT_THAT(taken(texts, 31'000), ElementsAre("s 1 bc"));
    EXPECT_EQ(texts.bytes(), 0U);
    EXPECT_EQ(texts.look_again_us(31'000), 61'000);
    EXPECT_FALSE(texts.look_again_us(61'000)) << "nothing came: the next piece goes at once";
    texts.write(id, "d", 70'000);
    EXPECT_THAT(taken(texts, 70'000), ElementsAre("s 2 d"));
    EXPECT_EQ(texts.index(id), 3U);
}

TEST(HeldTexts, TextsDoNotWaitForEachOther) {
    HeldTexts texts;
    const auto one = texts.open("one", "", kJoinUs);
    const auto two = texts.open("two", "", kJoinUs);
    texts.write(one, "1", 1'000);
    EXPECT_THAT(taken(texts, 1'000), ElementsAre("one 0 1"));
    texts.write(one, "2", 20'000);
    texts.write(two, "x", 20'000);
    EXPECT_THAT(taken(texts, 20'000), ElementsAre("two 0 x"));
    texts.write(two, "y", 25'000);
    EXPECT_EQ(texts.look_again_us(25'000), 31'000);
    texts.hasten();
    EXPECT_THAT(taken(texts, 26'000), ElementsAre("one 1 2", "two 1 y"));
    texts.close(one);
    texts.close(two);
    EXPECT_FALSE(texts.look_again_us(26'000));
}

TEST(HeldTexts, WhatHasGrownLargeIsDueAtOnce) {
    HeldTexts texts;
    const auto id = texts.open("s", "", kJoinUs);
    texts.write(id, "a", 1'000);
    taken(texts, 1'000);
    texts.write(id, std::string(HeldTexts::kPieceBytesMax - 1, 'x'), 2'000);
    EXPECT_THAT(taken(texts, 2'000), IsEmpty());
    texts.write(id, "y", 3'000);
    EXPECT_THAT(taken(texts, 3'000), ElementsAre("s 1 " + std::string(HeldTexts::kPieceBytesMax - 1, 'x') + "y"));
}

}  // namespace
}  // namespace longwire::worker
