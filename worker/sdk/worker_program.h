#pragma once

#include <functional>
#include <string>

#include "protocol/node/config.h"
#include "protocol/node/log_setup.h"
#include "worker/sdk/worker.h"

namespace longwire {

/// What every worker program does around its handlers: settings, log, the line `ready NAME` on stdout, and the exit
/// status.
///
///     int main(int argc, char** argv) {
///         longwire::WorkerProgram program("my-worker", "Serves my kinds.");
///         program.config().number({"depth", "how deep to look", "N"}, depth, 1, 9);
///         return program.main(argc, argv, [&](longwire::Worker& worker) { worker.serve("my.kind", my_handler); });
///     }
class WorkerProgram {
  public:
    /// Declares the flags of all workers. `program` as a user types it; `defaults` holds where no flag says otherwise.
    WorkerProgram(const std::string& program, const std::string& about, WorkerOptions defaults = {});

    /// For further settings, before main().
    Config& config() { return config_; }
    WorkerOptions& options() { return options_; }

    /// Parses the flags, lets `serve` add the kinds, and runs. Returns the exit status: 2 for a wrong flag, otherwise
    /// that of Worker::run().
    int main(int argc, const char* const* argv, const std::function<void(Worker&)>& serve);

  private:
    std::string program_;
    Config config_;
    LogSettings log_;
    WorkerOptions options_;
};

}  // namespace longwire
