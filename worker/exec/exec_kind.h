#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "protocol/node/config.h"
#include "worker/exec/process.h"
#include "worker/sdk/worker.h"

namespace longwire::exec {

struct ExecOptions {
    std::vector<std::string> allow;      // names of programs; none at first
    std::vector<std::string> allow_env;  // names of variables that a task may set
    std::string path = "/usr/local/bin:/usr/bin:/bin";
    std::string root = "/";                     // where programs run; a task's `cwd` must lie in it
    std::uint64_t output_bytes_max = 64 << 20;  // per task; the rest is counted and dropped
    std::int64_t kill_after_ms = 5'000;         // from SIGTERM to SIGKILL, when a task is cancelled
    ProcessLimits limits;
};

void declare_exec_settings(Config& config, ExecOptions& options);

/// The handler of kind `exec`: `{argv: […], env?: {…}, cwd?, stdin?}` runs a program.
///
/// Each line of its stdout becomes `log {level: "info", message}`, of its stderr `level: "warn"`, and a line
/// `::progress 0.42 message` of either `task.progress`. Exit status 0 completes the task with {exit_code, lines, bytes,
/// dropped?}; another one, or a signal, fails it with code "exit_status" or "signal" and {exit_code | signal,
/// stderr_tail}. Cancelling sends SIGTERM to its process group, and SIGKILL later.
Worker::Handler exec_handler(ExecOptions options);

}  // namespace longwire::exec
