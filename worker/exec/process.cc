#include "worker/exec/process.h"

#include <fcntl.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "protocol/node/signals.h"

namespace longwire::exec {
namespace {

Error system_error(const std::string& what) {
    return Error{Errc::unavailable, what + ": " + std::generic_category().message(errno)};
}

struct Pipe {
    Descriptor read;
    Descriptor write;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe");
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// A file in memory that holds the text, so that nobody has to feed it in.
Result<Descriptor> open_stdin(const std::optional<std::string>& text) {
    if (!text) {
        Descriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (!null.is_open()) return system_error("/dev/null");
        return null;
    }
    Descriptor file(::memfd_create("stdin", MFD_CLOEXEC));
    if (!file.is_open()) return system_error("memfd_create");
    for (std::size_t written = 0; written < text->size();) {
        const auto size = ::write(file.get(), text->data() + written, text->size() - written);
        if (size < 0) return system_error("write");
        written += static_cast<std::size_t>(size);
    }
    if (::lseek(file.get(), 0, SEEK_SET) != 0) return system_error("lseek");
    return file;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

// What follows up to `become` runs in the child of a process that has threads: async-signal-safe calls only.

constexpr int kStatusFd = 3;

[[noreturn]] void give_up(int status_fd) {
    const int error = errno;
    [[maybe_unused]] const auto written = ::write(status_fd, &error, sizeof error);
    ::_exit(127);
}

void limit(int what, std::uint64_t value) {
    if (value == 0) return;
    const rlimit both{value, value};
    ::setrlimit(static_cast<__rlimit_resource>(what), &both);
}

void apply_limits(const ProcessLimits& limits) {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    limit(RLIMIT_CPU, limits.cpu_s);
    limit(RLIMIT_AS, limits.memory_bytes);
    limit(RLIMIT_FSIZE, limits.file_bytes);
    limit(RLIMIT_NOFILE, limits.open_files);
}

void drop_privileges() {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    // Of root's powers (the clock, other users' files) none are kept. Fails for who has none, which is as good.
    ::prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE, 0, 0, 0);
}

struct ChildFds {
    int in;
    int out;
    int err;
    int status;
};

[[noreturn]] void become(const ProcessSpec& spec, char* const* argv, char* const* env, const ChildFds& fds,
                         pid_t parent) {
    Signals::restore_in_child();
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (::getppid() != parent) ::_exit(127);  // it died before it could matter
    // All four lie above kStatusFd, so none is overwritten before it is used.
    if (::dup2(fds.in, 0) < 0 || ::dup2(fds.out, 1) < 0 || ::dup2(fds.err, 2) < 0 ||
        ::dup3(fds.status, kStatusFd, O_CLOEXEC) < 0) {
        give_up(fds.status);
    }
    ::syscall(SYS_close_range, kStatusFd + 1, ~0U, 0);
    ::umask(077);
    if (::chdir(spec.cwd.c_str()) != 0) give_up(kStatusFd);
    apply_limits(spec.limits);
    drop_privileges();
    ::execve(spec.program.c_str(), argv, env);
    give_up(kStatusFd);
}

/// Moves a descriptor out of the way of those that the child gives new meanings.
bool lift(Descriptor& fd) {
    if (fd.get() > kStatusFd) return true;
    const int lifted = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, kStatusFd + 1);
    fd.reset(lifted);
    return lifted >= 0;
}

}  // namespace

Result<Process> Process::start(const ProcessSpec& spec) {
    LW_TRY(auto in, open_stdin(spec.stdin_text));
    LW_TRY(auto out, make_pipe());
    LW_TRY(auto err, make_pipe());
    LW_TRY(auto status, make_pipe());
    if (!lift(in) || !lift(out.write) || !lift(err.write) || !lift(status.write)) return system_error("fcntl");
    auto argv = pointers_to(spec.argv);
    auto env = pointers_to(spec.env);
    const pid_t parent = ::getpid();
    // No signal may find the child with our handlers, which would speak to us instead.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::fork();
    if (pid == 0) {
        become(spec, argv.data(), env.data(), {in.get(), out.write.get(), err.write.get(), status.write.get()}, parent);
    }
    const int fork_error = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = fork_error;
    if (pid < 0) return system_error("fork");
    Process process(pid, Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))), std::move(out.read),
                    std::move(err.read));
    out.write.reset();
    err.write.reset();
    status.write.reset();
    int error = 0;
    ssize_t size = 0;
    do {
        size = ::read(status.read.get(), &error, sizeof error);  // ends when exec closes the other end
    } while (size < 0 && errno == EINTR);
    if (size == static_cast<ssize_t>(sizeof error)) {
        errno = error;
        return system_error(spec.program);
    }
    if (!process.pidfd_.is_open()) return system_error("pidfd_open");
    for (const auto* fd : {&process.out_, &process.err_}) ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
    return process;
}

Process::Process(pid_t pid, Descriptor pidfd, Descriptor out, Descriptor err)
    : pid_(pid), pidfd_(std::move(pidfd)), out_(std::move(out)), err_(std::move(err)) {}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::move(other.pidfd_)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)),
      end_(other.end_) {}

Process::~Process() {
    if (pid_ < 0 || end_) return;
    signal_group(SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void Process::signal_group(int signal) {
    // The leader is not waited for yet, so that its number can't have been given to another group.
    if (!end_) ::kill(-pid_, signal);
}

std::optional<ProcessEnd> Process::poll_end() {
    if (end_) return end_;
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) {
        return std::nullopt;
    }
    ::kill(-pid_, SIGKILL);  // what it has left behind, while the number is still its own
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    end_ = info.si_code == CLD_EXITED ? ProcessEnd{info.si_status, 0} : ProcessEnd{0, info.si_status};
    return end_;
}

}  // namespace longwire::exec
