#include "edge/dialects/text_chunks.h"

#include <algorithm>
#include <array>
#include <utility>

namespace longwire::edge {

bool ends_sentence(std::string_view text) {
    constexpr std::array<std::string_view, 4> kWide{"…", "。", "！", "？"};
    const auto end = text.find_last_not_of(" \t\r\"')]*_");
    if (end == std::string_view::npos) return false;
    const auto trimmed = text.substr(0, end + 1);
    if (std::string_view(".!?\n").find(trimmed.back()) != std::string_view::npos) return true;
    return std::any_of(kWide.begin(), kWide.end(), [&](auto mark) { return trimmed.ends_with(mark); });
}

std::vector<TextChunk> TextChunks::add(TextChunk piece, std::int64_t now_us) {
    const auto group = piece.group;
    auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& one) {
        return one.chunk.group == group && one.chunk.stream == piece.stream;
    });
    if (found == waiting_.end()) {
        waiting_.push_back({std::move(piece), now_us + rule_.wait_ms * 1000});
        found = std::prev(waiting_.end());
    } else {
        auto& chunk = found->chunk;
        piece.text.insert(0, chunk.text);
        piece.message_ids.insert(piece.message_ids.begin(), chunk.message_ids.begin(), chunk.message_ids.end());
        chunk = std::move(piece);
    }
    const auto& chunk = found->chunk;
    const bool is_ready = chunk.is_done || rule_.wait_ms == 0 ||
                          chunk.text.size() >= static_cast<std::size_t>(rule_.bytes) ||
                          (rule_.at_sentence_end && ends_sentence(chunk.text));
    if (is_ready) return take_group(group);
    if (waiting_.size() <= kStreamsMax) return {};
    const auto oldest = waiting_.front().chunk.group;
    return take_group(oldest);
}

std::vector<TextChunk> TextChunks::take_due(std::int64_t now_us) {
    std::vector<TextChunk> due;
    while (!waiting_.empty() && waiting_.front().due_us <= now_us) {
        const auto group = waiting_.front().chunk.group;
        for (auto& chunk : take_group(group)) due.push_back(std::move(chunk));
    }
    return due;
}

std::vector<TextChunk> TextChunks::take_group(std::string_view group) {
    const auto first = std::stable_partition(waiting_.begin(), waiting_.end(),
                                             [&](const Waiting& one) { return one.chunk.group != group; });
    std::vector<TextChunk> taken;
    for (auto it = first; it != waiting_.end(); ++it) taken.push_back(std::move(it->chunk));
    waiting_.erase(first, waiting_.end());
    return taken;
}

std::vector<TextChunk> TextChunks::take_all() {
    std::vector<TextChunk> all;
    for (auto& one : std::exchange(waiting_, {})) all.push_back(std::move(one.chunk));
    return all;
}

std::optional<std::int64_t> TextChunks::due_us() const {
    if (waiting_.empty()) return std::nullopt;
    return waiting_.front().due_us;
}

}  // namespace longwire::edge
