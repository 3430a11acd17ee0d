#include "clients/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>

namespace longwire::cli {
namespace {

bool is_capable(int fd) {
    const char* kind = std::getenv("TERM");
    return isatty(fd) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

}  // namespace

bool stdout_is_terminal() {
    return is_capable(STDOUT_FILENO);
}
bool stderr_is_terminal() {
    return is_capable(STDERR_FILENO);
}

Paint paint_for(bool is_terminal) {
    const char* no_color = std::getenv("NO_COLOR");
    return Paint(is_terminal && (no_color == nullptr || *no_color == '\0'));
}

std::size_t terminal_width() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

std::size_t terminal_height() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) return 24;
    return size.ws_row;
}

bool write_out(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

bool Screen::draw(std::string_view scrolled, const std::vector<std::string>& live) {
    if (scrolled.empty() && live == live_) return true;
    live_ = live;
    return write_out(area_.draw(scrolled, live));
}

bool Screen::clear() {
    live_.clear();
    return write_out(area_.clear());
}

void Screen::tell(const std::string& message) {
    const std::vector<std::string> live = live_;
    if (!live.empty()) clear();
    std::cerr << "longwire: " << one_line(message) << "\n";
    if (!live.empty()) draw({}, live);
}

}  // namespace longwire::cli
