#include "protocol/link/frame_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/link/subscriber_messages.h"

namespace longwire::link {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::uint64_t> numbers_in(std::string_view frame) {
    std::vector<std::uint64_t> numbers;
    decode_each<EdgeToBroker>(frame, [&](const auto& decoded) {
        EXPECT_TRUE(decoded);
        numbers.push_back(decoded ? decoded->number : 0);
        return true;
    });
    return numbers;
}

TEST(FrameWriter, PutsMessagesTogether) {
    FrameWriter writer;
    const auto first = writer.add(1, Subscribe{1, "dev/room/a", 7, 3});
    const auto second = writer.add(2, prepare(Unsubscribe{"dev/room/b"}));
    const auto frames = writer.take();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].size(), first + second);
    EXPECT_THAT(numbers_in(frames[0]), ElementsAre(1, 2));
    EXPECT_THAT(writer.take(), IsEmpty());
}

TEST(FrameWriter, BeginsAnotherFrameRatherThanAnOverlongOne) {
    FrameWriter writer;
    const std::string fields = "\xc5\x70\x01" + std::string(0x7001, 'x');
    for (std::uint64_t number = 1; number <= 5; ++number) {
        writer.add(number, Request{number, "dev", "ann", "publish", {fields}});
    }
    const auto frames = writer.take();
    ASSERT_EQ(frames.size(), 3U);
    EXPECT_THAT(numbers_in(frames[0]), ElementsAre(1, 2));
    EXPECT_THAT(numbers_in(frames[1]), ElementsAre(3, 4));
    EXPECT_THAT(numbers_in(frames[2]), ElementsAre(5));
    for (const auto& frame : frames) EXPECT_LE(frame.size(), FrameWriter::kFrameBytes);
}

TEST(FrameWriter, GivesALargeMessageAFrameOfItsOwn) {
    for (const std::size_t expected : {0, 100'000}) {
        FrameWriter writer;
        const std::string fields = std::string("\xc6\x00\x01\x86\xa0", 5) + std::string(100'000, 'x');
        writer.add(1, EdgeHeartbeat{});
        writer.add(2, Request{1, "dev", "ann", "publish", {fields}}, expected);
        writer.add(3, EdgeHeartbeat{});
        const auto frames = writer.take();
        ASSERT_EQ(frames.size(), 3U);
        EXPECT_THAT(numbers_in(frames[0]), ElementsAre(1));
        EXPECT_THAT(numbers_in(frames[1]), ElementsAre(2));
        EXPECT_THAT(numbers_in(frames[2]), ElementsAre(3));
    }
}

TEST(DecodeEach, TellsWhatCannotBeReadAndStopsThere) {
    const auto sound = encode(1, EdgeHeartbeat{});
    const auto unknown = std::string("\x92\x7f\x02", 3);
    for (const auto& bad : {std::string("\xc1"), std::string("\x91\x01"), unknown}) {
        std::string told;
        decode_each<EdgeToBroker>(sound + bad + sound, [&](const auto& decoded) {
            told += decoded ? '+' : '-';
            return true;
        });
        EXPECT_EQ(told, "+-");
    }
}

TEST(DecodeEach, StopsWhenToldTo) {
    int taken = 0;
    const auto one = encode(1, EdgeHeartbeat{});
    decode_each<EdgeToBroker>(one + one + one, [&](const auto&) { return ++taken < 2; });
    EXPECT_EQ(taken, 2);
}

}  // namespace
}  // namespace longwire::link
