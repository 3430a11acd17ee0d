#include "worker/demo/demo_kinds.h"
#include "worker/sdk/worker_program.h"

int main(int argc, char** argv) {
    longwire::WorkerOptions defaults;
    defaults.capacity = 64;
    longwire::WorkerProgram program("longwire-worker-demo", "Serves the kinds demo.*: tasks to try the bus out with.",
                                    defaults);
    return program.main(argc, argv, longwire::demo::serve_all);
}
