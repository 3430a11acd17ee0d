#include "tests/integration/support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <stdexcept>

namespace longwire::integration {
namespace {

namespace fs = std::filesystem;

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& variables) {
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (!std::string_view(*entry).starts_with("LONGWIRE_")) environment.emplace_back(*entry);
    }
    for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
    return environment;
}

int open_for_child(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
    if (fd < 0) throw std::runtime_error(path + ": " + std::strerror(errno));
    return fd;
}

/// Calls `use` with each process's pid and folder in /proc.
void for_each_process(const std::function<void(pid_t, const fs::path&)>& use) {
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error == std::errc{} && end == name.data() + name.size()) use(pid, entry.path());
    }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Ending& ending) {
    if (ending.signal != 0) return out << "killed by " << ::sigabbrev_np(ending.signal);
    return out << "exit status " << ending.status;
}

Process::Process(Program program, const std::string& log)
    : log_(log), name_(fs::path(program.path).filename().string()) {
    std::vector<std::string> words{program.path};
    words.insert(words.end(), program.arguments.begin(), program.arguments.end());
    auto environment = environment_with(program.variables);
    const auto word_pointers = pointers_to(words);
    const auto environment_pointers = pointers_to(environment);
    std::ofstream(log + ".in") << program.input;
    const int in = open_for_child(log + ".in", O_RDONLY);
    const int out = open_for_child(log + ".out", O_WRONLY | O_CREAT | O_APPEND);
    const int err = open_for_child(log + ".err", O_WRONLY | O_CREAT | O_APPEND);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(127);
        ::dup2(in, STDIN_FILENO);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(err, STDERR_FILENO);
        ::execve(program.path.c_str(), word_pointers.data(), environment_pointers.data());
        ::_exit(127);
    }
    const int failure = errno;
    for (const int fd : {in, out, err}) ::close(fd);
    if (pid_ < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(failure));
    ::setpgid(pid_, pid_);  // here too, so that it is so when this returns
}

Process::~Process() {
    if (ending_) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

std::string Process::out() const {
    return read_text(log_ + ".out");
}

std::string Process::err() const {
    return read_text(log_ + ".err");
}

std::vector<std::string> Process::out_lines() const {
    return lines_of(out());
}

std::string Process::wait_for(const std::string& file, const std::function<bool(const std::string&)>& is_it,
                              const std::string& what, Deadline deadline) {
    std::string found;
    const auto look = [&] {
        const auto text = read_text(file);
        const auto whole = text.substr(0, text.rfind('\n') + 1);
        for (auto& line : lines_of(whole)) {
            if (!is_it(line)) continue;
            found = std::move(line);
            return true;
        }
        return false;
    };
    const bool is_there = eventually([&] { return look() || has_ended(); }, deadline) && (!found.empty() || look());
    if (is_there) return found;
    std::ostringstream message;
    message << name_ << " has not said '" << what << "'";
    if (ending_) message << " before its end: " << *ending_;
    throw std::runtime_error(message.str() + "\n" + err());
}

std::string Process::wait_for_line(const std::string& beginning, Deadline deadline) {
    return wait_for(
        log_ + ".out", [&](const std::string& line) { return line.starts_with(beginning); }, beginning, deadline);
}

std::string Process::wait_for_error_line(const std::string& part, Deadline deadline) {
    return wait_for(
        log_ + ".err", [&](const std::string& line) { return line.find(part) != std::string::npos; }, part, deadline);
}

void Process::send_signal(int signal) const {
    if (!ending_) ::kill(pid_, signal);
}

bool Process::has_ended() {
    if (ending_) return true;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
    ending_ = WIFEXITED(status) ? Ending{WEXITSTATUS(status), 0} : Ending{-1, WTERMSIG(status)};
    return true;
}

Ending Process::wait(Deadline deadline) {
    if (!eventually([this] { return has_ended(); }, deadline)) {
        throw std::runtime_error(name_ + " has not ended\n" + err());
    }
    return *ending_;
}

Ending Process::end(int signal, Deadline deadline) {
    send_signal(signal);
    return wait(deadline);
}

Finished run(Program program, const std::string& log, Deadline deadline) {
    Process process(std::move(program), log);
    const auto ending = process.wait(deadline);
    return {ending, process.out(), process.err()};
}

std::string read_text(const std::string& path) {
    // Not by a stream buffer's iterators: those throw when a process ends while its file in /proc is read.
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
    return lines;
}

std::vector<pid_t> processes_in_group(pid_t group) {
    std::vector<pid_t> pids;
    for_each_process([&](pid_t pid, const fs::path&) {
        if (::getpgid(pid) == group) pids.push_back(pid);
    });
    return pids;
}

std::vector<pid_t> processes_with_argument(const std::string& text) {
    std::vector<pid_t> pids;
    for_each_process([&](pid_t pid, const fs::path& folder) {
        if (pid != ::getpid() && read_text(folder / "cmdline").find(text) != std::string::npos) pids.push_back(pid);
    });
    return pids;
}

}  // namespace longwire::integration
