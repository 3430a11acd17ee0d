#include "edge/dialects/text_chunks.h"

#include <gtest/gtest.h>

namespace longwire::edge {
namespace {

TextChunk piece(std::string group, std::string stream, std::string text) {
    TextChunk piece;
    piece.group = std::move(group);
    piece.stream = std::move(stream);
    piece.text = std::move(text);
    return piece;
}

std::string texts(const std::vector<TextChunk>& chunks) {
    std::string all;
    for (const auto& chunk : chunks) all.append(all.empty() ? "" : "|").append(chunk.text);
    return all;
}

TEST(TextChunks, PiecesOfAStreamAreJoinedUntilTheFirstHasWaitedLongEnough) {
    const ChunkRule rule;
    TextChunks chunks(rule);
    EXPECT_EQ(chunks.due_us(), std::nullopt);
    EXPECT_EQ(texts(chunks.add(piece("g", "s", "a "), 0)), "");
    EXPECT_EQ(texts(chunks.add(piece("g", "s", "b "), 30'000)), "");
    EXPECT_EQ(chunks.due_us(), 40'000);
    EXPECT_EQ(texts(chunks.take_due(39'999)), "");
    EXPECT_EQ(texts(chunks.take_due(40'000)), "a b ");
    EXPECT_EQ(chunks.due_us(), std::nullopt);
}

TEST(TextChunks, AGroupGoesAsAWholeAndOthersWait) {
    const ChunkRule rule;
    TextChunks chunks(rule);
    chunks.add(piece("g", "s", "a"), 0);
    chunks.add(piece("h", "s", "b"), 0);
    chunks.add(piece("g", "t", "c"), 0);
    EXPECT_EQ(texts(chunks.add(piece("g", "t", "!"), 0)), "a|c!");
    EXPECT_EQ(texts(chunks.take_group("none")), "");
    EXPECT_EQ(texts(chunks.take_all()), "b");
}

TEST(TextChunks, TheRuleSaysWhatGoesAtOnce) {
    ChunkRule rule{40, 3, false};
    TextChunks chunks(rule);
    EXPECT_EQ(texts(chunks.add(piece("g", "s", "a."), 0)), "");
    EXPECT_EQ(texts(chunks.add(piece("g", "s", "b"), 0)), "a.b");
    rule.wait_ms = 0;
    EXPECT_EQ(texts(chunks.add(piece("g", "s", "c"), 0)), "c");
}

TEST(TextChunks, BeyondSoManyStreamsTheOldestGroupGoes) {
    const ChunkRule rule;
    TextChunks chunks(rule);
    for (std::size_t i = 0; i < TextChunks::kStreamsMax; ++i) {
        EXPECT_EQ(texts(chunks.add(piece(std::to_string(i), "s", std::to_string(i)), 0)), "");
    }
    EXPECT_EQ(texts(chunks.add(piece("more", "s", "more"), 0)), "0");
}

TEST(TextChunks, ASentenceEndsAtItsMarkWhateverClosesBehindIt) {
    for (const auto* const end : {"Done.", "Done!\"", "Really? ", "(So.) ", "Gut so…", "是。", "one\n", "**Done.**"}) {
        EXPECT_TRUE(ends_sentence(end)) << end;
    }
    for (const auto* const open : {"", " ", "Done", "e.g. this", "3.1", "a,"})
        EXPECT_FALSE(ends_sentence(open)) << open;
}

}  // namespace
}  // namespace longwire::edge
