#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace longwire::cli {

/// The last lines of a terminal, drawn again and again in place, below lines that scroll. Gives the bytes to
/// write; lines must fit the terminal's width. Pure.
class LiveArea {
  public:
    /// Takes the live lines away, writes `scrolled` (whole lines) and puts the live lines below it.
    std::string draw(std::string_view scrolled, const std::vector<std::string>& live);

    /// Takes the live lines away for good.
    std::string clear();

  private:
    std::size_t rows_ = 0;
};

}  // namespace longwire::cli
