#pragma once

#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <string>

/// What a process has used of the machine.
namespace longwire::bench {

/// CPU seconds so far, of all its threads; 0 of a process that is gone.
inline double cpu_seconds(pid_t pid) {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Memory now.
inline double resident_bytes(pid_t pid) {
    std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
    long size = 0;
    long resident = 0;
    statm >> size >> resident;
    return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE));
}
inline double resident_mib(pid_t pid) {
    return resident_bytes(pid) / (1 << 20);
}

}  // namespace longwire::bench
