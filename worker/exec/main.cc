#include "worker/exec/exec_description.h"
#include "worker/exec/exec_kind.h"
#include "worker/exec/orphans.h"
#include "worker/sdk/worker_program.h"

int main(int argc, char** argv) {
    longwire::exec::ExecOptions options;
    longwire::WorkerProgram program("longwire-worker-exec",
                                    "Serves the kind exec: runs the programs it is allowed to.");
    longwire::exec::declare_exec_settings(program.config(), options);
    const int status = program.main(argc, argv, [&](longwire::Worker& worker) {
        worker.serve("exec", longwire::exec::exec_handler(options), longwire::exec::exec_description(options));
    });
    longwire::exec::Orphans::kill_all();
    return status;
}
