#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Text as a terminal shows it. What comes from a cluster is made harmless first: it may hold
/// control characters.
namespace longwire::cli {

/// Cells that valid or invalid UTF-8 fills; wide characters fill two, combining ones none.
std::size_t display_width(std::string_view text);

/// The longest beginning of `text` that fits into `width` cells.
std::string_view fitting_part(std::string_view text, std::size_t width);

/// `text` if it fits, otherwise its beginning and "…".
std::string cut_to_width(std::string_view text, std::size_t width);

/// Without control characters: each becomes a space.
std::string one_line(std::string_view text);
/// The same but '\n' stays.
std::string plain_lines(std::string_view text);

/// "12 min ago"; "-" where there is no such time.
std::string ago_text(const std::optional<std::int64_t>& time_us, std::int64_t now_us);

/// "0:07", "12:34", "1:02:03".
std::string duration_text(std::int64_t duration_us);
/// "0.4 s", then as above: for what has ended.
std::string exact_duration_text(std::int64_t duration_us);
/// "3 s", "12 min", "5 h", "9 d": for listings.
std::string age_text(std::int64_t duration_us);
/// Local time of day with milliseconds, "09:30:00.250".
std::string clock_text(std::int64_t time_us);

/// ANSI colours where they are wanted.
class Paint {
  public:
    explicit Paint(bool on) : on_(on) {}
    std::string bold(std::string_view text) const { return with("1", text); }
    std::string dim(std::string_view text) const { return with("2", text); }
    std::string red(std::string_view text) const { return with("31", text); }
    std::string green(std::string_view text) const { return with("32", text); }
    std::string yellow(std::string_view text) const { return with("33", text); }
    std::string cyan(std::string_view text) const { return with("36", text); }

  private:
    std::string with(std::string_view code, std::string_view text) const;
    bool on_;
};

}  // namespace longwire::cli
