#include "clients/cli/top/full_screen.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "clients/cli/terminal.h"

namespace longwire::cli {
namespace {

// ECMA-48 and xterm's private modes: the other screen, and the cursor.
constexpr std::string_view kBegin = "\x1b[?1049h\x1b[?25l\x1b[2J";
constexpr std::string_view kEnd = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kEraseLine = "\x1b[K";
constexpr std::string_view kEraseBelow = "\x1b[J";

}  // namespace

FullScreen::FullScreen() {
    termios modes{};
    if (::tcgetattr(STDIN_FILENO, &modes) == 0) {
        modes_ = modes;
        modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // signals stay
        modes.c_cc[VMIN] = 1;
        modes.c_cc[VTIME] = 0;
        ::tcsetattr(STDIN_FILENO, TCSANOW, &modes);
    }
    write_out(kBegin);
}

FullScreen::~FullScreen() {
    write_out(kEnd);
    if (modes_) ::tcsetattr(STDIN_FILENO, TCSANOW, &*modes_);
}

/// Every line is erased behind its end, so that nothing flickers and nothing of the picture before stays.
bool FullScreen::show(const std::vector<std::string>& lines) {
    std::string bytes(kHome);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i > 0) bytes += "\r\n";
        bytes.append(lines[i]).append(kEraseLine);
    }
    return write_out(bytes.append(kEraseBelow));
}

bool FullScreen::pressed(const std::string& keys) {
    if (!modes_) return false;
    pollfd item{STDIN_FILENO, POLLIN, 0};
    if (::poll(&item, 1, 0) <= 0 || (item.revents & POLLIN) == 0) return false;
    std::array<char, 64> typed{};
    const auto count = ::read(STDIN_FILENO, typed.data(), typed.size());
    const std::string_view some(typed.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    return some.find_first_of(keys) != std::string_view::npos;
}

}  // namespace longwire::cli
