#include "worker/exec/progress_line.h"

#include <charconv>

namespace longwire::exec {

std::optional<ProgressLine> parse_progress_line(std::string_view line) {
    constexpr std::string_view kMark = "::progress ";
    if (!line.starts_with(kMark)) return std::nullopt;
    line.remove_prefix(kMark.size());
    ProgressLine progress;
    const auto [end, error] =
        std::from_chars(line.data(), line.data() + line.size(), progress.fraction, std::chars_format::fixed);
    if (error != std::errc{} || !(progress.fraction >= 0.0 && progress.fraction <= 1.0)) return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    if (line.empty()) return progress;
    if (line.front() != ' ') return std::nullopt;
    progress.message = line.substr(1);
    return progress;
}

}  // namespace longwire::exec
