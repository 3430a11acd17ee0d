#pragma once

#include <termios.h>

#include <optional>
#include <string>
#include <vector>

namespace longwire::cli {

/// The whole of a terminal, until this goes away: then it is as it was. Keys are not shown; pressed() reads them.
class FullScreen {
  public:
    FullScreen();
    ~FullScreen();
    FullScreen(const FullScreen&) = delete;
    FullScreen& operator=(const FullScreen&) = delete;

    /// Shows these lines, which fit, in place of all that is there. False when nobody reads it any more.
    bool show(const std::vector<std::string>& lines);

    /// Whether one of these keys has been pressed. Takes all that were.
    bool pressed(const std::string& keys);

  private:
    std::optional<termios> modes_;  // of the terminal as it was, where keys come from one
};

}  // namespace longwire::cli
