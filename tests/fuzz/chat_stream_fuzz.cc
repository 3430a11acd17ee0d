// A model server's stream: the first byte says into pieces of which size it is cut.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "worker/agent/core/chunk_accumulator.h"
#include "worker/agent/core/sse_parser.h"

namespace {

struct Outcome {
    std::string text;
    bool failed = false;
    std::size_t calls = 0;
    bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view stream, std::size_t piece_bytes) {
    constexpr std::size_t kTextBytesMax = 4'096;
    Outcome outcome;
    longwire::agent::ChunkAccumulator chunks(kTextBytesMax);
    longwire::agent::SseParser events([&](std::string_view data) -> longwire::Status {
        LW_TRY(const auto text, chunks.take(data));
        outcome.text += text;
        return {};
    });
    while (!stream.empty() && !outcome.failed) {
        outcome.failed = !events.feed(stream.substr(0, piece_bytes));
        stream.remove_prefix(std::min(piece_bytes, stream.size()));
    }
    const auto completion = chunks.finish();
    outcome.calls = completion.tool_calls.size();
    if (completion.text != outcome.text || outcome.text.size() > kTextBytesMax) std::abort();
    if (outcome.calls > longwire::agent::ChunkAccumulator::kToolCallsMax) std::abort();
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
    // However it is cut, it says the same.
    if (!(read(stream, std::max<std::size_t>(data[0], 1)) == read(stream, stream.size() + 1))) std::abort();
    return 0;
}
