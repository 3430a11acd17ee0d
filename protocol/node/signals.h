#pragma once

#include <initializer_list>
#include <optional>
#include <vector>

namespace longwire {

/// Turns signals into a descriptor that a poll loop can wait on.
///
/// At most one lives in a process at a time. It ignores SIGPIPE for as long as it lives: a peer that has gone
/// is reported by write(). Handlers do not outlive exec, but an ignored SIGPIPE does: before exec, a child
/// calls `restore_in_child()`.
class Signals {
  public:
    /// Listens to SIGINT, SIGTERM and SIGHUP, or to those named. Throws std::system_error if
    /// that cannot be done.
    Signals();
    explicit Signals(std::initializer_list<int> signals);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    /// Readable while a signal waits to be taken by next().
    int fd() const { return read_end_; }

    /// The next signal that has arrived, without waiting. Equal ones in quick succession may come once.
    std::optional<int> next();

    /// For a forked child, before exec: every signal's default action. Async-signal-safe.
    static void restore_in_child();

  private:
    int read_end_ = -1;
    int write_end_ = -1;
    std::vector<int> signals_;
};

}  // namespace longwire
