#include "edge/net/send_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace longwire::edge::net {
namespace {

SharedBytes shared(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

std::string all(const SendQueue& queue) {
    std::array<iovec, 256> vectors;
    const std::size_t used = queue.gather(vectors);
    std::string text;
    for (std::size_t i = 0; i < used; ++i) {
        text.append(static_cast<const char*>(vectors[i].iov_base), vectors[i].iov_len);
    }
    return text;
}

TEST(SendQueue, KeepsTheOrderOfSharedAndCopiedBytes) {
    SendQueue queue;
    queue.push(SharedSlice::of("one "));
    queue.append("two ");
    queue.push(SharedSlice::of(std::string(5000, 'x')));
    queue.append(" three");
    EXPECT_EQ(all(queue), "one two " + std::string(5000, 'x') + " three");
    EXPECT_EQ(queue.bytes(), 4 + 4 + 5000 + 6u);
}

TEST(SendQueue, ALonePieceIsNotCopied) {
    const auto piece = shared("small");
    SendQueue queue;
    queue.push(SharedSlice::whole(piece));
    std::array<iovec, 4> vectors;
    ASSERT_EQ(queue.gather(vectors), 1u);
    EXPECT_EQ(vectors[0].iov_base, piece->data());
}

TEST(SendQueue, ALargePieceIsNeverCopied) {
    const auto piece = shared(std::string(100'000, 'x'));
    SendQueue queue;
    queue.append("before");
    queue.push(SharedSlice::whole(piece));
    std::array<iovec, 4> vectors;
    ASSERT_EQ(queue.gather(vectors), 2u);
    EXPECT_EQ(vectors[1].iov_base, piece->data());
}

TEST(SendQueue, ManySmallPiecesBecomeFewVectors) {
    SendQueue queue;
    for (int i = 0; i < 100; ++i) queue.push(SharedSlice::of("small piece"));
    std::array<iovec, 64> vectors;
    EXPECT_LE(queue.gather(vectors), 2u);
}

TEST(SendQueue, NullAndEmptyPiecesAreNothing) {
    SendQueue queue;
    queue.push({});
    queue.push(SharedSlice::of(""));
    queue.append("");
    EXPECT_TRUE(queue.empty());
    std::array<iovec, 4> vectors;
    EXPECT_EQ(queue.gather(vectors), 0u);
}

TEST(SendQueue, SentPiecesAreGivenBackAtOnce) {
    auto piece = std::make_shared<const std::string>(4000, 'x');
    SendQueue queue;
    queue.push(SharedSlice::whole(piece));
    queue.push(SharedSlice::whole(piece));
    EXPECT_EQ(piece.use_count(), 3);
    queue.consume(4001);
    EXPECT_EQ(piece.use_count(), 2);
    queue.consume(3999);
    EXPECT_EQ(piece.use_count(), 1);
}

TEST(SendQueue, GathersNoMoreThanThereIsRoomFor) {
    SendQueue queue;
    for (int i = 0; i < 5; ++i) queue.push(SharedSlice::of(std::string(2000, 'x')));
    std::array<iovec, 3> vectors;
    EXPECT_EQ(queue.gather(vectors), 3u);
}

TEST(SendQueue, AnyMixOfWritesAndConsumesKeepsTheStream) {
    std::mt19937 random(7);
    SendQueue queue;
    std::string written;
    std::string consumed;
    char next = 'a';
    for (int step = 0; step < 20'000; ++step) {
        const auto choice = random() % 4;
        const std::size_t size = random() % 3 == 0 ? random() % 5000 : random() % 400;
        if (choice == 0) {
            queue.append(std::string(size, next));
            written.append(size, next);
        } else if (choice == 1) {
            queue.push(SharedSlice::of(std::string(size, next)));
            written.append(size, next);
        } else if (!queue.empty()) {
            std::array<iovec, 8> vectors;
            const std::size_t used = queue.gather(vectors);
            std::string seen;
            for (std::size_t i = 0; i < used; ++i) {
                seen.append(static_cast<const char*>(vectors[i].iov_base), vectors[i].iov_len);
            }
            const std::size_t take = choice == 2 ? seen.size() : random() % (seen.size() + 1);
            consumed.append(seen, 0, take);
            queue.consume(take);
        }
        next = next == 'z' ? 'a' : static_cast<char>(next + 1);
        ASSERT_EQ(queue.bytes(), written.size() - consumed.size());
    }
    ASSERT_EQ(consumed, written.substr(0, consumed.size()));
}

}  // namespace
}  // namespace longwire::edge::net
