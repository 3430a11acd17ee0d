#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cli/live_area.h"
#include "clients/cli/terminal_text.h"

namespace longwire::cli {

/// Whether stdout, or stderr, is a terminal that can move its cursor.
bool stdout_is_terminal();
bool stderr_is_terminal();
/// Colours unless NO_COLOR is set (https://no-color.org).
Paint paint_for(bool is_terminal);
/// Cells in a row of the terminal, and rows; 80 and 24 if it does not say.
std::size_t terminal_width();
std::size_t terminal_height();

/// Writes all of it to stdout at once. False when nobody reads it any more.
bool write_out(std::string_view bytes);

/// A live area on stdout, with messages to stderr that do not break it.
class Screen {
  public:
    bool draw(std::string_view scrolled, const std::vector<std::string>& live);
    bool clear();
    void tell(const std::string& message);

  private:
    LiveArea area_;
    std::vector<std::string> live_;
};

}  // namespace longwire::cli
