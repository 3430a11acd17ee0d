#include "worker/exec/line_splitter.h"

#include <algorithm>

#include "protocol/utf8.h"

namespace longwire::exec {
namespace {

/// How much of a text of at least `bytes_max` bytes fits without cutting a character.
std::size_t whole_characters(std::string_view text, std::size_t bytes_max) {
    auto end = bytes_max;
    const auto is_inside = [&](std::size_t at) {
        return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
    };
    while (end > bytes_max - std::min<std::size_t>(bytes_max, 3) && is_inside(end)) --end;
    return end > 0 && !is_inside(end) ? end : bytes_max;
}

}  // namespace

void LineSplitter::emit(std::string_view line, const OnLine& on_line) {
    if (is_valid_utf8(line)) return on_line(line);
    clean_.clear();
    while (!line.empty()) {
        const auto length = utf8_sequence_length(line);
        clean_.append(length > 0 ? line.substr(0, length) : "\xEF\xBF\xBD");
        line.remove_prefix(std::max<std::size_t>(length, 1));
    }
    on_line(clean_);
}

void LineSplitter::feed(std::string_view bytes, const OnLine& on_line) {
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        partial_.append(bytes.substr(0, end));
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
        // One byte more is kept than a line may have: it says whether the cut is inside a character.
        std::size_t start = 0;
        while (partial_.size() - start > line_bytes_max_) {
            const auto rest = std::string_view(partial_).substr(start);
            const auto size = whole_characters(rest, line_bytes_max_);
            emit(rest.substr(0, size), on_line);
            start += size;
        }
        partial_.erase(0, start);
        if (end == std::string_view::npos) return;
        if (partial_.ends_with('\r')) partial_.pop_back();
        emit(partial_, on_line);
        partial_.clear();
    }
}

void LineSplitter::finish(const OnLine& on_line) {
    if (!partial_.empty()) emit(partial_, on_line);
    partial_.clear();
}

}  // namespace longwire::exec
