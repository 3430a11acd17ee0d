#include "protocol/node/signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace longwire {
namespace {

std::atomic<int> pipe_write_end{-1};
static_assert(std::atomic<int>::is_always_lock_free, "read in a signal handler");

void on_signal(int signal) {
    const int saved = errno;
    const auto byte = static_cast<unsigned char>(signal);
    // A full pipe already wakes the reader; nothing is lost by dropping this one.
    [[maybe_unused]] const ssize_t written = write(pipe_write_end.load(), &byte, 1);
    errno = saved;
}

void set_handler(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
}

}  // namespace

Signals::Signals() : Signals({SIGINT, SIGTERM, SIGHUP}) {}

Signals::Signals(std::initializer_list<int> signals) : signals_(signals) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        throw std::system_error(errno, std::generic_category(), "pipe for signals");
    }
    read_end_ = ends[0];
    write_end_ = ends[1];
    pipe_write_end.store(write_end_);
    for (const int signal : signals_) set_handler(signal, on_signal);
    set_handler(SIGPIPE, SIG_IGN);
}

Signals::~Signals() {
    for (const int signal : signals_) set_handler(signal, SIG_DFL);
    set_handler(SIGPIPE, SIG_DFL);
    pipe_write_end.store(-1);
    close(read_end_);
    close(write_end_);
}

std::optional<int> Signals::next() {
    unsigned char byte = 0;
    if (read(read_end_, &byte, 1) != 1) return std::nullopt;
    return byte;
}

void Signals::restore_in_child() {
    for (int signal = 1; signal < NSIG; ++signal) set_handler(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace longwire
