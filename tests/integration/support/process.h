#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/integration/support/waiting.h"

namespace longwire::integration {

/// How a process ended.
struct Ending {
    int status = -1;  // exit status, or -1
    int signal = 0;   // that killed it, or 0
    bool operator==(const Ending&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Ending& ending);

/// What to run. The child's environment is this one's without LONGWIRE_ variables, and `variables`.
struct Program {
    std::string path;
    std::vector<std::string> arguments;
    std::map<std::string, std::string> variables;
    std::string input;  // of its stdin
};

/// A child process whose output goes to two files, so that it can neither block nor be lost. It leads a process group
/// of its own, is killed by its own pid when this goes away, and by the kernel when the test does.
///
/// Thread: made by the thread that lives longest, because the kernel watches over that one.
class Process {
  public:
    /// Starts it; its output goes to LOG.out and LOG.err. Throws std::runtime_error if the system refuses.
    Process(Program program, const std::string& log);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const { return pid_; }
    std::string out() const;
    std::string err() const;
    std::vector<std::string> out_lines() const;
    const std::string& log() const { return log_; }

    /// The first whole line of stdout (or stderr) that begins so. Throws if it ends or waits in vain.
    std::string wait_for_line(const std::string& beginning, Deadline deadline = Deadline());
    std::string wait_for_error_line(const std::string& part, Deadline deadline = Deadline());

    void send_signal(int signal) const;
    bool has_ended();

    /// Throws if it goes on living.
    Ending wait(Deadline deadline = Deadline());
    Ending end(int signal, Deadline deadline = Deadline());

    /// Its ending, once it has been waited for.
    const std::optional<Ending>& ending() const { return ending_; }

  private:
    std::string wait_for(const std::string& file, const std::function<bool(const std::string&)>& is_it,
                         const std::string& what, Deadline deadline);

    std::string log_;
    std::string name_;
    pid_t pid_ = -1;
    std::optional<Ending> ending_;
};

/// Runs a program to its end.
struct Finished {
    Ending ending;
    std::string out;
    std::string err;
};
Finished run(Program program, const std::string& log, Deadline deadline = Deadline());

/// What is in a file; "" if it is not there or goes away meanwhile.
std::string read_text(const std::string& path);
std::vector<std::string> lines_of(const std::string& text);

/// Pids of the processes whose group is `group`, or with an environment or command line that has `text`.
std::vector<pid_t> processes_in_group(pid_t group);
std::vector<pid_t> processes_with_argument(const std::string& text);

}  // namespace longwire::integration
