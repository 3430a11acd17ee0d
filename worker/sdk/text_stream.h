#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/node/sha256.h"
#include "worker/sdk/emit_outcome.h"

namespace longwire {

class Task;

struct TextOptions {
    /// Who writes it; in each of its events where given.
    std::string agent = {};
    /// Pieces that come within this time of the one before are joined into one event. 0: each is an event.
    std::int64_t join_ms = 30;
};

/// A text that grows: `text.delta {stream, index, text, agent?}` for its pieces, joined as they come quickly, and at
/// its end `text.done {stream, index, text?, bytes, sha256, agent?}`, so that whoever has put it together can tell
/// whether nothing is missing, and others need not. The first piece is an event at once, and any other event of the
/// task comes after all that was written before it.
///
/// Bound:  of a text of more than kWholeBytesMax `text.done` has no `text`, only its length and hash.
/// Thread: one at a time. It must not outlive its Task; what is held when it is destroyed is sent.
class TextStream {
  public:
    static constexpr std::size_t kWholeBytesMax = 256 << 10;
    static constexpr std::size_t kWriteBytesMax = 1 << 20;

    /// `stream` is the text's name, which no other text of the attempt has.
    TextStream(Task& task, std::string stream, TextOptions options = {});
    ~TextStream();
    TextStream(const TextStream&) = delete;
    TextStream& operator=(const TextStream&) = delete;

    /// Adds a piece, of UTF-8 that is not cut within a character. More than kWriteBytesMax throws EmitError.
    EmitOutcome write(std::string_view text);

    /// Ends the text; `index` is the number of its events. Once.
    EmitOutcome done();

    /// Ends a text that is not to count, because what made it broke off and begins anew as another text:
    /// `text.done {stream, index, text: "", bytes: 0, sha256, discarded: true, reason, agent?}`. In place of done().
    EmitOutcome discard(std::string_view reason);

    std::uint64_t bytes() const { return bytes_; }

  private:
    struct End {
        bool has_text = false;
        std::string_view text;
        std::uint64_t bytes = 0;
        std::string sha256;
        bool discarded = false;
        std::string_view reason;
    };
    EmitOutcome end(const End& end);

    Task& task_;
    std::string stream_;
    std::string agent_;
    std::uint64_t id_ = 0;
    std::uint64_t bytes_ = 0;
    std::string whole_;  // as long as it is no longer than kWholeBytesMax
    Sha256 hash_;
};

}  // namespace longwire
