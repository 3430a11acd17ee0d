#include "protocol/shared_slice.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

TEST(SharedSlice, OfATextIsAllOfIt) {
    const auto slice = SharedSlice::of("an event");
    EXPECT_EQ(slice.bytes, "an event");
    EXPECT_EQ(slice.owner.use_count(), 1);
}

TEST(SharedSlice, OfAShortTextOutlivesTheOneItWasCopiedFrom) {
    SharedSlice kept;
    {
        const auto slice = SharedSlice::of("tiny");  // in the string itself, not on the heap
        kept = slice;
        EXPECT_EQ(slice.owner.use_count(), 2);
    }
    EXPECT_EQ(kept.bytes, "tiny");
    EXPECT_EQ(kept.owner.use_count(), 1);
}

TEST(SharedSlice, ACopyOutlivesWhatItIsOf) {
    SharedSlice copy;
    {
        const std::string text(1000, 'x');
        copy = SharedSlice::copy_of(text);
        EXPECT_NE(copy.bytes.data(), text.data());
    }
    EXPECT_EQ(copy.bytes, std::string(1000, 'x'));
    EXPECT_TRUE(SharedSlice::copy_of("").bytes.empty());
}

TEST(SharedSlice, WholeOfNothingIsEmpty) {
    const auto slice = SharedSlice::whole(nullptr);
    EXPECT_TRUE(slice.bytes.empty());
    EXPECT_EQ(slice.owner, nullptr);
}

TEST(SharedSlice, PartsShareOneBuffer) {
    const auto buffer = std::make_shared<const std::string>("first second");
    const SharedSlice first{buffer, std::string_view(*buffer).substr(0, 5)};
    const SharedSlice second{buffer, std::string_view(*buffer).substr(6)};
    EXPECT_EQ(first.bytes, "first");
    EXPECT_EQ(second.bytes, "second");
    EXPECT_EQ(buffer.use_count(), 3);
    EXPECT_EQ(SharedSlice::whole(buffer).bytes, "first second");
}

}  // namespace
}  // namespace longwire
