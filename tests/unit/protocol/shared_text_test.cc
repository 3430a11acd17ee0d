#include "protocol/shared_text.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace longwire {
namespace {

TEST(SharedTextTest, HoldsACopyOfWhatItWasMadeOf) {
    std::string source = "dev/room/1";
    const SharedText text{source};
    source = "other";
    EXPECT_EQ(*text, "dev/room/1");
}

TEST(SharedTextTest, IsAsLargeAsAPointer) {
    EXPECT_EQ(sizeof(SharedText), sizeof(void*));
}

TEST(SharedTextTest, AnEmptyOneIsTheSameAsNone) {
    EXPECT_EQ(*SharedText(), "");
    EXPECT_EQ(SharedText(), SharedText(""));
    EXPECT_NE(SharedText(), SharedText("a"));
}

TEST(SharedTextTest, CopiesHoldTheSameBytes) {
    SharedText first("dev/room/1");
    const SharedText second = first;
    EXPECT_EQ((*first).data(), (*second).data());
    first = SharedText("dev/room/2");
    EXPECT_EQ(*second, "dev/room/1");
    EXPECT_EQ(*first, "dev/room/2");
}

TEST(SharedTextTest, IsEqualToAnotherWithTheSameText) {
    EXPECT_EQ(SharedText("a"), SharedText("a"));
    EXPECT_NE(SharedText("a"), SharedText("b"));
}

TEST(SharedTextTest, WhatWasMovedFromIsEmpty) {
    SharedText first("a");
    const SharedText second = std::move(first);
    EXPECT_EQ(*first, "");  // NOLINT(bugprone-use-after-move): that is the promise
    EXPECT_EQ(*second, "a");
}

TEST(SharedTextTest, MayBeAssignedToItself) {
    SharedText text("a");
    const auto& same = text;
    text = same;
    EXPECT_EQ(*text, "a");
}

TEST(SharedTextTest, HoldsZeroBytes) {
    EXPECT_EQ(*SharedText(std::string_view("a\0b", 3)), std::string_view("a\0b", 3));
}

TEST(SharedTextTest, ManyThreadsMayTakeAndDropCopies) {
    const SharedText text("dev/room/1");
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([copy = text] {
            for (int n = 0; n < 1'000; ++n) {
                const SharedText another = copy;
                EXPECT_EQ(*another, "dev/room/1");
            }
        });
    }
    for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace longwire
