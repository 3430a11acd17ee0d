#pragma once

#include <optional>
#include <string_view>

namespace longwire::exec {

struct ProgressLine {
    double fraction = 0;       // 0..1
    std::string_view message;  // into the line; may be empty
};

/// Reads a line of the form `::progress 0.42 message`. Nothing for any other line, nor where the number is not within
/// 0 and 1: then it is a line like all others.
std::optional<ProgressLine> parse_progress_line(std::string_view line);

}  // namespace longwire::exec
