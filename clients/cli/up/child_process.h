#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace longwire::cli {

/// Lines out of a stream of bytes. A line longer than 64 KiB is cut.
class LineSplitter {
  public:
    void add(std::string_view bytes, const std::function<void(std::string_view)>& on_line);
    /// What is left without an end.
    void finish(const std::function<void(std::string_view)>& on_line);

  private:
    std::string rest_;
};

/// A running child in a process group of its own, with pipes for what it writes. It dies with this process.
class ChildProcess {
  public:
    ChildProcess() = default;
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// Starts `path`; `without` are variables that it is not to inherit. Errors: the system's reason.
    Status start(const std::string& path, const std::vector<std::string>& arguments,
                 const std::vector<std::string>& without);

    bool lives() const { return pid_ > 0; }
    pid_t pid() const { return pid_; }
    int stdout_fd() const { return out_; }  // -1 when it has been closed
    int stderr_fd() const { return err_; }

    /// Reads what is there. Never waits.
    void read_stdout(const std::function<void(std::string_view)>& on_line) { read_from(out_, out_lines_, on_line); }
    void read_stderr(const std::function<void(std::string_view)>& on_line) { read_from(err_, err_lines_, on_line); }

    void send_signal(int signal);

    /// Whether it has ended; then `how` is "exited with status 1" or "was killed by SIGSEGV", and `status`
    /// its exit status, or -1.
    bool has_ended(std::string& how, int& status);

  private:
    void read_from(int& fd, LineSplitter& lines, const std::function<void(std::string_view)>& on_line);
    void close_pipes();

    pid_t pid_ = -1;
    int out_ = -1;
    int err_ = -1;
    LineSplitter out_lines_;
    LineSplitter err_lines_;
};

}  // namespace longwire::cli
