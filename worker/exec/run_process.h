#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string_view>

#include "worker/exec/process.h"

namespace longwire::exec {

enum class Stream { out, err };

struct RunOptions {
    std::stop_token stop;
    std::chrono::milliseconds kill_after{5'000};  // from SIGTERM to SIGKILL
    /// What came on a pipe; not empty.
    std::function<void(Stream stream, std::string_view bytes)> on_output;
};

struct RunEnd {
    ProcessEnd end;
    bool asked_to_end = false;  // SIGTERM has been sent
};

/// Runs a program to its end on the calling thread. Asked to stop, it sends SIGTERM to the program's group, and SIGKILL
/// if that has not helped in time. Errors: it could not be started.
Result<RunEnd> run_process(const ProcessSpec& spec, const RunOptions& options);

}  // namespace longwire::exec
