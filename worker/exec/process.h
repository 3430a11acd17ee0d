#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/descriptor.h"
#include "protocol/result.h"

namespace longwire::exec {

/// Limits of a program and each of its children; 0: none.
struct ProcessLimits {
    std::uint64_t cpu_s = 0;
    std::uint64_t memory_bytes = 0;
    std::uint64_t file_bytes = 0;
    std::uint64_t open_files = 256;
};

struct ProcessSpec {
    std::string program;  // a path
    std::vector<std::string> argv;
    std::vector<std::string> env;  // "NAME=value", nothing else is inherited
    std::string cwd;
    std::optional<std::string> stdin_text;  // none: /dev/null
    ProcessLimits limits;
};

/// How a program ended: by itself or by a signal.
struct ProcessEnd {
    int exit_code = 0;
    int signal = 0;  // 0 if by itself
};

/// A program that runs in a session of its own, without a shell, without our descriptors and privileges, and that dies
/// with the thread that started it.
///
/// Thread: one at a time. Its end must be seen (poll_end()) before it is destroyed, or it is killed then.
class Process {
  public:
    /// Errors: what the system says, with the program's path.
    static Result<Process> start(const ProcessSpec& spec);

    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;
    ~Process();

    pid_t pid() const { return pid_; }
    Descriptor& out() { return out_; }  // ends of pipes, not blocking
    Descriptor& err() { return err_; }
    int end_fd() const { return pidfd_.get(); }  // readable when the program has ended

    /// Sends a signal to the program and the children that stayed in its group.
    void signal_group(int signal);

    /// How it ended; nothing while it runs. Afterwards the rest of its group has been killed.
    std::optional<ProcessEnd> poll_end();

  private:
    Process(pid_t pid, Descriptor pidfd, Descriptor out, Descriptor err);

    pid_t pid_;
    Descriptor pidfd_;
    Descriptor out_;
    Descriptor err_;
    std::optional<ProcessEnd> end_;
};

}  // namespace longwire::exec
