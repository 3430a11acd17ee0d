#include "worker/agent/agent_kinds.h"
#include "worker/sdk/worker_program.h"

int main(int argc, char** argv) {
    namespace agent = longwire::agent;
    agent::AgentOptions options;
    longwire::WorkerOptions defaults;
    defaults.capacity = 16;
    longwire::WorkerProgram program("longwire-worker-agent",
                                    "Serves the kinds agent.*: tasks that a model does, alone or as a team.", defaults);
    agent::declare_agent_settings(program.config(), options);
    std::shared_ptr<const agent::AgentSetup> setup;
    program.config().check([&]() -> longwire::Status {
        LW_TRY(setup, agent::set_up_agents(options));
        return {};
    });
    return program.main(argc, argv,
                        [&](longwire::Worker& worker) { agent::serve_agents(worker, setup, options.pillars); });
}
