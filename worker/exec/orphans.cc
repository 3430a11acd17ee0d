#include "worker/exec/orphans.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "protocol/node/file.h"

namespace longwire::exec {
namespace {

constexpr std::string_view kName = "LONGWIRE_EXEC=";
constexpr int kRoundsMax = 16;                         // an orphan's own children become ours when it has died
constexpr std::size_t kEnvironmentBytesMax = 8 << 20;  // more than Linux gives a process

/// The children of all threads of this process.
std::vector<pid_t> children() {
    std::vector<pid_t> pids;
    std::error_code error;
    for (std::filesystem::directory_iterator thread("/proc/self/task", error), end; !error && thread != end;
         thread.increment(error)) {
        std::ifstream list(thread->path() / "children");
        for (pid_t pid = 0; list >> pid;) pids.push_back(pid);
    }
    return pids;
}

/// The variable that says whose child a process is; empty if it has none, hides it, or is dead already.
std::string variable_of(pid_t pid) {
    const auto environment = read_file("/proc/" + std::to_string(pid) + "/environ", kEnvironmentBytesMax);
    if (!environment) return {};
    for (std::size_t start = 0; start < environment->size();) {
        const std::string_view entry(environment->c_str() + start);
        if (entry.starts_with(kName)) return std::string(entry);
        start += entry.size() + 1;
    }
    return {};
}

}  // namespace

void Orphans::adopt() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

void Orphans::kill_all() {
    for (int round = 0; round < kRoundsMax; ++round) {
        const auto pids = children();
        if (pids.empty()) return;
        for (const auto pid : pids) ::kill(pid, SIGKILL);
        for (const auto pid : pids) ::waitpid(pid, nullptr, 0);
    }
}

std::string Orphans::begin() {
    const std::lock_guard lock(mutex_);
    auto variable = std::string(kName) + std::to_string(::getpid()) + "-" + std::to_string(++last_);
    running_.insert(variable);
    return variable;
}

void Orphans::end(const std::string& variable) {
    const std::lock_guard lock(mutex_);
    running_.erase(variable);
    for (int round = 0; round < kRoundsMax && kill_one_round(); ++round) {
    }
}

/// True if there was anything to kill.
bool Orphans::kill_one_round() {
    bool killed = false;
    for (const auto pid : children()) {
        const auto variable = variable_of(pid);
        // A child without the variable may be a program between fork and exec, unless none can be.
        const bool is_left_over = variable.empty() ? running_.empty() : !running_.contains(variable);
        if (!is_left_over) continue;
        // It is our child and nobody else waits for it, so that its number can't be another's by now.
        if (::kill(pid, SIGKILL) != 0 || ::waitpid(pid, nullptr, 0) != pid) continue;
        killed = true;
    }
    return killed;
}

}  // namespace longwire::exec
