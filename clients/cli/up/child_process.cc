#include "clients/cli/up/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "protocol/node/signals.h"

namespace longwire::cli {
namespace {

constexpr std::size_t kLineBytesMax = 64 << 10;

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> environment_without(const std::vector<std::string>& names) {
    std::vector<std::string> kept;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string variable = *entry;
        const std::string name = variable.substr(0, variable.find('='));
        if (std::find(names.begin(), names.end(), name) == names.end()) kept.push_back(variable);
    }
    return kept;
}

/// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(const char* path, char* const* arguments, char* const* environment, pid_t parent, int out,
                         int err) {
    Signals::restore_in_child();
    setpgid(0, 0);  // Ctrl-C is for the parent, which ends its children in order
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);  // it died before the line above
    const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null >= 0) dup2(null, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execve(path, arguments, environment);
    const char* reason = std::strerror(errno);
    [[maybe_unused]] ssize_t ignored = write(STDERR_FILENO, reason, std::strlen(reason));
    ignored = write(STDERR_FILENO, "\n", 1);
    _exit(127);
}

}  // namespace

void LineSplitter::add(std::string_view bytes, const std::function<void(std::string_view)>& on_line) {
    rest_ += bytes;
    std::size_t from = 0;
    for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', from)) {
        on_line(std::string_view(rest_).substr(from, end - from));
        from = end + 1;
    }
    rest_.erase(0, from);
    if (rest_.size() > kLineBytesMax) finish(on_line);
}

void LineSplitter::finish(const std::function<void(std::string_view)>& on_line) {
    if (!rest_.empty()) on_line(rest_);
    rest_.clear();
}

ChildProcess::~ChildProcess() {
    close_pipes();
}

Status ChildProcess::start(const std::string& path, const std::vector<std::string>& arguments,
                           const std::vector<std::string>& without) {
    std::vector<std::string> words{path};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> environment = environment_without(without);
    const std::vector<char*> word_pointers = pointers_to(words);
    const std::vector<char*> environment_pointers = pointers_to(environment);

    std::array<int, 2> out{-1, -1};
    std::array<int, 2> err{-1, -1};
    const auto failed = [&](const char* what) {
        Error error{Errc::internal, std::string(what) + ": " + std::strerror(errno)};
        for (const int fd : {out[0], out[1], err[0], err[1]}) {
            if (fd >= 0) close(fd);
        }
        return error;
    };
    if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) return failed("pipe");
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) return failed("fork");
    if (child == 0) {
        become(path.c_str(), word_pointers.data(), environment_pointers.data(), parent, out[1], err[1]);
    }
    close(out[1]);
    close(err[1]);
    close_pipes();
    pid_ = child;
    out_ = out[0];
    err_ = err[0];
    fcntl(out_, F_SETFL, O_NONBLOCK);
    fcntl(err_, F_SETFL, O_NONBLOCK);
    return {};
}

void ChildProcess::read_from(int& fd, LineSplitter& lines, const std::function<void(std::string_view)>& on_line) {
    if (fd < 0) return;
    constexpr int kReadsMax = 16;  // a child that writes without end must not keep us from the others
    std::array<char, 16384> bytes;
    for (int reads = 0; reads < kReadsMax; ++reads) {
        const ssize_t got = read(fd, bytes.data(), bytes.size());
        if (got > 0) {
            lines.add({bytes.data(), static_cast<std::size_t>(got)}, on_line);
            continue;
        }
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return;
        lines.finish(on_line);
        close(fd);
        fd = -1;
        return;
    }
}

void ChildProcess::send_signal(int signal) {
    if (lives()) kill(pid_, signal);
}

bool ChildProcess::has_ended(std::string& how, int& status) {
    if (!lives()) return false;
    int wait_status = 0;
    if (waitpid(pid_, &wait_status, WNOHANG) != pid_) return false;
    pid_ = -1;
    status = -1;
    if (WIFEXITED(wait_status)) {
        status = WEXITSTATUS(wait_status);
        how = "exited with status " + std::to_string(status);
    } else {
        const int signal = WTERMSIG(wait_status);
        const char* name = sigabbrev_np(signal);
        how = "was killed by " + (name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(signal));
    }
    return true;
}

void ChildProcess::close_pipes() {
    if (out_ >= 0) close(out_);
    if (err_ >= 0) close(err_);
    out_ = -1;
    err_ = -1;
}

}  // namespace longwire::cli
