#include "clients/cli/live_area.h"

#include <utility>

namespace longwire::cli {

std::string LiveArea::clear() {
    const std::size_t rows = std::exchange(rows_, 0);
    if (rows == 0) return {};
    std::string bytes = "\r";
    if (rows > 1) bytes += "\x1b[" + std::to_string(rows - 1) + "A";  // up to the first live line
    return bytes + "\x1b[J";                                          // erase to the end of the screen
}

std::string LiveArea::draw(std::string_view scrolled, const std::vector<std::string>& live) {
    std::string bytes = clear();
    bytes += scrolled;
    for (std::size_t i = 0; i < live.size(); ++i) {
        if (i > 0) bytes += "\n";
        bytes += live[i];
    }
    rows_ = live.size();
    return bytes;
}

}  // namespace longwire::cli
