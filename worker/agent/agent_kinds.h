#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "protocol/node/config.h"
#include "worker/agent/agent_run.h"
#include "worker/agent/openai_model.h"
#include "worker/sdk/worker.h"

namespace longwire::agent {

struct AgentOptions {
    OpenAiOptions model;         // without a URL the scripted model answers
    std::string model_key_file;  // empty: the key is in LONGWIRE_MODEL_KEY, or there is none
    int tries_max = 4;
    std::string roles_file;  // empty: the built-in roles
    int turns_max = 24;
    std::size_t context_bytes = 256 << 10;
    std::int64_t ask_timeout_ms = 600'000;
    std::vector<std::string> pillars{"content", "insights", "operations", "business_outcomes"};
    std::string file_root;  // empty: no read_file
    std::vector<std::string> http_allow;
    std::string http_addresses = "public";  // or "any": those of private networks, too
};

void declare_agent_settings(Config& config, AgentOptions& options);

/// Reads the files that the options name. Errors name the setting at fault.
Result<std::shared_ptr<const AgentSetup>> set_up_agents(AgentOptions options);

/// Serves agent.chat, agent.guide, agent.liaison.<pillar> and agent.team.
void serve_agents(Worker& worker, const std::shared_ptr<const AgentSetup>& setup,
                  const std::vector<std::string>& pillars);

}  // namespace longwire::agent
