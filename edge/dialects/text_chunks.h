#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

namespace longwire::edge {

struct ChunkRule {
    std::int64_t wait_ms = 40;  // a piece waits no longer for others; 0: each goes at once
    std::int64_t bytes = 256;   // so much goes at once
    bool at_sentence_end = true;
};

/// A stretch of a text that grows.
struct TextChunk {
    std::string group;  // chunks of one group keep their order
    std::string stream;
    std::string text;
    boost::json::object fields;    // what else the newest piece says
    boost::json::object metadata;  // and what is said of it
    std::uint64_t offset = 0;      // of the newest piece, where that is an event
    std::uint64_t epoch = 0;
    std::vector<std::string> message_ids;  // of the pieces that have one
    bool is_done = false;
};

/// Joins the pieces of growing texts to chunks that are worth a message. Holds texts of up to `kStreamsMax` streams,
/// each below the rule's bytes; beyond that the group that has waited longest goes first.
class TextChunks {
  public:
    static constexpr std::size_t kStreamsMax = 64;

    explicit TextChunks(const ChunkRule& rule) : rule_(rule) {}

    /// What is now to be sent, in that order.
    std::vector<TextChunk> add(TextChunk piece, std::int64_t now_us);
    std::vector<TextChunk> take_due(std::int64_t now_us);
    std::vector<TextChunk> take_group(std::string_view group);
    std::vector<TextChunk> take_all();

    /// When something will be due.
    std::optional<std::int64_t> due_us() const;

  private:
    struct Waiting {
        TextChunk chunk;
        std::int64_t due_us = 0;
    };

    const ChunkRule& rule_;
    std::vector<Waiting> waiting_;  // by the time of their first pieces
};

/// Whether a sentence ends with this text, spaces, quotes and brackets aside.
bool ends_sentence(std::string_view text);

}  // namespace longwire::edge
