#include "bench/load/server_processes.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <string>

#include "bench/load/clock.h"

namespace longwire::load {
namespace {

std::int64_t read_clock(clockid_t clock) {
    timespec time{};
    return ::clock_gettime(clock, &time) == 0 ? time.tv_sec * kNsPerS + time.tv_nsec : 0;
}

}  // namespace

Result<ServerProcesses> ServerProcesses::of(std::vector<pid_t> pids) {
    for (const pid_t pid : pids) {
        if (pid <= 0 || ::kill(pid, 0) != 0) {
            return Error{Errc::not_found, "there is no process " + std::to_string(pid), "server-pids"};
        }
    }
    return ServerProcesses(std::move(pids));
}

std::int64_t ServerProcesses::cpu_ns() const {
    std::int64_t sum = 0;
    for (const pid_t pid : pids_) {
        // What /proc/PID/stat has in steps of 10 ms is too coarse for short works.
        clockid_t clock{};
        if (::clock_getcpuclockid(pid, &clock) == 0) sum += read_clock(clock);
    }
    return sum;
}

std::int64_t ServerProcesses::rss_kib() const {
    std::int64_t sum = 0;
    for (const pid_t pid : pids_) {
        std::ifstream status("/proc/" + std::to_string(pid) + "/status");
        for (std::string word; status >> word;) {
            if (word != "VmRSS:") continue;
            std::int64_t kib = 0;
            status >> kib;
            sum += kib;
            break;
        }
    }
    return sum;
}

std::int64_t own_cpu_ns() {
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

std::int64_t machine_cpu_ns() {
    // What was idle is counted exactly, and what was not by samples, which a paced load may run between.
    std::ifstream stat("/proc/stat");
    std::string name;
    std::int64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, stolen = 0;
    stat >> name >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> stolen;
    const auto unused_ns = (idle + iowait + stolen) * (kNsPerS / ::sysconf(_SC_CLK_TCK));
    return now_ns() * ::sysconf(_SC_NPROCESSORS_ONLN) - unused_ns;
}

}  // namespace longwire::load
