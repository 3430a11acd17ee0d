#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "protocol/result.h"

namespace longwire::agent {

/// Reads a stream of Server-Sent Events (the HTML standard, section 9.2) however it is cut into pieces: within a line,
/// within a CR LF, within a character.
///
/// Bound: kEventBytesMax for an event's data, and for a line.
class SseParser {
  public:
    static constexpr std::size_t kEventBytesMax = 1 << 20;

    /// An event's data, its lines joined by LF. Its type is not told: the servers that we know of use none.
    using OnData = std::function<Status(std::string_view data)>;

    explicit SseParser(OnData on_data) : on_data_(std::move(on_data)) {}

    /// Errors: too_large, and what on_data says. The stream is of no use then.
    Status feed(std::string_view bytes);

    /// Whether the stream may end here: nothing was begun that has not been handed out.
    bool at_boundary() const { return line_.empty() && !has_data_; }

  private:
    Status end_line();
    Status take_line(std::string_view line);

    OnData on_data_;
    std::string line_;  // the one that has not ended
    std::string data_;
    bool has_data_ = false;
    bool after_cr_ = false;
    bool at_start_ = true;
};

}  // namespace longwire::agent
