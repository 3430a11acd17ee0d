#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace longwire::exec {

/// Cuts a stream of bytes into lines, as they come.
///
/// A line ends at '\n', which is not part of it, nor is a '\r' before it. A line longer than `line_bytes_max` is cut
/// there and goes on in the next. What a line holds that is not UTF-8 becomes U+FFFD.
///
/// Bound: one unfinished line.
class LineSplitter {
  public:
    using OnLine = std::function<void(std::string_view line)>;

    explicit LineSplitter(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

    void feed(std::string_view bytes, const OnLine& on_line);

    /// The stream has ended: what is left is a line, if it is anything.
    void finish(const OnLine& on_line);

  private:
    void emit(std::string_view line, const OnLine& on_line);

    std::size_t line_bytes_max_;
    std::string partial_;
    std::string clean_;
};

}  // namespace longwire::exec
